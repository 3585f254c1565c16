import { Connection, type Surroundings } from './connection.js';
import type { Place } from './dialect.js';
import type { Audience, Seat as Plan } from './orders.js';

/** A subscriber through all its connections, and how much it is owed. */
export class Seat {
  isStalled = false;
  /** Between a cut and its return. */
  isAway = false;

  #connection: Connection;
  readonly #place: Place | null;
  /** What earlier connections brought. */
  #carried = 0;
  /** What was published in its channels before it came. */
  #base = 0;

  constructor(
    private readonly index: number,
    private readonly plan: Plan,
    private readonly audience: Audience,
    private readonly surroundings: Surroundings,
  ) {
    this.#place = audience.remembers ? { session: null, last: null, channels: new Map() } : null;
    this.#connection = this.#connectionTo(plan.port, this.#place);
  }

  /** Messages of this connection, and their bytes. */
  get messages(): number {
    return this.#connection.messages;
  }

  get bytes(): number {
    return this.#connection.bytes;
  }

  get told(): number {
    return this.#connection.told;
  }

  get hasEnded(): boolean {
    return this.#connection.hasEnded;
  }

  /** All that came, or was told to be lost. */
  get accounted(): number {
    return this.#carried + this.#connection.messages + this.#connection.told;
  }

  /** All that should have come, when so many were published in each channel. */
  due(published: readonly number[]): number {
    return this.#publishedTo(published) - this.#base;
  }

  async enter(published: readonly number[]): Promise<void> {
    this.#base = this.#publishedTo(published);
    await this.#connection.open();
    await this.#join(null);
  }

  stall(): void {
    this.isStalled = true;
    this.#connection.stall();
  }

  wake(): void {
    this.isStalled = false;
    this.#connection.wake();
  }

  cut(): Promise<void> {
    this.isAway = true;
    return this.close();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** Connects again: from where it was, or as somebody new who is owed nothing that came before. */
  async comeBack(port: number, recovers: boolean, published: readonly number[]): Promise<void> {
    const place = recovers ? this.#place : null;
    const { lastNumbers } = this.#connection;
    this.#carried = this.accounted;
    this.#connection = this.#connectionTo(port, place);
    if (!recovers) {
      this.#carried = 0;
      this.#base = this.#publishedTo(published);
    }
    this.#connection.lastNumbers = lastNumbers;
    this.isAway = false;
    const session = place?.session ?? null;
    await this.#connection.open();
    if (!recovers || !this.surroundings.dialect.keepsChannels) await this.#join(place);
    else if (place?.session !== session) this.surroundings.fault('a session was not resumed');
  }

  async #join(place: Place | null): Promise<void> {
    const { channels } = this.plan;
    if (channels.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      let missing = channels.length;
      const requests = channels.map((number) => {
        const channel = this.audience.channels[number] ?? '';
        return { kind: 'join', channel, since: place?.channels.get(channel) ?? null } as const;
      });
      this.#connection.send(requests, (reply, index) => {
        const channel = requests[index]?.channel ?? '';
        if (!reply.isOk) {
          reject(new Error(`seat ${this.index}, joining ${channel}: ${reply.refusal}`));
        }
        this.#connection.take(channel, reply.missed);
        missing -= 1;
        if (missing === 0) resolve();
      });
    });
  }

  #connectionTo(port: number, place: Place | null): Connection {
    const { remembers, decodedEvery, publishers } = this.audience;
    const role = {
      index: this.index,
      port,
      isDecoded: remembers || this.index % decodedEvery === 0,
      place,
      isRemote: (channel: number) => publishers[channel % publishers.length] !== port,
    };
    return new Connection(role, this.surroundings);
  }

  #publishedTo(published: readonly number[]): number {
    return this.plan.channels.reduce((sum, channel) => sum + (published[channel] ?? 0), 0);
  }
}
