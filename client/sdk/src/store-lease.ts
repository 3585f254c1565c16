/** Browsers wake a hidden page once a minute: a living one must not look dead before. */
const LEASE_MS = 90_000;
const BEAT_MS = 15_000;

interface Lease {
  readonly holder: string;
  /** By the device's clock. */
  readonly until: number;
}

/**
 * Holds one name by a record that has to be renewed. For pages that may not use Web Locks.
 *
 * @param change replaces the record in one step; undefined removes it
 * @param lost the lease ran out while the page slept, and somebody else has it
 */
export async function holdByLease(
  change: (next: (before: unknown) => unknown) => Promise<void>,
  lost: () => void,
): Promise<(() => void) | null> {
  const holder = `${performance.timeOrigin} ${Math.random()}`;
  let isOurs = false;
  const renew = () =>
    change((before) => {
      const lease = before as Lease | undefined;
      const now = Date.now();
      isOurs = lease === undefined || lease.holder === holder || lease.until <= now;
      return isOurs ? { holder, until: now + LEASE_MS } : lease;
    });
  await renew();
  if (!isOurs) return null;
  const end = () => {
    clearInterval(timer);
    globalThis.removeEventListener('pagehide', onHide);
  };
  const beat = async () => {
    await renew();
    if (isOurs) return;
    end();
    lost();
  };
  const release = () => {
    end();
    const free = (before: unknown) =>
      (before as Lease | undefined)?.holder === holder ? undefined : before;
    // One that stays runs out by itself.
    change(free).catch(() => {});
  };
  // A page that the browser keeps may come back; then the next beat tells whether it slept too long.
  const onHide = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) release();
  };
  // A beat that cannot be written is not the last one.
  const timer = setInterval(() => void beat().catch(() => {}), BEAT_MS);
  globalThis.addEventListener('pagehide', onHide);
  return release;
}
