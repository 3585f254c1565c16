import type { Connection } from './connection.js';
import type { Environment } from './environment.js';
import type { ServerClock } from './server-clock.js';

/** A handful at first, spaced so that one slow moment does not spoil them all. */
const FIRST_SAMPLES = 5;
const FIRST_SPACING_MS = 200;
/** Then now and again: clocks of devices drift by milliseconds in minutes. */
const SPACING_MS = 30_000;
/** Who only comes back is in no hurry, and many come back at the same time. */
const COMEBACK_MS = 10_000;

export interface SamplerParts {
  readonly connection: Connection;
  readonly clock: ServerClock;
  readonly environment: Environment;
  /** The estimate may have changed. */
  readonly sampled: () => void;
}

/** Asks the server for the time as long as there is a session. */
export class ClockSampler {
  #stopTimer = () => {};
  #taken = 0;

  constructor(private readonly parts: SamplerParts) {}

  /** @param isKnown what was estimated before the connection was lost still fits */
  begin(isKnown: boolean): void {
    this.stop();
    // One slow sample is an estimate too, and none to go on with.
    const isSettled = isKnown && this.#taken >= FIRST_SAMPLES;
    if (!isSettled) this.#taken = 0;
    if (isSettled) this.#sampleAfter(this.parts.environment.random() * COMEBACK_MS);
    else this.#sample();
  }

  stop(): void {
    this.#stopTimer();
  }

  #sample(): void {
    const { connection, clock, environment, sampled } = this.parts;
    const sentAt = environment.monotonicMs();
    connection.send('clock', { sentAt }, (answer) => {
      if (!answer.ok) return;
      clock.heard(answer.reply.serverTime, sentAt);
      sampled();
    });
    this.#taken += 1;
    this.#sampleAfter(this.#taken < FIRST_SAMPLES ? FIRST_SPACING_MS : SPACING_MS);
  }

  #sampleAfter(ms: number): void {
    this.#stopTimer = this.parts.environment.after(ms, () => this.#sample());
  }
}
