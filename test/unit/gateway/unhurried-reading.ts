import { ReadingTurns } from '../../../src/gateway/reading-turns.js';

/** Turns as they are while nothing is urgent. */
export function unhurriedTurns(): ReadingTurns {
  return new ReadingTurns({
    waited: () => {},
    isUrgent: () => false,
    now: () => performance.now(),
    next: (task) => void setImmediate(task),
  });
}
