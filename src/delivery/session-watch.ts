import type { Metrics } from '../telemetry/metrics.js';
import { endBroken } from './end-broken.js';
import type { OutboxWatch } from './outbox-rules.js';
import type { Session } from './session.js';
import type { SlowConsumers } from './slow-consumers.js';

/** What comes of a connection that does not take what its outbox writes. One small object: there is one for each. */
export class SessionWatch implements OutboxWatch {
  /** Set before the outbox is opened. */
  session: Session | null = null;

  constructor(
    private readonly slow: SlowConsumers,
    private readonly metrics: Metrics,
  ) {}

  stalled(): void {
    if (this.session) this.slow.stalled(this.session);
  }

  recovered(): void {
    if (this.session) this.slow.recovered(this.session);
  }

  broken(error: unknown): void {
    if (this.session) endBroken(this.session, error, this.metrics);
  }
}
