import { type Carillon, CarillonError, createCarillon } from '@carillon/sdk';
import type { Refusal } from '../deployment/open-socket.js';
import { hashOf, type History } from './history.js';
import type { LastMessage } from './reader.js';

export interface PublisherParts {
  readonly name: string;
  readonly client: string;
  readonly urls: readonly string[];
  readonly token: string;
  readonly history: History;
  readonly met: (instance: string) => void;
  readonly refused: (refusal: Refusal) => void;
}

/**
 * Publishes with the SDK, which tries unknown outcomes again under their id, and writes down what
 * was asked and what was answered.
 */
export class Publisher {
  readonly #client: Carillon;
  readonly #parts: PublisherParts;
  readonly #sequences = new Map<string, number>();
  #open = 0;
  #drops = 0;

  constructor(parts: PublisherParts) {
    const { client, urls, token } = parts;
    this.#parts = parts;
    this.#client = createCarillon({ url: urls, preferFirstUrl: true, token, client });
    this.#client.onSession(({ instance }) => parts.met(instance));
    this.#client.onState((state, { code = null, message = '' }) => {
      if (state === 'offline') this.#drops += 1;
      if (state === 'refused') parts.refused({ code, message });
    });
  }

  /** Publishes that have no answer yet. */
  get open(): number {
    return this.#open;
  }

  get drops(): number {
    return this.#drops;
  }

  get isConnected(): boolean {
    return this.#client.state === 'connected';
  }

  start(): void {
    this.#client.connect();
  }

  /** Resolves with the place that it got, null when it got none, or when nobody can tell. */
  async publish(
    channel: string,
    priority: 'high' | 'normal' | 'low',
    bytes: number,
  ): Promise<LastMessage | null> {
    const { name: publisher, history } = this.#parts;
    const sequence = (this.#sequences.get(channel) ?? 0) + 1;
    this.#sequences.set(channel, sequence);
    const id = `${publisher}-${sequence}`;
    const data = { publisher, sequence, filling: 'x'.repeat(bytes) };
    const hash = hashOf(data);
    history.add({ kind: 'invoke', publisher, channel, id, hash, sequence, priority });
    this.#open += 1;
    try {
      const receipt = await this.#client.channel(channel).publish(data, { id, priority });
      const { epoch, offset, duplicate, refusals } = receipt;
      history.add({ kind: 'ok', publisher, channel, id, epoch, offset, duplicate, refusals });
      return { id, epoch, offset };
    } catch (error) {
      if (!(error instanceof CarillonError)) throw error;
      const kind = error.outcome === 'failed' ? 'fail' : 'unknown';
      history.add({ kind, publisher, channel, id, code: error.code });
      return null;
    } finally {
      this.#open -= 1;
    }
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
