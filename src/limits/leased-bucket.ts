import type { RateConfig } from '../config/config.js';
import type { Clock } from '../kernel/clock.js';
import type { RateStore } from './rate-store.port.js';
import { GRANTED, type Taking, TokenBucket, waitMs } from './token-bucket.js';

/** How long a store that did not answer is left alone, in milliseconds. */
const RETRY_MS = 1_000;

/** For so long what is held here stays for the next publish, in milliseconds. */
const KEPT_MS = 60_000;

/** The same for one that found the store away: a new one would not know how many instances there are. */
const KEPT_AWAY_MS = 3_600_000;

/** What is left of a limit, as far as this instance knows. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until there is one more; 0 while some remain. */
  readonly waitMs: number;
}

/**
 * This instance's part of a shared bucket. It spends tokens that it has leased and asks for more
 * before they run out, so a publish waits for the store only when it comes first or in a burst.
 *
 * In the long run the instances together never exceed the rate: each token was taken from the shared
 * bucket. What may be off is the burst, by what instances hold unspent: `holding` of it, divided by
 * the instances that were heard of. While the store is away each instance goes on with the share of
 * the rate that it had last, and one such share of the burst.
 */
export class LeasedBucket {
  /** Leased and not spent. */
  #spare = 0;
  #left: number;
  #leftAtMs: number;
  #holders = 1;
  /** Asking is of no use before. */
  #emptyUntilMs = -Infinity;
  #isAsking = false;
  readonly #waiters: ((taking: Taking) => void)[] = [];
  /** What goes on while the store is away; kept, so that a store that comes and goes gives nothing. */
  #alone: TokenBucket | null = null;
  /** The instances that it is a share for. */
  #aloneOf = 0;
  #isAway = false;
  #retryAtMs = -Infinity;
  #usedAtMs: number;

  constructor(
    private readonly name: string,
    private readonly rate: RateConfig,
    private readonly store: RateStore,
    private readonly clock: Clock,
  ) {
    this.#left = rate.burst;
    this.#leftAtMs = clock.monotonic();
    this.#usedAtMs = this.#leftAtMs;
  }

