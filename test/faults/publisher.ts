import {
  type Carillon,
  CarillonError,
  createCarillon,
  type Priority,
  type PublishReceipt,
} from '@carillon/sdk';
import { eventually } from '../support/eventually.js';
import type { FaultProxy } from './fault-proxy.js';
import { hashOf, type History } from '../../client/cli/src/verify/history.js';
import type { ReaderParts } from './reader.js';

interface Sent {
  readonly data: object;
  readonly hash: string;
  readonly sequence: number;
  readonly priority: Priority;
}

/** Publishes with the SDK and writes down what was asked and what was answered. */
export class Publisher {
  readonly #client: Carillon;
  readonly #history: History;
  readonly #sequences = new Map<string, number>();
  readonly #sent = new Map<string, Sent>();
  readonly #open = new Set<Promise<PublishReceipt | null>>();
  #drops = 0;

  constructor(
    readonly name: string,
    readonly doors: readonly FaultProxy[],
    { token, history, clock }: Pick<ReaderParts, 'token' | 'history' | 'clock'>,
  ) {
    this.#history = history;
    this.#client = createCarillon({
      url: doors.map(({ url }) => url),
      preferFirstUrl: true,
      token,
      client: name,
      environment: { wallClockMs: clock.wallClockMs },
    });
    this.#client.onState((state) => {
      if (state === 'offline') this.#drops += 1;
      history.add({ kind: 'state', who: name, state, url: 0 });
    });
  }

  /** Publishes that have no answer yet. */
  get open(): number {
    return this.#open.size;
  }

  get drops(): number {
    return this.#drops;
  }

  async start(): Promise<void> {
    this.#client.connect();
    await eventually(`${this.name} is connected`, () => this.#client.state === 'connected', {
      deadlineMs: 20_000,
    });
  }

  /** Resolves with what it was acknowledged with, in the end, or null. */
  publish(
    channel: string,
    priority: Priority = 'normal',
    bytes = 16,
  ): Promise<PublishReceipt | null> {
    const sequence = (this.#sequences.get(channel) ?? 0) + 1;
    this.#sequences.set(channel, sequence);
    const data = { publisher: this.name, sequence, filling: 'x'.repeat(bytes) };
    const id = `${this.name}-${sequence}`;
    const sent = { data, hash: hashOf(data), sequence, priority };
    this.#sent.set(`${channel} ${id}`, sent);
    return this.#send(channel, id, sent);
  }

  /** Publishes the same again, under the same id, as somebody does who does not know better. */
  repeat(channel: string, id: string): Promise<PublishReceipt | null> {
    const sent = this.#sent.get(`${channel} ${id}`);
    if (sent === undefined) throw new Error(`${this.name} never published ${id}`);
    return this.#send(channel, id, sent);
  }

  #send(channel: string, id: string, sent: Sent): Promise<PublishReceipt | null> {
    const { data, hash, sequence, priority } = sent;
    const publisher = this.name;
    this.#history.add({ kind: 'invoke', publisher, channel, id, hash, sequence, priority });
    const settled = this.#client
      .channel(channel)
      .publish(data, { id, priority })
      .then(
        (receipt) => {
          const { epoch, offset, duplicate, refusals } = receipt;
          const place = { epoch, offset, duplicate, refusals };
          this.#history.add({ kind: 'ok', publisher, channel, id, ...place });
          return receipt;
        },
        (error: unknown) => {
          if (!(error instanceof CarillonError)) throw error;
          const kind = error.outcome === 'unknown' ? 'unknown' : 'fail';
          this.#history.add({ kind, publisher, channel, id, code: error.code });
          return null;
        },
      );
    this.#open.add(settled);
    void settled.finally(() => this.#open.delete(settled));
    return settled;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
