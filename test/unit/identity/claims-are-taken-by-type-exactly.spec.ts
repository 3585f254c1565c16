import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  encoded,
  HandClock,
  identityOf,
  nowSeconds,
  otherSecret,
  refusalOf,
  secret,
} from './identity-of.js';

const exp = nowSeconds + 3600;

/** Signed by hand, so that claims which no library would write can be tried. */
function token(claims: Record<string, unknown> | string, key = secret): string {
  const text = typeof claims === 'string' ? claims : JSON.stringify({ sub: 'ann', exp, ...claims });
  const input = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(text)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

describe('a good token', () => {
  test('with nothing but a subject makes a caller without tags, scopes and grants', async () => {
    await expect(identityOf().authenticate(token('{"sub":"ann"}'))).resolves.toEqual({
      user: 'ann',
      name: null,
      tags: [],
      grants: null,
      scopes: [],
      expiresAt: null,
    });
  });

  test('with every claim makes a complete caller', async () => {
    const claims = {
      sub: 'ann@example.com',
      name: 'Ann Ünal',
      tags: ['eu', 'beta', 'eu'],
      grants: { 'chat:*': ['subscribe', 'publish'], 'news:today': ['history'] },
      scopes: ['messages.write', 'something.else'],
      aud: 'other',
      custom: { anything: 1 },
    };
    await expect(identityOf().authenticate(token(claims))).resolves.toEqual({
      user: 'ann@example.com',
      name: 'Ann Ünal',
      tags: ['eu', 'beta'],
      grants: [
        { pattern: 'chat:*', actions: ['subscribe', 'publish'] },
        { pattern: 'news:today', actions: ['history'] },
      ],
      scopes: ['messages.write', 'something.else'],
      expiresAt: exp * 1000,
    });
  });

  test('with empty grants grants nothing, which is not the same as no grants', async () => {
    const caller = await identityOf().authenticate(token({ grants: {} }));
    expect(caller.grants).toEqual([]);
  });

  test('is accepted by each of the secrets while they rotate', async () => {
    const identity = identityOf({ auth: { secrets: [secret, otherSecret] } });
    await expect(identity.authenticate(token({}))).resolves.toMatchObject({ user: 'ann' });
    await expect(identity.authenticate(token({}, otherSecret))).resolves.toMatchObject({
      user: 'ann',
    });
  });
});

describe('a claim of another type or size is refused by its name', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);
  test.each([
    ['sub', { sub: undefined }],
    ['sub', { sub: '' }],
    ['sub', { sub: 7 }],
    ['sub', { sub: ['ann'] }],
    ['sub', { sub: null }],
    ['sub', { sub: 'ann lee' }],
    ['sub', { sub: 'ann\n' }],
    ['sub', { sub: 'a\u0000b' }],
    ['sub', { sub: 'a'.repeat(129) }],
    ['name', { name: 7 }],
    ['name', { name: { first: 'Ann' } }],
    ['name', { name: 'a\u001b[31m' }],
    ['name', { name: 'x'.repeat(257) }],
    ['tags', { tags: 'eu' }],
    ['tags', { tags: [7] }],
    ['tags', { tags: ['e u'] }],
    ['tags', { tags: many(33) }],
    ['grants', { grants: null }],
    ['grants', { grants: ['chat:*'] }],
    ['grants', { grants: { 'chat:*': 'subscribe' } }],
    ['grants', { grants: { 'chat:*': ['read'] } }],
    ['grants', { grants: { '': ['subscribe'] } }],
    ['grants', { grants: { ['x'.repeat(257)]: ['subscribe'] } }],
    ['grants', { grants: Object.fromEntries(many(257).map((name) => [name, ['publish']])) }],
    ['scopes', { scopes: 'messages.write' }],
    ['scopes', { scopes: { 'messages.write': true } }],
    ['scopes', { scopes: many(65) }],
    ['exp', { exp: String(exp) }],
    ['exp', { exp: null }],
    ['exp', { exp: [exp] }],
    ['exp', { exp: 1e300 }],
    ['nbf', { nbf: String(nowSeconds) }],
    ['iat', { iat: 'now' }],
  ])('%s: %j', async (claim, claims) => {
    expect(await refusalOf(identityOf().authenticate(token(claims)))).toEqual({
      code: 'unauthenticated',
      message: `The token's claim "${claim}" is missing or wrong; its issuer must mend it.`,
      retryable: false,
      details: { claim },
    });
  });

  test('a number too large to be one does not mean never', async () => {
    const answer = await refusalOf(identityOf().authenticate(token('{"sub":"ann","exp":1e400}')));
    expect(answer).toMatchObject({ code: 'unauthenticated', details: { claim: 'exp' } });
  });

  test('a grant for __proto__ changes no prototype', async () => {
    const payload = '{"sub":"ann","grants":{"__proto__":["publish"]}}';
    const { grants } = await identityOf().authenticate(token(payload));
    expect(grants).toEqual([]);
    expect(Object.prototype).not.toHaveProperty('0');
  });
});

