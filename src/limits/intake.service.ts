import {
  Inject,
  Injectable,
  Logger,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { LoopDelay } from '../kernel/loop-delay.js';
import { CarillonError } from '../protocol/carillon-error.js';
import type { Priority } from '../protocol/priority.js';
import { type Intake, Metrics } from '../telemetry/metrics.js';
import { LagGate } from './lag-gate.js';

/** How often the event loop's delay is looked at. */
const LOOK_MS = 500;

/** Clients that are refused come back after this and up to as much again, so that they do not come at once. */
const RETRY_MS = 2_000;

/** Whether this instance takes anything new: not while it stops, and less while its event loop lags. */
@Injectable()
export class IntakeService implements OnModuleInit, OnModuleDestroy {
  readonly #logger = new Logger('Intake');
  readonly #gates: Readonly<Record<Intake, LagGate>>;
  #timer: NodeJS.Timeout | null = null;
  #isDraining = false;

  constructor(
    @Inject(CONFIG) { lag }: Pick<Config, 'lag'>,
    @Inject(LoopDelay) private readonly loopDelay: Pick<LoopDelay, 'start' | 'stop' | 'takeP99Ms'>,
    @Inject(Metrics) private readonly metrics: Pick<Metrics, 'refusing'>,
  ) {
    this.#gates = {
      connections: new LagGate(lag.connectMs),
      publishes: new LagGate(lag.publishMs),
    };
  }

  onModuleInit(): void {
    this.loopDelay.start();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.loopDelay.stop();
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** From now on nothing new is taken in; what is connected goes on until it is moved. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Looks at the event loop once. Called by a timer, and by tests with a delay of their own. */
  look(): void {
    const delayMs = this.loopDelay.takeP99Ms();
    this.#look('connections', delayMs);
    this.#look('publishes', delayMs);
  }

  /** Why no connection is taken now: `draining` or `overloaded`; null: come in. */
  connectionRefusal(): CarillonError | null {
    if (this.#isDraining) return draining();
    return this.#gates.connections.isShut ? overloaded() : null;
  }

  /**
   * What is `critical` is taken however late the loop is: it is few, and the load is not its own. Rights
   * and rates bound it.
   *
   * @param priorityOf is asked only while the loop is late
   * @throws CarillonError `overloaded`
   */
  requirePublish(priorityOf: () => Priority | null): void {
    if (this.#gates.publishes.isShut && priorityOf() !== 'critical') throw overloaded();
  }

  /**
   * For what no open connection holds to this instance.
   *
   * @throws CarillonError `draining`
   */
  requireOpen(): void {
    if (this.#isDraining) throw draining();
  }

  #look(what: Intake, delayMs: number): void {
    const gate = this.#gates[what];
    if (!gate.observe(delayMs)) return;
    this.metrics.refusing(what, gate.isShut);
    if (gate.isShut) {
      this.#logger.warn(`The event loop is ${delayMs} ms late: ${what} are refused as overloaded.`);
    } else {
      this.#logger.log(`The event loop keeps up again: ${what} are taken.`);
    }
  }
}

function draining(): CarillonError {
  return new CarillonError('draining', 'This instance is stopping. Use another one.', {
    retryAfterMs: 1_000,
  });
}

function overloaded(): CarillonError {
  return new CarillonError('overloaded', 'This instance has too much to do. Try again later.', {
    retryAfterMs: RETRY_MS + Math.floor(Math.random() * RETRY_MS),
  });
}
