/** Guests that one address may make at once, and per second later on: a classroom, not a flood. */
const BURST = 60;
const PER_SECOND = 1;

/** Addresses that are remembered; the one that came least recently is forgotten first. */
const ADDRESSES = 10_000;

export interface Allowance {
  readonly granted: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until there is one more; 0 while some remain. */
  readonly waitMs: number;
}

/** How many demo guests an address may still make: a bucket for each, in bounded memory. */
export class DemoAllowance {
  private readonly buckets = new Map<string, { tokens: number; atMs: number }>();

  /** Takes one guest from what the address has left. `nowMs` is a time that only grows. */
  take(address: string, nowMs: number): Allowance {
    const known = this.buckets.get(address);
    const tokens = known
      ? Math.min(BURST, known.tokens + ((nowMs - known.atMs) / 1000) * PER_SECOND)
      : BURST;
    const granted = tokens >= 1;
    const left = granted ? tokens - 1 : tokens;
    // Set anew, so that the map is in the order of last use.
    this.buckets.delete(address);
    this.buckets.set(address, { tokens: left, atMs: nowMs });
    this.forgetOldest();
    return {
      granted,
      limit: BURST,
      remaining: Math.floor(left),
      waitMs: left >= 1 ? 0 : Math.ceil(((1 - left) / PER_SECOND) * 1000),
    };
  }

  private forgetOldest(): void {
    if (this.buckets.size <= ADDRESSES) return;
    const [oldest] = this.buckets.keys();
    if (oldest !== undefined) this.buckets.delete(oldest);
  }
}
