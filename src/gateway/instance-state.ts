import { Inject, Injectable } from '@nestjs/common';
import type { Instance } from '../protocol/admin/instance.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import type { InstanceReport } from '../cluster/instance-report.port.js';
import { DeliveryService } from '../delivery/delivery.service.js';
import { IntakeService } from '../limits/intake.service.js';
import { Metrics } from '../telemetry/metrics.js';
import type { Readiness } from '../telemetry/readiness.port.js';
import { STORE_FITNESS, type StoreFitness } from '../telemetry/store-fitness.port.js';
import { Connections } from './connections.js';

/** What this instance says of itself: to load balancers, to the other instances, to its operator. */
@Injectable()
export class InstanceState implements Readiness {
  #hasBeenReady = false;
  #isListening = false;

  constructor(
    @Inject(BROKER) private readonly broker: Broker,
    private readonly intake: IntakeService,
    private readonly connections: Connections,
    private readonly delivery: DeliveryService,
    private readonly metrics: Metrics,
    @Inject(STORE_FITNESS) private readonly store: StoreFitness,
  ) {}

  /** The doors are open: what was started before may be used now. */
  listening(): void {
    this.#isListening = true;
  }

  isReady(): boolean {
    return this.reason() === null;
  }

  reason(): string | null {
    if (this.intake.isDraining) return 'draining';
    if (!this.#isListening) return 'starting';
    if (!this.broker.isReady()) return 'waiting for the broker';
    const problem = this.store.problem();
    if (problem !== null) return problem;
    this.#hasBeenReady = true;
    return null;
  }

  readonly report: InstanceReport = () => ({
    sessions: this.connections.size,
    channels: this.delivery.channelCount,
    loopDelayMs: Math.round(this.metrics.loopDelayMs() * 100) / 100,
    outboxBytes: this.delivery.outboxBytes,
    state: this.#state(),
  });

  #state(): Instance['state'] {
    if (this.isReady()) return 'ready';
    if (this.intake.isDraining) return 'draining';
    return this.#hasBeenReady ? 'degraded' : 'starting';
  }
}
