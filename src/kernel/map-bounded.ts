/**
 * Runs `work` for each item, at most `width` at a time, begun in the order of the items; resolves
 * with the results in that order. After a rejection nothing more is begun, and the first rejection
 * is told once everything that was begun has settled.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  let failure: { readonly reason: unknown } | null = null;

  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failure !== null) return;
      try {
        results[index] = await work(item, index);
      } catch (reason) {
        failure ??= { reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, runner));
  // Read through a function: the compiler does not see that a runner sets it.
  const failed = ((): { readonly reason: unknown } | null => failure)();
  if (failed !== null) throw failed.reason;
  return results;
}
