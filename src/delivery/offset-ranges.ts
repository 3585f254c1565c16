import type { Position } from '../broker/position.js';
import type { SkipReason } from '../protocol/gap.js';

/** Offsets, both ends inclusive, that were not for the session anyway. */
export interface Skipped {
  readonly from: number;
  to: number;
  readonly reason: SkipReason;
}

/** Ranges and skips of one gap: a reader that has stalled would otherwise fill memory with what it is to be told. */
const PARTS_MAX = 256;

/**
 * Offsets of one channel that were dropped, as inclusive ranges in ascending order, and those between
 * them that were not for the session anyway. Bounded: where there are too many ranges, neighbours
 * become one that holds what lies between them, too. More is then told as missing than is.
 */
export class OffsetRanges {
  #ranges: [number, number][] = [];
  #skipped: Skipped[] = [];
  #last: Position | null = null;

  /** The highest place that was dropped or passed. */
  get last(): Position | null {
    return this.#last;
  }

  get count(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
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
    this.#pass(position);
    this.#bound();
  }

  /** Notes an offset that was passed without a loss; offsets come in ascending order. */
  skip(position: Position, reason: SkipReason): void {
    const { offset } = position;
    const open = this.#skipped.at(-1);
    if (open?.reason === reason && open.to === offset - 1) open.to = offset;
    else this.#skipped.push({ from: offset, to: offset, reason });
    this.#pass(position);
    this.#bound();
  }

  #bound(): void {
    if (this.#ranges.length + this.#skipped.length <= PARTS_MAX) return;
    const skipped = this.#skipped.map(({ from, to }): [number, number] => [from, to]);
    const all = [...this.#ranges, ...skipped].sort(([a], [b]) => a - b);
    this.#skipped = [];
    this.#ranges = [];
    for (let index = 0; index < all.length; index += 2) {
      const [first, second] = [all[index], all[index + 1]];
      if (first) this.#ranges.push([first[0], (second ?? first)[1]]);
    }
  }

  #pass(position: Position): void {
    if (!this.#last || position.offset > this.#last.offset) this.#last = position;
  }
}
