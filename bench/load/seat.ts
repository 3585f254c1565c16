import { Connection, type Surroundings } from './connection.js';
import type { Place } from './dialect.js';
import { type Difference, Ledger, type Published } from './ledger.js';
import type { Audience, Seat as Plan } from './orders.js';

/** A subscriber through all its connections, and what it is owed. */
export class Seat {
  isStalled = false;
  /** Between a cut and its return. */
  isAway = false;

  #connection: Connection;
  readonly #place: Place | null;
  readonly #ledger: Ledger;
  readonly #mayLose: boolean;

  constructor(
    private readonly index: number,
    private readonly plan: Plan,
    private readonly audience: Audience,
    private readonly surroundings: Surroundings,
  ) {
    this.#place = audience.remembers ? { session: null, last: null, channels: new Map() } : null;
    const keepsAll = plan.channels.every((channel) => audience.keeps.includes(channel));
    this.#mayLose = audience.mayLose && !keepsAll;
    this.#ledger = new Ledger(plan.channels, this.#mayLose);
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
    return this.#ledger.accounted;
  }

  /** All that came through any of its connections. */
  get came(): number {
    return this.#ledger.came;
  }

  /** All that should have come. */
  due({ tallies }: Published): number {
    return this.#ledger.due(tallies);
  }

  /** How what came differs from that. */
  compare(published: Published): Difference {
    return this.#ledger.compare(published);
  }

  async enter({ tallies }: Published): Promise<void> {
    this.#ledger.begin(tallies);
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
  async comeBack(port: number, recovers: boolean, { tallies }: Published): Promise<void> {
    const place = recovers ? this.#place : null;
    this.#connection = this.#connectionTo(port, place);
    if (!recovers) this.#ledger.begin(tallies);
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
    const { remembers, decodedEvery, publishers, firstUser } = this.audience;
    const role = {
      index: firstUser + this.index,
      port,
      ledger: this.#ledger,
      isDecoded: remembers || this.index % decodedEvery === 0,
      place,
      mayLose: this.#mayLose,
      isRemote: (channel: number) => publishers[channel % publishers.length] !== port,
    };
    return new Connection(role, this.surroundings);
  }
}
