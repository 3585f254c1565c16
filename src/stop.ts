import type { INestApplication, LoggerService } from '@nestjs/common';
import process from 'node:process';
import type { Config } from './config/config.js';
import { Drain } from './gateway/drain.js';
import { RequestsUnderWay } from './requests-under-way.js';

/** Of the time for a graceful stop, what is kept back for the process to end in. */
const EXIT_MARGIN_MS = 250;

/** Of the time for a graceful stop, the share in which HTTP requests under way may settle. */
const REQUESTS_SHARE = 0.7;

/**
 * Ends the process well on SIGTERM and SIGINT: not ready at once, clients told and moved, requests
 * settled, exit 0. A second signal ends it at once. Whatever hangs, the process is gone in time.
 */
export function stopOnSignals(app: INestApplication, config: Config, logger: LoggerService): void {
  let isStopping = false;
  const requests = new RequestsUnderWay(app);
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.log({ message: 'stopping', signal });
    const inTime = Math.max(EXIT_MARGIN_MS, config.drainTimeoutMs - EXIT_MARGIN_MS);
    setTimeout(() => {
      logger.warn('Not everything ended in time; leaving anyway.');
      process.exit(0);
    }, inTime).unref();
    void end(app, requests, config, logger);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function end(
  app: INestApplication,
  requests: RequestsUnderWay,
  config: Config,
  logger: LoggerService,
): Promise<void> {
  try {
    const settled = requests.settled(config.drainTimeoutMs * REQUESTS_SHARE);
    await app.get(Drain, { strict: false }).run();
    await settled;
    await app.close();
  } catch (error) {
    logger.error(error);
  }
  logger.log('stopped');
  process.exit(0);
}
