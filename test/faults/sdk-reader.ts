import { type Carillon, createCarillon } from '@carillon/sdk';
import { within } from '../support/eventually.js';
import { type Reader, ReaderLog, type ReaderParts } from './reader.js';

/** A reader that uses the SDK, as applications do. */
export class SdkReader implements Reader {
  readonly kind = 'SDK';
  readonly #parts: ReaderParts;
  readonly #log: ReaderLog;
  readonly #client: Carillon;
  #drops = 0;

  constructor(parts: ReaderParts) {
    const { name, doors, token, history, channels, clock } = parts;
    this.#parts = parts;
    this.#log = new ReaderLog(name, history);
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
    this.#client.onSession((session) => {
      for (const { channel, position } of session.channels) this.#log.started(channel, position);
    });
    this.#client.onBroadcast((message) => this.#log.message(message));
    this.#client.onGap((gap) => this.#log.gap(gap));
    for (const channelName of channels) {
      const channel = this.#client.channel(channelName);
      channel.onMessage((message) => this.#log.message(message));
      channel.onGap((gap) => this.#log.gap(gap));
      channel.onSkip((skip) => this.#log.skip(skip));
      channel.onError((error) => {
        history.add({ kind: 'state', who: name, state: `error ${error.code}`, url: 0 });
      });
    }
  }

  get name(): string {
    return this.#parts.name;
  }

  get channels(): readonly string[] {
    return this.#parts.channels;
  }

  get user(): string {
    return this.#parts.user;
  }

  get serverChannels(): readonly string[] {
    return this.#parts.serverChannels;
  }

  get doors(): ReaderParts['doors'] {
    return this.#parts.doors;
  }

  get drops(): number {
    return this.#drops;
  }

  get isConnected(): boolean {
    return this.#client.state === 'connected';
  }

  async start(): Promise<void> {
    this.#client.connect();
    const subscribed = this.channels.map((name) => this.#client.channel(name).subscribe());
    await within(`${this.name} is subscribed`, 20_000, Promise.all(subscribed));
  }

  has(channel: string, id: string): boolean {
    return this.#log.has(channel, id);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
