import type { Environment } from './environment.js';

interface Sample {
  readonly roundTripMs: number;
  /** Cluster time minus this device's monotonic time. */
  readonly differenceMs: number;
  readonly takenAtMs: number;
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
  #differenceMs: number;

  constructor(private readonly environment: Environment) {
    this.#differenceMs = environment.wallClockMs() - environment.monotonicMs();
  }

  /** Milliseconds since 1970 on the cluster clock, as well as it is known here. */
  now(): number {
    return this.environment.monotonicMs() + this.#differenceMs;
  }

  /** A new session: what was measured before may be from before a sleep, so it counts no more. */
  restart(serverTimeMs: number): void {
    this.#samples = [];
    // The way here took time too, so this estimate is late; any sample beats it.
    this.#take(serverTimeMs, Number.POSITIVE_INFINITY, this.environment.monotonicMs());
  }

  /** An answer to `clock`, heard now. @param sentAtMs when it was asked, on the monotonic clock */
  heard(serverTimeMs: number, sentAtMs: number): void {
    const nowMs = this.environment.monotonicMs();
    const roundTripMs = nowMs - sentAtMs;
    this.#take(serverTimeMs + roundTripMs / 2, roundTripMs, nowMs);
  }

  #take(serverNowMs: number, roundTripMs: number, nowMs: number): void {
    const sample = { roundTripMs, differenceMs: serverNowMs - nowMs, takenAtMs: nowMs };
    const young = this.#samples.filter(({ takenAtMs }) => nowMs - takenAtMs < SAMPLE_LIFE_MS);
    this.#samples = [...young, sample].slice(-SAMPLES_MAX);
    const best = this.#samples.reduce((one, other) =>
      other.roundTripMs <= one.roundTripMs ? other : one,
    );
    this.#differenceMs = best.differenceMs;
  }
}
