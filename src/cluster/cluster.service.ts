import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { BROKER } from '../broker/broker.port.js';
import type { Broker } from '../broker/broker.port.js';
import { CONFIG } from '../config/config.js';
import type { Config } from '../config/config.js';
import type { Instance } from '../protocol/admin/instance.js';
import { INSTANCE_REGISTRY } from './instance-registry.port.js';
import type { InstanceRegistry } from './instance-registry.port.js';
import { INSTANCE_REPORT } from './instance-report.port.js';
import type { InstanceReport } from './instance-report.port.js';
import { VERSION } from './version.js';

const ANNOUNCE_EVERY_MS = 1_000;
/** Some announcements may be lost or late before an instance counts as gone. */
const ANNOUNCEMENT_MS = 5_000;

/** The instances of the cluster: announces this one and knows the others. */
@Injectable()
export class ClusterService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(ClusterService.name);
  #startedAt: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #announcing: Promise<void> | null = null;
  #isHeard: boolean | null = null;

  constructor(
    @Inject(INSTANCE_REGISTRY) private readonly registry: InstanceRegistry,
    @Inject(INSTANCE_REPORT) private readonly report: InstanceReport,
    @Inject(BROKER) private readonly broker: Pick<Broker, 'now'>,
    @Inject(CONFIG) private readonly config: Pick<Config, 'instanceId'>,
    @Inject(VERSION) private readonly version: string,
  ) {}

  onApplicationBootstrap(): void {
    this.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  /** Announces this instance now and each second, and goes on while the registry is away. */
  start(): void {
    if (this.#timer !== null) return;
    this.#timer = setInterval(() => void this.announce(), ANNOUNCE_EVERY_MS);
    this.#timer.unref();
    void this.announce();
  }

  /** Takes this instance off the list. Never rejects: the announcement expires by itself. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    // An announcement that is still on its way would otherwise come after the withdrawal.
    await this.#announcing;
    try {
      await this.registry.withdraw(this.config.instanceId);
    } catch {
      // The others see it for some seconds more.
    }
  }

  /**
   * All instances that run, this one included with what holds now, by id.
   *
   * @throws `unavailable` when the registry does not answer
   */
  async instances(): Promise<Instance[]> {
    const own = this.#own();
    const others = await this.registry.list(this.#now());
    return [own, ...others.filter(({ id }) => id !== own.id)].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
  }

  /** Announces this instance once; never rejects. Called by a timer, and by tests that hold the clock. */
  announce(): Promise<void> {
    // A registry that answers slowly must not be asked more and more at once.
    this.#announcing ??= this.#announce().finally(() => {
      this.#announcing = null;
    });
    return this.#announcing;
  }

  async #announce(): Promise<void> {
    const nowMs = this.#now();
    try {
      await this.registry.announce(this.#own(), { nowMs, untilMs: nowMs + ANNOUNCEMENT_MS });
      if (this.#isHeard === false) this.#logger.log('this instance is announced again');
      this.#isHeard = true;
    } catch {
      // Said once, because it would be said each second while the registry is away.
      if (this.#isHeard !== true) return;
      this.#isHeard = false;
      this.#logger.warn('this instance cannot be announced; it is tried each second');
    }
  }

  #own(): Instance {
    this.#startedAt ??= this.#now();
    const { instanceId: id } = this.config;
    return { id, version: this.version, startedAt: this.#startedAt, ...this.report() };
  }

  #now(): number {
    return Math.floor(this.broker.now());
  }
}