  /** One token. Those who wait are answered in their order, and nobody comes before them. */
  take(): Taking | Promise<Taking> {
    const nowMs = this.clock.monotonic();
    this.#usedAtMs = nowMs;
    this.#lapse(nowMs);
    if (this.#waiters.length === 0) {
      if (this.#spare >= 1) return this.#spend(nowMs);
      if (this.#isAway) return this.#takeAlone(nowMs);
      if (nowMs < this.#emptyUntilMs) return this.#refused(nowMs);
    }
    // More than a burst is never there at once.
    if (this.#waiters.length >= this.rate.burst) {
      return { granted: false, waitMs: waitMs(1, this.rate.perSecond) };
    }
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      if (!this.#isAsking) void this.#ask();
    });
  }

  /** Takes back a token that was granted and is not needed. */
  giveBack(): void {
    this.#spare += 1;
  }

  allowance(): Allowance {
    const { burst, perSecond } = this.rate;
    const nowMs = this.clock.monotonic();
    const left = this.#isAway ? this.#ownShare(nowMs).level(nowMs) : this.#leftNow(nowMs);
    const level = Math.min(burst, this.#spare + left);
    const remaining = Math.max(0, Math.floor(level));
    const comesBack = this.#isAway ? perSecond / this.#holders : perSecond;
    const wait = remaining > 0 ? 0 : waitMs(1 - level, comesBack);
    return { limit: burst, remaining, waitMs: wait };
  }

  /** Whether it was long unused and the shared bucket has filled since: a new one is as good. */
  isIdle(): boolean {
    if (this.#isAsking) return false;
    const nowMs = this.clock.monotonic();
    const unusedMs = nowMs - this.#usedAtMs;
    if (this.#isAway) return unusedMs > KEPT_AWAY_MS;
    return unusedMs > KEPT_MS && this.#leftNow(nowMs) >= this.rate.burst;
  }

  /** What is held and was meanwhile replaced in the shared bucket would add to the burst. */
  #lapse(nowMs: number): void {
    // In whole tokens, and never one too few: what is given back a moment later is still there.
    const replaced = Math.ceil(this.rate.burst - this.#leftNow(nowMs));
    this.#spare = Math.min(this.#spare, Math.max(this.#batch(), replaced));
  }

  #spend(nowMs: number): Taking {
    this.#spare -= 1;
    const batch = this.#batch();
    const isLow = batch > 0 && this.#spare <= batch / 2;
    if (isLow && this.#mayAsk(nowMs)) void this.#ask();
    return GRANTED;
  }

  #takeAlone(nowMs: number): Taking {
    if (this.#mayAsk(nowMs)) void this.#ask();
    return this.#ownShare(nowMs).take(1, nowMs);
  }

  #mayAsk(nowMs: number): boolean {
    return !this.#isAsking && nowMs >= (this.#isAway ? this.#retryAtMs : this.#emptyUntilMs);
  }

  #refused(nowMs: number): Taking {
    return { granted: false, waitMs: Math.max(1, Math.ceil(this.#emptyUntilMs - nowMs)) };
  }

  /** Asks until nobody waits or the bucket is empty. Never rejects. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    do {
      const missing = this.#waiters.length + this.#batch() - this.#spare;
      const wanted = Math.max(1, Math.min(this.rate.burst, Math.ceil(missing)));
      try {
        const { granted, left, holders } = await this.store.lease(this.name, this.rate, wanted);
        this.#heard(granted, wanted, left, holders);
      } catch {
        // Whoever needs the store to publish is told by the publish itself.
        this.#lost();
      }
    } while (this.#waiters.length > 0);
    this.#isAsking = false;
  }

  #heard(granted: number, wanted: number, left: number, holders: number): void {
    const nowMs = this.clock.monotonic();
    this.#isAway = false;
    this.#spare += granted;
    this.#left = left;
    this.#leftAtMs = nowMs;
    this.#holders = holders;
    const isEmpty = granted < wanted;
    this.#emptyUntilMs = isEmpty ? nowMs + waitMs(1 - left, this.rate.perSecond) : -Infinity;
    this.#answer(() => {
      if (this.#spare >= 1) {
        this.#spare -= 1;
        return GRANTED;
      }
      return isEmpty ? this.#refused(nowMs) : null;
    });
  }

  #lost(): void {
    const nowMs = this.clock.monotonic();
    this.#isAway = true;
    this.#retryAtMs = nowMs + RETRY_MS;
    this.#answer(() => this.#takeAlone(nowMs));
  }

  /** Answers those who wait, in their order, until `answer` has none. */
  #answer(answer: () => Taking | null): void {
    for (;;) {
      const [first] = this.#waiters;
      const taking = first ? answer() : null;
      if (!first || !taking) return;
      this.#waiters.shift();
      first(taking);
    }
  }

  /** The share of one of those that were heard of last; when they became more or fewer it has what the last one had left. */
  #ownShare(nowMs: number): TokenBucket {
    if (this.#alone && this.#aloneOf === this.#holders) return this.#alone;
    const { perSecond, burst } = this.rate;
    const share = {
      perSecond: perSecond / this.#holders,
      burst: Math.max(1, burst / this.#holders),
    };
    this.#alone = new TokenBucket(share, nowMs, this.#alone?.level(nowMs));
    this.#aloneOf = this.#holders;
    return this.#alone;
  }

  /** What this instance holds: never more than comes back in a second, and nothing where that is less than one. */
  #batch(): number {
    const { perSecond, burst } = this.rate;
    const most = Math.min(this.store.holding * burst, perSecond);
    return Math.floor(most / this.#holders);
  }

  #leftNow(nowMs: number): number {
    const refill = ((nowMs - this.#leftAtMs) / 1000) * this.rate.perSecond;
    return Math.min(this.rate.burst, this.#left + refill);
  }
}
