import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { Connections } from './connections.js';

/** How long a client may go on after its token has expired, to fetch a new one. */
const GRACE_MS = 25_000;
const SWEEP_MS = 1_000;

/** Ends the sessions whose token has run out: one sweep for all, instead of a timer for each. */
@Injectable()
export class Expiry implements OnModuleInit, OnModuleDestroy {
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly connections: Connections,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** Called by a timer, and by tests that hold the clock. */
  sweep(): void {
    const now = this.clock.now();
    for (const { caller, session } of this.connections) {
      if (caller.expiresAt === null || caller.expiresAt + GRACE_MS > now) continue;
      session.wire.close({
        code: 'token_expired',
        message: 'The token has expired. Connect again with a new one.',
        reconnect: true,
        retryAfterMs: 0,
      });
    }
  }
}
