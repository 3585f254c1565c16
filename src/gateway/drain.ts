import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { IntakeService } from '../limits/intake.service.js';
import { Connections } from './connections.js';

/** Of the time for a graceful stop, the share in which clients are moved; the rest is for closing. */
const MOVING_SHARE = 0.4;
const BATCHES = 20;
/** Connections that are moved at once without spreading: too few to make a storm. */
const SMALL = 25;
/** Of the same time, the share in which requests under way may settle first. */
const SETTLING_SHARE = 0.3;

/** Moves the clients of an instance that stops to the others, in batches spread over time. */
@Injectable()
export class Drain {
  readonly #logger = new Logger('Drain');

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
    await this.#settle();
    const batches = all.length <= SMALL ? 1 : BATCHES;
    const pauseMs = (this.config.drainTimeoutMs * MOVING_SHARE) / batches;
    const batchSize = Math.ceil(all.length / batches);
    for (let start = 0; start < all.length; start += batchSize) {
      for (const { session } of all.slice(start, start + batchSize)) {
        session.outbox.flush();
        session.wire.close({
          code: 'draining',
          message: 'This instance is stopping. Connect to another one and resume.',
          reconnect: true,
          retryAfterMs: Math.trunc(Math.random() * 500),
        });
      }
      if (batches > 1) await delay(Math.max(0, pauseMs));
    }
  }

  /** Waits, bounded, for the requests that are under way. */
  async #settle(): Promise<void> {
    const deadline = performance.now() + this.config.drainTimeoutMs * SETTLING_SHARE;
    while (performance.now() < deadline) {
      let pending = 0;
      for (const connection of this.connections) pending += connection.pending;
      if (pending === 0) return;
      await delay(10);
    }
  }
}
