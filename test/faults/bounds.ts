import { type Spread, spreadOf } from './spread.js';

export interface Bound {
  readonly of: 'p50' | 'p99' | 'max';
  /** What it must not be more than, in the unit of its figure. */
  readonly atMost: number;
}

/** What the contract and the design ask of the times that rows measure, in milliseconds. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  'instance kill to caught up': { of: 'p99', atMost: 1_000 },
  'Redis back to publish accepted': { of: 'p99', atMost: 1_000 },
  'silent bus cut to a new subscription': { of: 'p99', atMost: 2_000 },
  'dead peer freed': { of: 'p99', atMost: 10_000 },
  'new key of a provider to accepted': { of: 'p99', atMost: 60_000 },
};

/** Fewer times than this are an anecdote. Of fewer than a hundred, the p99 is the slowest one. */
export const ENOUGH = 5;

/** Says which bound a figure breaks and by what; null where it keeps it. Nothing measured keeps none. */
export function breachOf(
  { name, unit, bound }: { name: string; unit: string; bound: Bound },
  spread: Spread,
): string | null {
  const value = spread[bound.of];
  if (value <= bound.atMost) return null;
  const [is, max] = [value, spread.max].map(Math.ceil);
  return `${name}: ${bound.of} is ${is} ${unit}, wanted at most ${bound.atMost} ${unit} (n ${spread.n}, max ${max} ${unit})`;
}

/** The bounds that the times of a run break, a sentence each; of figures with `ENOUGH` times alone. */
export function breachesIn(figures: ReadonlyMap<string, readonly number[]>): string[] {
  return [...figures].flatMap(([name, values]) => {
    const bound = BOUNDS[name];
    if (bound === undefined || values.length < ENOUGH) return [];
    const breach = breachOf({ name, unit: 'ms', bound }, spreadOf(values));
    return breach === null ? [] : [breach];
  });
}
