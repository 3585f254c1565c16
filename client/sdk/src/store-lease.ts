/** Browsers wake a hidden page once a minute: a living one must not look dead before. */
const LEASE_MS = 90_000;
const BEAT_MS = 15_000;

interface Lease {
  readonly holder: string;
  /** By the device's clock. */
  readonly until: number;
}

export interface LeaseParts {
  /** Names the lease among all of this origin. */
  readonly key: string;
  /** Replaces the record in one step; undefined removes it. */
  readonly change: (next: (before: unknown) => unknown) => Promise<void>;
  /** The lease ran out while the page slept, and somebody else has it. */
  readonly lost: () => void;
}

/**
 * Holds one name by a record that has to be renewed. For pages that may not use Web Locks. Null while
 * somebody else holds it; a page that reloads has its own again at once.
 */
export async function holdByLease({ key, change, lost }: LeaseParts): Promise<(() => void) | null> {
  const holder = takeLeft(key) ?? `${Date.now()} ${Math.random()}`;
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
  const onHide = ({ persisted }: PageTransitionEvent) => {
    // A page that the browser keeps may come back; the next beat tells whether it slept too long.
    if (!persisted) leave(key, holder);
  };
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
  // A beat that cannot be written is not the last one.
  const timer = setInterval(() => void beat().catch(() => {}), BEAT_MS);
  globalThis.addEventListener('pagehide', onHide);
  return () => {
    end();
    const isHeld = (before: unknown) => (before as Lease | undefined)?.holder === holder;
    // One that stays runs out by itself.
    change((before) => (isHeld(before) ? undefined : before)).catch(() => {});
  };
}

/*
 * What a page writes to the database while it ends may never arrive; what it leaves for the next page
 * of its tab does. It is taken out again at once: a tab that is copied must not have it too.
 */

function leave(key: string, holder: string): void {
  try {
    sessionStorage.setItem(key, holder);
  } catch {
    // A page that may store nothing there waits until the lease has run out.
  }
}

function takeLeft(key: string): string | null {
  try {
    const left = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return left;
  } catch {
    return null;
  }
}
