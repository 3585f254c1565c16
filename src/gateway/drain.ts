import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { IntakeService } from '../limits/intake.service.js';
import type { Connection } from './connection.js';
import { Connections } from './connections.js';

/** Of the time for a graceful stop, the share in which clients are moved; the rest is for closing. */
const MOVING_SHARE = 0.4;
const BATCHES = 20;
/** Connections that are moved at once without spreading: too few to make a storm. */
const SMALL = 25;
/** Of the same time, the share in which requests under way may settle. */
const SETTLING_SHARE = 0.3;
/** What a client sent before it heard of the end arrives in this time. */
const ON_THE_WAY_MS = 200;
/** No request takes longer, unless its client does not read. */
const SETTLED_WITHIN_MS = 1_500;

/** Moves the clients of an instance that stops to the others, in batches spread over time. */
@Injectable()
export class Drain {
  readonly #logger = new Logger('Drain');
  /** What is left of the time in which requests may settle. */
  #settlingMs = 0;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly intake: IntakeService,
    private readonly connections: Connections,
  ) {}

  /** Settles when every client was told and moved, within its share of DRAIN_TIMEOUT_MS. */
  async run(): Promise<void> {
    this.intake.drain();
    const all = [...this.connections];
    if (all.length === 0) return;
    this.#logger.log(`Moving ${all.length} connections to other instances.`);
    const movingMs = this.config.drainTimeoutMs * MOVING_SHARE;
    // In a short time fewer: what is on its way has to arrive in each.
    const batchesMax = Math.min(BATCHES, Math.max(1, Math.trunc(movingMs / ON_THE_WAY_MS)));
    const batches = all.length <= SMALL ? 1 : batchesMax;
    const forEachMs = movingMs / batches;
    const batchSize = Math.ceil(all.length / batches);
    this.#settlingMs = this.config.drainTimeoutMs * SETTLING_SHARE;
    for (let start = 0; start < all.length; start += batchSize) {
      const some = all.slice(start, start + batchSize);
      await this.#move(some, all.length > SMALL ? forEachMs : Math.min(forEachMs, ON_THE_WAY_MS));
    }
    // Whose handshake was under way when it began.
    await this.#move([...this.connections], 0);
  }

  /**
   * What was asked before is answered, and what comes after is refused: whoever asks on and on would
   * never be done. The connection ends after `quietMs`, when what was on its way has come.
   */
  async #move(some: readonly Connection[], quietMs: number): Promise<void> {
    for (const connection of some) connection.isLeaving = true;
    await delay(quietMs);
    await this.#settle(some);
    for (const { session } of some) {
      session.outbox.flush();
      session.wire.close({
        code: 'draining',
        message: 'This instance is stopping. Connect to another one and resume.',
        reconnect: true,
        retryAfterMs: Math.trunc(Math.random() * 500),
      });
    }
  }

  /** Waits, bounded, for the requests that are under way. */
  async #settle(some: readonly Connection[]): Promise<void> {
    const began = performance.now();
    const withinMs = Math.min(this.#settlingMs, SETTLED_WITHIN_MS);
    while (some.some(({ pending }) => pending > 0) && performance.now() - began < withinMs) {
      await delay(5);
    }
    this.#settlingMs -= performance.now() - began;
  }
}