describe('expiry', () => {
  test.each([
    ['this very second', { exp: nowSeconds }],
    ['a second ago', { exp: nowSeconds - 1 }],
    ['a year ago', { exp: nowSeconds - 31_536_000 }],
    ['before 1970', { exp: -1 }],
    ['half a second ago', { exp: nowSeconds - 0.5 }],
  ])('%s is token_expired', async (_when, claims) => {
    expect(await refusalOf(identityOf().authenticate(token(claims)))).toEqual({
      code: 'token_expired',
      message: 'The token has expired; send a new one.',
      retryable: false,
    });
  });

  test('a fraction of a second counts', async () => {
    const caller = await identityOf().authenticate(token({ exp: nowSeconds + 0.5 }));
    expect(caller.expiresAt).toBe(nowSeconds * 1000 + 500);
  });

  test('follows the clock', async () => {
    const clock = new HandClock();
    const identity = identityOf({ clock });
    await expect(identity.authenticate(token({}))).resolves.toBeDefined();
    clock.ms = exp * 1000;
    expect(await refusalOf(identity.authenticate(token({})))).toMatchObject({
      code: 'token_expired',
    });
  });

  test('is told only of a token whose signature is good', async () => {
    const forged = token({ exp: nowSeconds - 60 }, otherSecret);
    expect(await refusalOf(identityOf().authenticate(forged))).toMatchObject({
      code: 'unauthenticated',
    });
  });

  test('must be there where the server asks for it', async () => {
    const identity = identityOf({ auth: { requireExpiry: true } });
    await expect(identity.authenticate(token({}))).resolves.toBeDefined();
    expect(await refusalOf(identity.authenticate(token({ exp: undefined })))).toMatchObject({
      code: 'unauthenticated',
      details: { claim: 'exp' },
    });
  });
});

describe('not before', () => {
  test('a token of the future is refused', async () => {
    const answer = await refusalOf(identityOf().authenticate(token({ nbf: nowSeconds + 60 })));
    expect(answer).toMatchObject({ code: 'unauthenticated', details: { claim: 'nbf' } });
  });

  test('an issuer whose clock is a few seconds ahead is borne with', async () => {
    const early = token({ nbf: nowSeconds + 5, iat: nowSeconds + 5 });
    await expect(identityOf().authenticate(early)).resolves.toMatchObject({ user: 'ann' });
  });
});

describe('issuer and audience', () => {
  const identity = identityOf({ auth: { issuer: 'https://id.example.com', audience: 'push' } });
  const good = { iss: 'https://id.example.com', aud: 'push' };

  test.each([[good], [{ ...good, aud: ['web', 'push'] }]])('%j is accepted', async (claims) => {
    await expect(identity.authenticate(token(claims))).resolves.toMatchObject({ user: 'ann' });
  });

  test.each([
    ['iss', { ...good, iss: undefined }],
    ['iss', { ...good, iss: 'https://id.example.com/' }],
    ['iss', { ...good, iss: ['https://id.example.com'] }],
    ['aud', { ...good, aud: undefined }],
    ['aud', { ...good, aud: 'pus' }],
    ['aud', { ...good, aud: ['web'] }],
    ['aud', { ...good, aud: { push: true } }],
  ])('a wrong %s is refused: %j', async (claim, claims) => {
    expect(await refusalOf(identity.authenticate(token(claims)))).toMatchObject({
      code: 'unauthenticated',
      details: { claim },
    });
  });
});
