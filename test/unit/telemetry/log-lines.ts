import type { Config } from '../../../src/config/config.js';
import { CarillonLogger } from '../../../src/telemetry/logger.js';

/** A logger and what it wrote, line by line. */
export function loggerOf(logLevel: Config['logLevel'] = 'trace') {
  const written: string[] = [];
  const logger = new CarillonLogger(
    { environment: 'test', logLevel, instanceId: 'i1' },
    { write: (line: string) => void written.push(line) },
  );
  return {
    logger,
    written,
    line: (): Record<string, unknown> =>
      JSON.parse(written.at(-1) ?? '') as Record<string, unknown>,
  };
}
