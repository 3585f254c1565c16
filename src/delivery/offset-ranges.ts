import type { Position } from '../broker/position.js';

/** Offsets of one channel that were dropped, as inclusive ranges in ascending order. */
export class OffsetRanges {
  readonly #ranges: [number, number][] = [];
  #count = 0;
  #last: Position | null = null;

  /** The highest place that was dropped or passed. */
  get last(): Position | null {
    return this.#last;
  }

  get count(): number {
    return this.#count;
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
    this.pass(position);
  }

  /** Notes a place that was passed without a loss. */
  pass(position: Position): void {
    if (!this.#last || position.offset > this.#last.offset) this.#last = position;
  }

  /** Takes over the ranges of an earlier drop; all of them lie below what is added later. */
  merge(earlier: OffsetRanges): void {
    this.#ranges.unshift(...earlier.toArray());
    this.#count += earlier.count;
    if (earlier.last) this.pass(earlier.last);
  }
}
