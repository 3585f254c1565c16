import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';

const LOOK_MS = 20;

/** The HTTP requests that were begun and not answered: a stop waits for them. */
export class RequestsUnderWay {
  #count = 0;

  constructor(app: INestApplication) {
    // Nest types its server as any; the Express adapter makes a plain one.
    const server = app.getHttpServer() as Server;
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
      this.#count += 1;
      response.once('close', () => {
        this.#count -= 1;
      });
    });
  }

  /** Resolves when all are answered, or when the time is over. */
  async settled(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#count > 0 && performance.now() < deadline) await delay(LOOK_MS);
  }
}
