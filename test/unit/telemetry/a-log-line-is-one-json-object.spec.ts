import { Logger } from '@nestjs/common';
import { afterEach, expect, test } from '@jest/globals';
import { loggerOf } from './log-lines.js';

afterEach(() => {
  Logger.overrideLogger(['log']);
});

test('level, time, instance, context and text are its fields', () => {
  const { logger, line, written } = loggerOf();
  logger.log('listening', 'Main');
  expect(line()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    instance: 'i1',
    context: 'Main',
    msg: 'listening',
  });
  expect(written).toEqual([expect.stringMatching(/^[^\n]*\n$/)]);
});

test('an object becomes fields, its message the text', () => {
  const { logger, line } = loggerOf();
  logger.log({ message: 'listening', url: 'http://127.0.0.1:3000', level: 'forged' });
  expect(line()).toMatchObject({
    msg: 'listening',
    url: 'http://127.0.0.1:3000',
    level: 'info',
  });
});

test.each([
  ['fatal', 'fatal'],
  ['error', 'error'],
  ['warn', 'warn'],
  ['log', 'info'],
  ['debug', 'debug'],
  ['verbose', 'trace'],
] as const)('%s is written as %s', (method, level) => {
  const { logger, line } = loggerOf();
  logger[method]('text');
  expect(line()).toMatchObject({ level });
});

test('what is below the level is not written', () => {
  const { logger, written } = loggerOf('warn');
  logger.log('quiet');
  expect(written).toEqual([]);
});

test('what the framework lists at a start is for debugging, its complaints are not', () => {
  const { logger, written } = loggerOf('info');
  logger.log('Mapped {/v1/messages, POST} route', 'RouterExplorer');
  expect(written).toEqual([]);
  logger.warn('Duplicate route', 'RouterExplorer');
  expect(written).toHaveLength(1);
});

test("a stack that Nest's logger hands over is a field, and the context stays one", () => {
  const { logger, line } = loggerOf();
  Logger.overrideLogger(logger);
  new Logger('Broker').error('lost', new Error('gone').stack);
  expect(line()).toMatchObject({
    context: 'Broker',
    msg: 'lost',
    stack: expect.stringContaining('Error: gone'),
  });
});

test('an error is told with its type, its stack and its cause', () => {
  const { logger, line } = loggerOf();
  logger.error(new TypeError('outer', { cause: new Error('inner') }));
  expect(line()).toMatchObject({
    msg: 'outer',
    err: {
      type: 'TypeError',
      stack: expect.stringContaining('log-line'),
      cause: { type: 'Error', message: 'inner' },
    },
  });
});
