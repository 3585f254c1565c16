import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CarillonError } from '../protocol/carillon-error.js';
import { BROKER, type Broker } from '../broker/broker.port.js';
import { CONFIG, type Config } from '../config/config.js';
import { IntakeService } from '../limits/intake.service.js';
import { Metrics } from '../telemetry/metrics.js';
import { STORE_FITNESS, type StoreFitness } from '../telemetry/store-fitness.port.js';
import { isOriginAllowed } from './origin.js';
import { type EngineRequest, refuse, spreadRetryMs } from './refusal.js';

/** Decides at the door, before anything is spent on a connection. */
@Injectable()
export class Admission {
  /** Whether a peer's forwarded headers are believed; set at start from TRUST_PROXY. */
  isTrustedProxy: (address: string) => boolean = () => false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BROKER) private readonly broker: Broker,
    private readonly intake: IntakeService,
    private readonly metrics: Metrics,
    @Inject(STORE_FITNESS) private readonly store: StoreFitness,
  ) {}

  /** True: go on with the handshake. False: the request was answered here. */
  admit(request: EngineRequest, connections: number): boolean {
    const refusal = this.#refusal(request, connections);
    if (!refusal) return true;
    this.metrics.connection('refused');
    refuse(request, refusal);
    return false;
  }

  #refusal(request: IncomingMessage, connections: number): CarillonError | null {
    if (!isOriginAllowed(request, this.config.corsOrigins, this.isTrustedProxy)) {
      return new CarillonError(
        'origin_forbidden',
        'Pages of this origin may not connect. Add it to CORS_ORIGINS.',
      );
    }
    const refusal = this.intake.connectionRefusal();
    if (refusal) return refusal;
    if (!this.broker.isReady() || this.store.problem() !== null) {
      return new CarillonError('unavailable', 'This instance waits for its broker. Try again.', {
        retryAfterMs: spreadRetryMs(),
      });
    }
    if (connections >= this.config.maxConnections) {
      return new CarillonError(
        'too_many_connections',
        'This instance is full. Connect to another one or try again.',
        { retryAfterMs: spreadRetryMs() },
      );
    }
    return null;
  }
}
