import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { hasScope } from '../../../src/identity/scopes.js';
import { SCOPES } from '../../../src/protocol/scopes.js';
import { tokenFor } from '../../support/token.js';
import { identityOf, refusalOf, secret } from './identity-of.js';
import { systemClock } from '../../../src/kernel/clock.js';

const opsKey = 'ops-key-of-128-random-bits';
const readKey = 'read-key-of-128-random-bits';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const identity = identityOf({
  clock: systemClock,
  adminKeys: [
    { name: 'ops', sha256: sha256(opsKey), scopes: ['*'] },
    { name: 'read', sha256: sha256(readKey), scopes: ['channels.read'] },
  ],
});

describe('an admin key', () => {
  test('is its name as a publisher, with its scopes', async () => {
    await expect(identity.principalOf(opsKey)).resolves.toEqual({
      publisher: 'key:ops',
      user: null,
      scopes: ['*'],
    });
    await expect(identity.principalOf(readKey)).resolves.toEqual({
      publisher: 'key:read',
      user: null,
      scopes: ['channels.read'],
    });
  });

  test.each([
    ['a character short', opsKey.slice(0, -1)],
    ['a character long', `${opsKey}x`],
    ['in capitals', opsKey.toUpperCase()],
    ['by its digest', sha256(opsKey)],
    ['by its name', 'ops'],
    ['empty', ''],
    ['huge', 'k'.repeat(1_000_000)],
  ])('%s is nobody', async (_how, bearer) => {
    expect(await refusalOf(identity.principalOf(bearer))).toMatchObject({
      code: 'unauthenticated',
      retryable: false,
    });
  });
});

describe('a token', () => {
  test('is its user as a publisher, with its scopes', async () => {
    const token = await tokenFor(secret, { sub: 'svc', scopes: ['messages.write'] });
    await expect(identity.principalOf(token)).resolves.toEqual({
      publisher: 'svc',
      user: 'svc',
      scopes: ['messages.write'],
    });
  });

  test('without scopes is somebody who may do nothing', async () => {
    const token = await tokenFor(secret, { sub: 'ann' });
    await expect(identity.principalOf(token)).resolves.toEqual({
      publisher: 'ann',
      user: 'ann',
      scopes: [],
    });
  });

  test('that has expired is told so', async () => {
    const token = await tokenFor(secret, { sub: 'ann', expiresInSeconds: -60 });
    expect(await refusalOf(identity.principalOf(token))).toMatchObject({ code: 'token_expired' });
  });
});

describe('scopes', () => {
  test.each(SCOPES.map((scope) => [scope] as const))('%s is opened by itself and by *', (scope) => {
    expect(hasScope([scope], scope)).toBe(true);
    expect(hasScope(['*'], scope)).toBe(true);
    const others = SCOPES.filter((other) => other !== scope);
    expect(hasScope(others, scope)).toBe(false);
    expect(hasScope([`${scope}.x`, scope.toUpperCase(), `${scope} `, ''], scope)).toBe(false);
  });
});
