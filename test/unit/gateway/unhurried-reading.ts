import { ReadingTurns } from '../../../src/gateway/reading-turns.js';
import { ReadingWindow } from '../../../src/gateway/reading-window.js';
import type { ReadingTimes } from '../../../src/gateway/stream-reading.js';

/** Turns as they are while nothing is urgent, and no window. */
export function unhurriedReading(): ReadingTimes {
  const turns = new ReadingTurns({
    waited: () => {},
    isUrgent: () => false,
    now: () => performance.now(),
    next: (task) => void setImmediate(task),
  });
  return { turns, window: noWindow() };
}

/** Every stream is read as it sends. */
export function noWindow(): ReadingWindow {
  return new ReadingWindow({
    windowMs: 0,
    busyPerMs: 0,
    now: () => performance.now(),
    after: () => {},
  });
}
