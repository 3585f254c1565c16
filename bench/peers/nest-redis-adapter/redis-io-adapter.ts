import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import type { Server, ServerOptions } from 'socket.io';

/** As the documentation of NestJS shows it, on ioredis. */
export class RedisIoAdapter extends IoAdapter {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;

  constructor(app: INestApplicationContext, url: string) {
    super(app);
    this.#publisher = new Redis(url);
    this.#subscriber = this.#publisher.duplicate();
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const server = super.createIOServer(port, options);
    server.adapter(createAdapter(this.#publisher, this.#subscriber));
    return server;
  }
}
