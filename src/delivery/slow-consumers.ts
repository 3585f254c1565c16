import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Session } from './session.js';

/** How long a connection may leave everything unread before it is closed, in milliseconds. */
const STALLED_MS = 30_000;
const SWEEP_MS = 1_000;
/** Answers of full size that may be on their way beside the outbox, in bytes: one of presence, and three pages. */
const ANSWERS_BYTES = 2_097_152;

/** Ends connections that do not read: what they missed is in the log, and they may come back for it. */
@Injectable()
export class SlowConsumers implements OnModuleInit, OnModuleDestroy {
  readonly #stalled = new Map<Session, number>();
  readonly #unreadMax: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly metrics: Metrics,
  ) {
    const { fallback, namespaces } = config.policy;
    const sizes = [fallback, ...Object.values(namespaces)].map((one) => one?.maxMessageBytes ?? 0);
    // A message is written however long it is: who reads it at its own pace is not slow for that.
    this.#unreadMax = config.outboxBytes + ANSWERS_BYTES + Math.max(...sizes);
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => this.sweep(performance.now()), SWEEP_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  /** The kernel has stopped taking what this connection is sent. */
  stalled(session: Session): void {
    if (!this.#stalled.has(session)) this.#stalled.set(session, performance.now());
  }

  /** Everything was taken, or the connection has ended. */
  recovered(session: Session): void {
    this.#stalled.delete(session);
  }

  /** Whether more may be handed to the connection; closes it when it leaves far too much unread. False once it has ended. */
  hasRoom(session: Session): boolean {
    if (session.outbox.isOver) return false;
    if (session.wire.unflushed() <= this.#unreadMax) return true;
    this.#close(session);
    return false;
  }

  /** Called by a timer, and by tests that hold the clock. */
  sweep(now: number): void {
    for (const [session, since] of this.#stalled)
      if (now - since >= STALLED_MS) this.#close(session);
  }

  #close(session: Session): void {
    this.#stalled.delete(session);
    if (session.outbox.isOver) return;
    // Its socket may stay for a while: told once, and nothing that is written there would arrive.
    session.end();
    this.metrics.dropped('slow_consumer');
    session.wire.close({
      code: 'slow_consumer',
      message: 'This connection does not read what it is sent. Connect again and resume.',
      reconnect: true,
      retryAfterMs: 1_000,
    });
  }
}
