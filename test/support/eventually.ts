/**
 * Waits until `check` returns something other than false, null or undefined, and resolves with it.
 *
 * For states that can only be asked for (a process, an HTTP answer). Whatever announces itself
 * is awaited as an event instead. A check that throws counts as not yet, and is told at the end.
 *
 * @param what names the condition in the error, as a claim: `the instance is ready`
 * @throws when it does not hold within `deadlineMs`
 */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  { deadlineMs = 10_000, everyMs = 20 }: { deadlineMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, false | null | undefined>> {
  const startedAt = performance.now();
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (isThere(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() - startedAt > deadlineMs) {
      throw new Error(`not within ${deadlineMs} ms: ${what}; last seen: ${String(last)}`, {
        cause: last,
      });
    }
    await pause(everyMs);
  }
}

/** Resolves with what `promise` does, or rejects, naming `what`, when that takes too long. */
export async function within<T>(what: string, deadlineMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${deadlineMs} ms: ${what}`));
    }, deadlineMs);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function isThere<T>(value: T): value is Exclude<T, false | null | undefined> {
  return value !== false && value !== null && value !== undefined;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
