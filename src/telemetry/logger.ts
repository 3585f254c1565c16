import { createRequire } from 'node:module';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { Config } from '../config/config.js';
import { cleanStack, cleanText, cleanValue } from './redaction.js';

/** What the framework lists at each start: for whoever looks for a mistake in the wiring. */
const INVENTORIES: ReadonlySet<string> = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'NestMicroservice',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * What Nest logs through: pino, one JSON object a line, or readable lines on a developer's terminal.
 * An object as message becomes fields of the line: `log({ message: 'listening', url })`.
 *
 * Whatever a client put into a log line arrives there as text: control characters are escaped, tokens
 * and the values of secret-sounding keys are hidden.
 */
export class CarillonLogger implements LoggerService {
  private readonly pino: PinoLogger;

  /** `destination` receives the lines instead of standard output; for tests. */
  constructor(
    config: Pick<Config, 'environment' | 'logLevel' | 'instanceId'>,
    destination?: DestinationStream,
  ) {
    const options = {
      level: config.logLevel,
      base: { instance: config.instanceId },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are cleaned here; pino's own form of them would not be.
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label: string) => ({ level: label }) },
    };
    const stream = destination ?? readableOutput(config.environment);
    this.pino = stream === null ? pino(options) : pino(options, stream);
  }

  log(message: unknown, ...rest: unknown[]): void {
    const isInventory = INVENTORIES.has(String(rest.at(-1)));
    this.write(isInventory ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest appends the context as the last argument, and to an error its stack before that. */
  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const fields: Record<string, unknown> = {};
    const extra: unknown[] = [];
    const context = rest.at(-1);
    const hasContext = typeof context === 'string' && !isStack(context);
    if (hasContext) fields['context'] = cleanText(context);
    for (const part of hasContext ? rest.slice(0, -1) : rest) {
      if (part === undefined) continue;
      if (typeof part === 'string' && isStack(part)) fields['stack'] = cleanStack(part);
      else if (part instanceof Error && fields['err'] === undefined)
        fields['err'] = cleanValue(part);
      else extra.push(cleanValue(part));
    }
    if (extra.length > 0) fields['extra'] = extra;
    this.pino[level](...lineOf(message, fields));
  }
}

function lineOf(message: unknown, fields: Record<string, unknown>): [object, string] {
  if (typeof message === 'string') return [fields, cleanText(message)];
  if (message instanceof Error) {
    return [{ ...fields, err: cleanValue(message) }, cleanText(message.message)];
  }
  if (typeof message === 'object' && message !== null) {
    const {
      message: text,
      msg,
      level: _level,
      time: _time,
      ...others
    } = {
      ...message,
    } as Record<string, unknown>;
    const said = text ?? msg;
    const shown = cleanValue(others) as Record<string, unknown>;
    return [{ ...fields, ...shown }, typeof said === 'string' ? cleanText(said) : ''];
  }
  return [fields, cleanText(String(message))];
}

function isStack(text: string): boolean {
  return /\n\s+at /.test(text);
}

/** Null: JSON lines on standard output. */
function readableOutput(environment: Config['environment']): DestinationStream | null {
  if (environment !== 'development' || !process.stdout.isTTY) return null;
  try {
    // A development dependency: a production install does not have it, and does not need it.
    const pretty = createRequire(import.meta.url)('pino-pretty') as (
      options: object,
    ) => DestinationStream;
    return pretty({ sync: true, singleLine: true, ignore: 'pid,hostname,instance' });
  } catch {
    // Not installed: JSON lines are complete, only harder to read.
    return null;
  }
}
