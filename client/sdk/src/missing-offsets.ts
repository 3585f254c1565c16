/** Inclusive. */
export type OffsetRange = readonly [from: number, to: number];

/** The offsets of `range` that none of `covering` covers; ascending. */
export function missingOffsets(
  [from, to]: OffsetRange,
  covering: Iterable<OffsetRange>,
): OffsetRange[] {
  const missing: OffsetRange[] = [];
  let next = from;
  for (const [start, end] of [...covering].sort(([one], [other]) => one - other)) {
    if (start > next) missing.push([next, Math.min(start - 1, to)]);
    next = Math.max(next, end + 1);
    if (next > to) break;
  }
  if (next <= to) missing.push([next, to]);
  return missing.filter(([start, end]) => start <= end);
}

export function countOf(ranges: readonly OffsetRange[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
