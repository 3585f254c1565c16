/**
 * Asks until `check` holds; resolves with whether it did. For what can only be asked for.
 *
 * @param stop gives up when it is aborted
 */
export async function until(
  check: () => boolean,
  withinMs: number,
  stop: AbortSignal | null = null,
): Promise<boolean> {
  const startedAt = performance.now();
  while (!check()) {
    if (stop?.aborted === true || performance.now() - startedAt > withinMs) return false;
    await lasting(20);
  }
  return true;
}

/** Resolves when the time has passed, or at once when `stop` is aborted. */
export function lasting(ms: number, stop: AbortSignal | null = null): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (stop?.aborted === true) done();
    else stop?.addEventListener('abort', done);
  });
}
