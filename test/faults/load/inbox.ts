import { hrtime } from 'node:process';

/** Less than this is the ordinary way of a message on a busy machine, in milliseconds. */
const ORDINARY_MS = 100;

/** What a message of the generator carries: when it was due to be sent. */
export interface Stamp {
  readonly dueNs: number;
}

/** What one client got of its one channel, where all messages have one priority. */
export class Inbox {
  last: number | null = null;
  delivered = 0;
  missing = 0;
  repeated = 0;
  disordered = 0;
  gaps = 0;
  /** When the last message came that had been held up, since `watch`. */
  lastLateNs = 0;
  #isLate = false;
  #watchedNs: number | null = null;

  /** From now on it is noted until when messages come late. */
  watch(): void {
    this.#watchedNs = monotonicNs();
    this.lastLateNs = 0;
    this.#isLate = false;
  }

  message(offset: number, { dueNs }: Stamp): void {
    this.delivered += 1;
    this.#count(offset);
    if (this.#watchedNs === null) return;
    const nowNs = monotonicNs();
    const isLate = nowNs - dueNs > ORDINARY_MS * 1e6;
    if (isLate) this.lastLateNs = nowNs;
    // The first in time after those that were late: it stands at the top again.
    else if (this.#isLate) this.#watchedNs = null;
    this.#isLate = isLate;
  }

  /** The client was told that these offsets are lost. */
  gap(to: number): void {
    this.gaps += 1;
    this.last = Math.max(this.last ?? 0, to);
  }

  #count(offset: number): void {
    const { last } = this;
    if (last !== null && offset === last) this.repeated += 1;
    else if (last !== null && offset < last) this.disordered += 1;
    else {
      if (last !== null) this.missing += offset - last - 1;
      this.last = offset;
    }
  }
}

/** Nanoseconds of the machine, the same in every process. */
export function monotonicNs(): number {
  return Number(hrtime.bigint());
}
