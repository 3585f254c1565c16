import { constants, PerformanceObserver } from 'node:perf_hooks';
import v8 from 'node:v8';

/** What a heap may take on before all of it is marked again, in bytes. */
const HEADROOM_BYTES = 134_217_728;

/** Of what is in use, in percent: V8 itself goes no further. */
const MOST_PERCENT = 300;

/** Of what is in use, in percent: below, V8 is left to itself, which allows no less. */
const LEAST_PERCENT = 30;

/**
 * Gives the heap room. One that was idle once grows by a third at a time for ever after: under load all
 * of it was marked each second or two, 30 to 70 ms in pieces and 5 to 40 at the end, for what messages
 * that waited a moment had left behind. From here on it takes on 128 MiB first, or three times what is in
 * use where that is less. To be called once.
 */
export function giveHeapRoom(): void {
  grow();
  new PerformanceObserver((list) => {
    if (list.getEntries().some(isMajor)) grow();
  }).observe({ entryTypes: ['gc'] });
}

/** By how much a heap with so many bytes in use may grow, in percent of them; 0: as V8 sees fit. */
export function growthOf(usedBytes: number): number {
  const percent = Math.min(MOST_PERCENT, Math.floor((HEADROOM_BYTES / usedBytes) * 100));
  return percent < LEAST_PERCENT ? 0 : percent;
}

function grow(): void {
  const { used_heap_size: used, external_memory: external } = v8.getHeapStatistics();
  // V8 looks at it whenever it works out at which size it collects next.
  v8.setFlagsFromString(`--heap-growing-percent=${growthOf(used + external)}`);
}

function isMajor(entry: object): boolean {
  const detail: unknown = 'detail' in entry ? entry.detail : null;
  const kind: unknown =
    typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null;
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
