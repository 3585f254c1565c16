import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Question } from './questions.js';

// Loaded into a server before its own code: answers what only the process itself can know.

const RESOLUTION_MS = 1;
const NANOSECONDS = 1_000_000;
/** Between two collections: what the first one freed of the outside is gone by then. */
const PAUSE_MS = 300;

const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

process.on('message', (question: Question) => {
  void answer(question).then((it) => process.send?.(it));
});
// The server ends when it wants to.
process.channel?.unref();

async function answer(question: Question): Promise<Answer> {
  switch (question) {
    case 'memory': {
      for (let round = 0; round < 3; round += 1) {
        globalThis.gc?.();
        await delay(PAUSE_MS);
      }
      const { rss, heapUsed, external } = process.memoryUsage();
      return { kind: 'memory', rss, heap: heapUsed + external };
    }
    case 'watch':
      histogram.enable();
      histogram.reset();
      return { kind: 'watching' };
    case 'delay':
      histogram.disable();
      return {
        kind: 'delay',
        p99: late(histogram.percentile(99)),
        p999: late(histogram.percentile(99.9)),
        max: late(histogram.max),
      };
  }
}

function late(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS);
}
