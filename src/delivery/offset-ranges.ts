import type { Position } from '../broker/position.js';
import type { SkipReason } from '../protocol/gap.js';

/** Offsets, both ends inclusive, that were not for the session anyway. */
export interface Skipped {
  readonly from: number;
  to: number;
  readonly reason: SkipReason;
}

/**
 * Offsets of one channel that were dropped, as inclusive ranges in ascending order, and those between
 * them that were not for the session anyway.
 */
export class OffsetRanges {
  readonly #ranges: [number, number][] = [];
  readonly #skipped: Skipped[] = [];
  #count = 0;
  #last: Position | null = null;

  /** The highest place that was dropped or passed. */
  get last(): Position | null {
    return this.#last;
  }

  get count(): number {
    return this.#count;
  }

  /** What is told as `skip`, in ascending order. */
  get skipped(): readonly Skipped[] {
    return this.#skipped;
  }

  toArray(): [number, number][] {
    return this.#ranges.map(([from, to]) => [from, to]);
  }

  /** Notes a dropped offset; offsets come in ascending order. */
  add(position: Position): void {
    const { offset } = position;
    const open = this.#ranges.at(-1);
    if (open && open[1] === offset - 1) open[1] = offset;
    else this.#ranges.push([offset, offset]);
    this.#count += 1;
    this.#pass(position);
  }

  /** Notes an offset that was passed without a loss; offsets come in ascending order. */
  skip(position: Position, reason: SkipReason): void {
    const { offset } = position;
    const open = this.#skipped.at(-1);
    if (open?.reason === reason && open.to === offset - 1) open.to = offset;
    else this.#skipped.push({ from: offset, to: offset, reason });
    this.#pass(position);
  }

  #pass(position: Position): void {
    if (!this.#last || position.offset > this.#last.offset) this.#last = position;
  }
}
