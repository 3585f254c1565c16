import { type Carillon, createCarillon, MemoryStore } from '@carillon/sdk';
import { isForGood } from './is-for-good.js';
import type { LastMessage, Reader, ReaderParts } from './reader.js';
import { ReaderLog } from './reader-log.js';

/** A reader that uses the SDK, as applications do, and keeps its places in a store while it is away. */
export class SdkReader implements Reader {
  readonly kind = 'SDK';
  readonly #parts: ReaderParts;
  readonly #log: ReaderLog;
  readonly #client: Carillon;
  #drops = 0;
  #wasConnected = false;

  constructor(parts: ReaderParts) {
    const { name, client, urls, token, history, channels } = parts;
    this.#parts = parts;
    this.#log = new ReaderLog(name, history);
    this.#client = createCarillon({
      ...{ url: urls, preferFirstUrl: true, token, client },
      store: new MemoryStore(),
    });
    this.#client.onSession(({ instance }) => parts.met(instance));
    this.#client.onState((state, { code = null, message = '' }) => {
      if (state === 'connected') this.#entered('connected');
      if (state === 'offline' && this.#wasConnected) {
        this.#drops += 1;
        this.#entered('lost');
      }
      if (state === 'refused') parts.refused({ code, message });
    });
    for (const channelName of channels) {
      const channel = this.#client.channel(channelName, { durable: true });
      channel.onMessage((message) => this.#log.message(channelName, { ...message }));
      channel.onGap((gap) => this.#log.gap(channelName, { ...gap }));
      channel.onSkip((skip) => this.#log.skip(channelName, { ...skip }));
      channel.onError(({ code, message }) => {
        if (isForGood({ code, message })) parts.refused({ code, message });
      });
    }
  }

  get name(): string {
    return this.#parts.name;
  }

  get channels(): readonly string[] {
    return this.#parts.channels;
  }

  get isConnected(): boolean {
    return this.#client.state === 'connected' && this.#wasConnected;
  }

  get drops(): number {
    return this.#drops;
  }

  start(): void {
    this.comeBack();
  }

  async leave(): Promise<void> {
    this.#entered('left');
    await this.#client.close();
  }

  comeBack(): void {
    this.#client.connect();
    for (const name of this.channels) {
      // A refusal is told to `onError` too; leaving again before it began is none.
      this.#client
        .channel(name)
        .subscribe()
        .catch(() => undefined);
    }
  }

  isThrough(channel: string, last: LastMessage): boolean {
    return this.#log.isThrough(channel, last);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #entered(state: 'connected' | 'lost' | 'left'): void {
    this.#wasConnected = state === 'connected';
    this.#parts.history.add({ kind: 'state', who: this.name, state, url: 0 });
  }
}
