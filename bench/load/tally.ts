/** Sums of some messages' numbers; all but the count are kept modulo 2^32. */
export interface Sums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Which messages there were, in three figures: one that is missing and one that came twice leave the
 * count as it was, but not the sum of their numbers, and two of each that leave the sum leave the
 * squares different.
 */
export class Tally implements Sums {
  count = 0;
  sum = 0;
  squares = 0;

  add(number: number): void {
    this.count += 1;
    this.sum = (this.sum + number) >>> 0;
    this.squares = (this.squares + Math.imul(number, number)) >>> 0;
  }

  /** As it is now: what is added later does not change it. */
  taken(): Sums {
    const { count, sum, squares } = this;
    return { count, sum, squares };
  }
}

export const NONE: Sums = { count: 0, sum: 0, squares: 0 };

/** What came since some moment. */
export function since(before: Sums, now: Sums): Sums {
  return {
    count: now.count - before.count,
    sum: (now.sum - before.sum) >>> 0,
    squares: (now.squares - before.squares) >>> 0,
  };
}

export function isSame(one: Sums, other: Sums): boolean {
  return one.count === other.count && one.sum === other.sum && one.squares === other.squares;
}
