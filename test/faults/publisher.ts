import { type Carillon, CarillonError, createCarillon, type Priority } from '@carillon/sdk';
import { eventually } from '../support/eventually.js';
import type { FaultProxy } from './fault-proxy.js';
import { hashOf, type History } from '../../client/cli/src/verify/history.js';

/** Publishes with the SDK and writes down what was asked and what was answered. */
export class Publisher {
  readonly #client: Carillon;
  readonly #history: History;
  readonly #sequences = new Map<string, number>();
  readonly #open = new Set<Promise<boolean>>();
  #drops = 0;

  constructor(
    readonly name: string,
    readonly doors: readonly FaultProxy[],
    { token, history }: { token: string; history: History },
  ) {
    this.#history = history;
    this.#client = createCarillon({ url: doors.map(({ url }) => url), token, client: name });
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

  /** Resolves with whether it was acknowledged, in the end. */
  publish(channel: string, priority: Priority = 'normal', bytes = 16): Promise<boolean> {
    const sequence = (this.#sequences.get(channel) ?? 0) + 1;
    this.#sequences.set(channel, sequence);
    const publisher = this.name;
    const id = `${publisher}-${sequence}`;
    const data = { publisher, sequence, filling: 'x'.repeat(bytes) };
    const hash = hashOf(data);
    this.#history.add({ kind: 'invoke', publisher, channel, id, hash, sequence, priority });
    const settled = this.#client
      .channel(channel)
      .publish(data, { id, priority })
      .then(
        ({ epoch, offset, duplicate }) => {
          this.#history.add({ kind: 'ok', publisher, channel, id, epoch, offset, duplicate });
          return true;
        },
        (error: unknown) => {
          if (!(error instanceof CarillonError)) throw error;
          const kind = error.outcome === 'unknown' ? 'unknown' : 'fail';
          this.#history.add({ kind, publisher, channel, id, code: error.code });
          return false;
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
