import type { Environment } from './environment.js';

interface Sample {
  readonly roundTripMs: number;
  /** Cluster time minus this device's monotonic time. */
  readonly differenceMs: number;
  readonly takenAtMs: number;
  /** By how much the cluster clock may be behind and ahead of this estimate. */
  readonly behindMs: number;
  readonly aheadMs: number;
}

/** Enough for a good minimum, few enough that drift of the device's clock is followed. */
const SAMPLES_MAX = 16;
const SAMPLE_LIFE_MS = 600_000;

/**
 * An estimate of the cluster clock: that of the sample with the shortest round trip, because its
 * error is at most half of that. The device's own wall clock counts only until the first word of a server.
 */
export class ServerClock {
  #samples: Sample[] = [];
  #best: Sample;

  constructor(private readonly environment: Environment) {
    const takenAtMs = environment.monotonicMs();
    const differenceMs = environment.wallClockMs() - takenAtMs;
    const unknown = { roundTripMs: Number.POSITIVE_INFINITY, behindMs: 0, aheadMs: 0 };
    this.#best = { differenceMs, takenAtMs, ...unknown };
  }

  /** Milliseconds since 1970 on the cluster clock, as well as it is known here. */
  now(): number {
    return this.environment.monotonicMs() + this.#best.differenceMs;
  }

  /** It is not earlier than this on the cluster clock. */
  earliest(): number {
    return this.now() - this.#best.behindMs;
  }

  /** It is not later than this on the cluster clock. */
  latest(): number {
    return this.now() + this.#best.aheadMs;
  }

  /**
   * A new session. What was measured before may be from before a sleep: of it only the best estimate is
   * kept, and only where the server's word allows it.
   *
   * @param handshakeMs how long ago the connection was begun: what the server says now is younger
   * @returns whether it was
   */
  restart(serverTimeMs: number, handshakeMs: number): boolean {
    const before = this.#best;
    const earliestMs = serverTimeMs - this.environment.monotonicMs();
    const latestMs = earliestMs + handshakeMs;
    const isKept =
      Number.isFinite(before.roundTripMs) &&
      before.differenceMs + before.aheadMs >= earliestMs &&
      before.differenceMs - before.behindMs <= latestMs;
    this.#samples = [];
    // Alone, the server's word is late by its way here: any sample beats it.
    const roundTripMs = isKept ? handshakeMs : Number.POSITIVE_INFINITY;
    const keptMs = Math.min(latestMs, Math.max(earliestMs, before.differenceMs)) - earliestMs;
    const behindMs = isKept ? keptMs : 0;
    this.#take(serverTimeMs + behindMs, { roundTripMs, behindMs, aheadMs: handshakeMs - behindMs });
    return isKept;
  }

  /** An answer to `clock`, heard now. @param sentAtMs when it was asked, on the monotonic clock */
  heard(serverTimeMs: number, sentAtMs: number): void {
    const roundTripMs = this.environment.monotonicMs() - sentAtMs;
    const halfMs = roundTripMs / 2;
    this.#take(serverTimeMs + halfMs, { roundTripMs, behindMs: halfMs, aheadMs: halfMs });
  }

  #take(serverNowMs: number, errors: Pick<Sample, 'roundTripMs' | 'behindMs' | 'aheadMs'>): void {
    const nowMs = this.environment.monotonicMs();
    const sample = { differenceMs: serverNowMs - nowMs, takenAtMs: nowMs, ...errors };
    const young = this.#samples.filter(({ takenAtMs }) => nowMs - takenAtMs < SAMPLE_LIFE_MS);
    this.#samples = [...young, sample].slice(-SAMPLES_MAX);
    this.#best = this.#samples.reduce((one, other) =>
      other.roundTripMs <= one.roundTripMs ? other : one,
    );
  }
}
