import { expect, test } from '@jest/globals';
import { loggerOf } from './log-lines.js';

test.each([
  ['a line end', 'user\n{"level":"fatal"}', 'user\\u000a{"level":"fatal"}'],
  ['a terminal command', 'a\u001b[2Jb', 'a\\u001b[2Jb'],
  ['a C1 control', 'a\u009bb', 'a\\u009bb'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
])('%s from a client stays visible text', (_, text, shown) => {
  const { logger, line } = loggerOf();
  logger.warn(`refused ${text}`);
  expect(line()).toMatchObject({ msg: `refused ${shown}` });
  logger.warn({ message: 'refused', user: text });
  expect(line()).toMatchObject({ user: shown });
});

test('a megabyte from a client is cut', () => {
  const { logger, written } = loggerOf();
  logger.log('x'.repeat(1_000_000));
  expect(written.join('').length).toBeLessThan(10_000);
});

test('a value that goes on for ever is cut', () => {
  const { logger, written } = loggerOf();
  const endless: { self?: unknown; list: number[] } = {
    list: Array.from({ length: 10_000 }, () => 1),
  };
  endless.self = endless;
  logger.log({ message: 'm', endless });
  expect(written.join('').length).toBeLessThan(10_000);
});
