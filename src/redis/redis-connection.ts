import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Keys } from './keys.js';
import { connectForCommands, disconnect, type RedisClient } from './redis-client.js';

/** The connection for commands that the adapters of an instance share, and the names of their keys. */
@Injectable()
export class RedisConnection implements OnApplicationShutdown {
  readonly client: RedisClient;
  readonly keys: Keys;

  constructor(@Inject(CONFIG) config: Config) {
    this.client = connectForCommands(config.redis);
    this.keys = new Keys(config.redis.prefix);
  }

  /** Here and not earlier: what ends with the sockets still writes while modules are destroyed. */
  onApplicationShutdown(): void {
    disconnect(this.client);
  }
}
