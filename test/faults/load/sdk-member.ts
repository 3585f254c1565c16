import { type Carillon, createCarillon } from '@carillon/sdk';
import { Inbox, monotonicNs, type Stamp } from './inbox.js';
import type { Member, MemberParts } from './member.js';

/** A client of the SDK, as applications use it. */
export class SdkMember implements Member {
  readonly inbox = new Inbox();
  readonly #client: Carillon;
  #liveNs: number | null = null;
  #instance: number;

  constructor(private readonly parts: MemberParts) {
    const { urls, instance, token, name, channel } = parts;
    this.#instance = instance;
    const turned = [...urls.slice(instance), ...urls.slice(0, instance)];
    this.#client = createCarillon({ url: turned, preferFirstUrl: true, token, client: name });
    this.#client.onSession(({ instance: name_ }) => {
      this.#instance = Number(name_.slice(1));
    });
    this.#client.onState((state) => {
      this.#liveNs = state === 'connected' ? monotonicNs() : null;
    });
    const followed = this.#client.channel(channel);
    followed.onMessage(({ offset, data }) => this.inbox.message(offset, data as Stamp));
    followed.onGap(() => {
      this.inbox.gaps += 1;
      this.inbox.last = null;
    });
  }

  get channel(): string {
    return this.parts.channel;
  }

  get instance(): number {
    return this.#instance;
  }

  get liveNs(): number | null {
    return this.#liveNs;
  }

  async open(): Promise<void> {
    this.#client.connect();
    await this.#client.channel(this.channel).subscribe();
  }

  cut(): void {
    throw new Error('the SDK lets nobody cut its connection: kill what it is connected to');
  }

  stall(): void {
    throw new Error('the SDK always reads: stall plain clients');
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
