/** A user hardly notices a break of this length. */
const FIRST_MS = 300;
/** Longer waits would only make people reload the page. */
const CAP_MS = 5_000;
/** A hint is followed up to here; a larger one is a mistake of somebody's clock. */
const HINT_CAP_MS = 600_000;

/**
 * Full jitter: anywhere between now and a bound that doubles with every failure, so that thousands
 * of clients that were cut at once do not come back at once. A server's hint is waited for first.
 *
 * @param failures tries that failed so far, 0 before the first retry
 * @param random from 0 to 1
 */
export function retryDelayMs(failures: number, random: number, hintMs = 0): number {
  const bound = Math.min(CAP_MS, FIRST_MS * 2 ** failures);
  return Math.min(Math.max(0, hintMs), HINT_CAP_MS) + random * bound;
}
