/** A stretch of one history: begins at the start, or after a gap that may lead to another one. */
export interface Stretch {
  epoch: string | null;
  /** The first offset that is owed. */
  readonly from: number;
  readonly had: Map<number, string>;
  readonly ids: Set<string>;
  readonly told: (readonly [number, number])[];
  readonly lastOfPriority: Map<string, number>;
  /** A position was held to everything up to here. */
  heldTo: number;
}

/** One of which nothing came yet. */
export function stretch(epoch: string | null, from: number): Stretch {
  return {
    ...{ epoch, from, had: new Map(), ids: new Set(), told: [], lastOfPriority: new Map() },
    heldTo: from - 1,
  };
}

/** The offset lies in one of the ranges, which include both their ends. */
export function covers(ranges: readonly (readonly [number, number])[], offset: number): boolean {
  return ranges.some(([from, to]) => from <= offset && offset <= to);
}
