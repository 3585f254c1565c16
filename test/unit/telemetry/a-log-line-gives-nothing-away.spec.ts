import { expect, test } from '@jest/globals';
import { loggerOf } from './log-lines.js';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLXRleHQ';

test.each([
  `Authorization: Bearer ${jwt}`,
  'authorization: bearer s3cr3t-admin-key',
  `a token ${jwt} in the middle`,
  'connecting to redis://user:s3cr3t@cache:6379/0',
])('a credential inside of a text is hidden: %s', (text) => {
  const { logger, written } = loggerOf();
  logger.log(text);
  expect(written.join('')).toContain('[redacted]');
  expect(written.join('')).not.toMatch(/s3cr3t|c2lnbmF0dXJl/);
});

test.each([
  'token',
  'authorization',
  'secret',
  'password',
  'adminApiKey',
  'Cookie',
  'clientSecret',
])('the value of a field named %s is hidden, however deep', (name) => {
  const { logger, written } = loggerOf();
  logger.log({ message: 'm', request: { headers: [{ [name]: 'plain-words' }] } });
  expect(written.join('')).toContain(`"${name}":"[redacted]"`);
  expect(written.join('')).not.toContain('plain-words');
});

test('an error thrown with a token in its text is hidden in text and stack', () => {
  const { logger, written } = loggerOf();
  logger.error(new Error(`bad ${jwt}`), 'Identity');
  expect(written.join('')).not.toContain('c2lnbmF0dXJl');
});

test('bytes are counted, not written', () => {
  const { logger, line } = loggerOf();
  logger.log({ message: 'm', data: Buffer.from('payload') });
  expect(line()).toMatchObject({ data: '[7 bytes]' });
});
