import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Cluster } from 'ioredis';
import type { StoreFitness } from '../telemetry/store-fitness.port.js';
import { RedisConnection } from './redis-connection.js';
import { hasMessage } from './redis-script.js';
import { verdictOn } from './server-facts.js';

/**
 * Looks at the servers whenever a connection is up: another one may have answered. One that is too
 * old keeps this instance from being ready; what is only risky is told. Each finding is told once.
 */
@Injectable()
export class ServerCheck implements OnModuleInit, StoreFitness {
  readonly #logger = new Logger('Redis');
  #problem: string | null = null;
  #told: string | null = null;

  constructor(@Inject(RedisConnection) private readonly redis: Pick<RedisConnection, 'client'>) {}

  onModuleInit(): void {
    const { client } = this.redis;
    client.on('ready', () => void this.check());
    if (client.status === 'ready') void this.check();
  }

  problem(): string | null {
    return this.#problem;
  }

  /** Never rejects. */
  async check(): Promise<void> {
    const { client } = this.redis;
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    try {
      const verdicts = (await Promise.all(servers.map((server) => server.info()))).map(verdictOn);
      this.#problem = verdicts.find(({ problem }) => problem !== null)?.problem ?? null;
      this.#tell(verdicts.find(({ warning }) => warning !== null)?.warning ?? null);
    } catch (error) {
      // It may be gone again, and then it comes back; or INFO is not allowed, and then nothing is known.
      this.#logger.debug(
        `The server does not tell about itself: ${hasMessage(error) ? error.message : ''}`,
      );
    }
  }

  #tell(warning: string | null): void {
    const finding = this.#problem ?? warning;
    if (finding !== null && finding !== this.#told) {
      if (this.#problem === null) this.#logger.warn(finding);
      else this.#logger.error(`${finding} This instance does not become ready.`);
    }
    this.#told = finding;
  }
}
