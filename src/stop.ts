import type { INestApplication, LoggerService } from '@nestjs/common';
import process from 'node:process';
import type { Config } from './config/config.js';
import { Drain } from './gateway/drain.js';

/** Of the time for a graceful stop, what is kept back for the process to end in. */
const EXIT_MARGIN_MS = 250;

/**
 * Ends the process well on SIGTERM and SIGINT: not ready at once, clients told and moved, requests
 * settled, exit 0. A second signal ends it at once. Whatever hangs, the process is gone in time.
 */
export function stopOnSignals(app: INestApplication, config: Config, logger: LoggerService): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.log({ message: 'stopping', signal });
    const inTime = Math.max(EXIT_MARGIN_MS, config.drainTimeoutMs - EXIT_MARGIN_MS);
    setTimeout(() => {
      logger.warn('Not everything ended in time; leaving anyway.');
      process.exit(0);
    }, inTime).unref();
    void end(app, logger);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function end(app: INestApplication, logger: LoggerService): Promise<void> {
  try {
    await app.get(Drain, { strict: false }).run();
    await app.close();
  } catch (error) {
    logger.error(error);
  }
  logger.log('stopped');
  process.exit(0);
}
