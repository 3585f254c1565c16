import type { Connection } from './connection.js';
import type { Request } from './dialect.js';
import type { Faults } from './faults.js';
import type { Published } from './ledger.js';
import type { Audience, Stream } from './orders.js';
import { stamped } from './stamp.js';
import { Tally } from './tally.js';

/** One group of one stream that is due. */
export interface Group {
  readonly stream: Stream;
  /** Of the stream among those that run side by side. */
  readonly number: number;
  readonly group: number;
  readonly dueAt: number;
}

/** A request and the number of its channel. */
interface Due {
  readonly channel: number;
  /** Its number there. */
  readonly message: number;
  readonly request: Request;
}

/** Those who publish, and what came of it. */
export class Publishers {
  /** By channel: what subscribers are owed. */
  readonly #owed: readonly Tally[];
  readonly #unknown: number[];
  /** Numbers of the next message, by channel. */
  readonly #next: number[];
  #sent = 0;
  #answered = 0;
  #refused = 0;

  constructor(
    private readonly connections: readonly Connection[],
    private readonly audience: Audience,
    private readonly faults: Faults,
  ) {
    this.#owed = audience.channels.map(() => new Tally());
    this.#unknown = audience.channels.map(() => 0);
    this.#next = audience.channels.map(() => 0);
  }

  get published(): Published {
    return { tallies: this.#owed, unknown: this.#unknown };
  }

  get unanswered(): number {
    return this.#sent - this.#answered;
  }

  get areAnswered(): boolean {
    return this.unanswered <= 0;
  }

  counts(): { readonly refused: number } {
    return { refused: this.#refused };
  }

  async open(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.open()));
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  publish({ stream, number, group, dueAt }: Group): void {
    const { channels, groupSize, bytes, priority } = stream;
    const byPublisher = new Map<number, Due[]>();
    for (let i = 0; i < groupSize; i += 1) {
      const channel = channels[(group * groupSize + i) % channels.length] ?? 0;
      const message = this.#next[channel] ?? 0;
      this.#next[channel] = message + 1;
      const request: Request = {
        kind: 'publish',
        channel: this.audience.channels[channel] ?? '',
        id: `message-${channel}-${message}`,
        data: stamped({ number: message, channel, stream: number, dueAt }, bytes),
        priority,
      };
      const publisher = channel % this.connections.length;
      const due = byPublisher.get(publisher);
      if (due) due.push({ channel, message, request });
      else byPublisher.set(publisher, [{ channel, message, request }]);
    }
    for (const [publisher, due] of byPublisher) this.#send(publisher, due);
  }

  #send(publisher: number, due: readonly Due[]): void {
    const { mayLose } = this.audience;
    this.#sent += due.length;
    if (!mayLose) for (const message of due) this.#owe(message);
    const requests = due.map(({ request }) => request);
    this.connections[publisher]?.send(requests, ({ isOk, isUnknown, refusal }, index) => {
      this.#answered += 1;
      const answered = due[index];
      if (isOk && mayLose && answered) this.#owe(answered);
      if (isOk) return;
      this.#refused += 1;
      if (isUnknown && answered) this.#leaveOpen(answered);
      if (!mayLose) this.faults.add(`a publish was refused: ${refusal}`);
    });
  }

  #owe({ channel, message }: Due): void {
    this.#owed[channel]?.add(message);
  }

  #leaveOpen({ channel }: Due): void {
    this.#unknown[channel] = (this.#unknown[channel] ?? 0) + 1;
  }
}
