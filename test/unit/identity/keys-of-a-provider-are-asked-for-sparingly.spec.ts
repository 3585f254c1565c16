import { beforeAll, describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { IdentityService } from '../../../src/identity/identity.service.js';
import { RemoteKeySet } from '../../../src/identity/remote-key-set.js';
import { eventually } from '../../support/eventually.js';
import { HandClock, identityOf, nowSeconds, refusalOf } from './identity-of.js';
import { KeySetServer, type SigningKey, signedBy, signingKey } from './key-set-server.js';

const COOLDOWN_MS = 10_000;
const FRESH_MS = 300_000;
const STALE_MS = 3_600_000;
const longLived = { exp: nowSeconds + 86_400 };

let first: SigningKey;
let second: SigningKey;

beforeAll(async () => {
  // What goes wrong at the provider is logged, and here it goes wrong on purpose.
  Logger.overrideLogger(false);
  first = await signingKey('ES256', 'first');
  second = await signingKey('ES256', 'second');
});

async function provider(
  ...keys: readonly SigningKey[]
): Promise<{ server: KeySetServer; clock: HandClock; identity: IdentityService }> {
  const server = await KeySetServer.start(...keys);
  const clock = new HandClock();
  const identity = identityOf({ clock, auth: { secrets: [], jwksUrl: server.url } });
  return { server, clock, identity };
}

test.each(['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA', 'Ed25519'])(
  'a token signed with %s is accepted',
  async (algorithm) => {
    const key = await signingKey(algorithm, 'a');
    const { identity } = await provider(key);
    await expect(identity.authenticate(await signedBy(key))).resolves.toMatchObject({
      user: 'ann',
    });
  },
);

test('a token without a kid is tried with every key of its kind', async () => {
  const keys = [await signingKey('ES256', null), await signingKey('ES256', null)] as const;
  const stranger = await signingKey('ES256', null);
  const { identity } = await provider(...keys);
  for (const key of keys) {
    await expect(identity.authenticate(await signedBy(key))).resolves.toMatchObject({
      user: 'ann',
    });
  }
  expect(await refusalOf(identity.authenticate(await signedBy(stranger)))).toMatchObject({
    code: 'unauthenticated',
  });
});

test('many tokens at once share one request, and later ones need none', async () => {
  const { server, identity } = await provider(first);
  const token = await signedBy(first);
  await Promise.all(Array.from({ length: 50 }, () => identity.authenticate(token)));
  await identity.authenticate(token);
  expect(server.requests).toBe(1);
});

describe('rotation', () => {
  test('a new key is seen as soon as the cooldown allows', async () => {
    const { server, clock, identity } = await provider(first);
    await identity.authenticate(await signedBy(first));
    server.keys = [first.publicJwk, second.publicJwk];
    clock.ms += COOLDOWN_MS;
    await expect(identity.authenticate(await signedBy(second))).resolves.toMatchObject({
      user: 'ann',
    });
    expect(server.requests).toBe(2);
  });

  test('a withdrawn key is given up once its replacement was fetched behind the scenes', async () => {
    const { server, clock, identity } = await provider(first);
    const token = await signedBy(first);
    await identity.authenticate(token);
    server.keys = [second.publicJwk];
    clock.ms += FRESH_MS + 1;
    await expect(identity.authenticate(token)).resolves.toMatchObject({ user: 'ann' });
    await eventually('the old key is refused', async () =>
      identity.authenticate(token).then(
        () => false,
        () => true,
      ),
    );
    expect(server.requests).toBe(2);
  });

  test('a flood of unknown keys costs one request per cooldown', async () => {
    const { server, clock, identity } = await provider(first);
    await identity.authenticate(await signedBy(first));
    const unknown = await Promise.all(
      Array.from({ length: 200 }, (_, index) => signedBy({ ...second, kid: `k${index}` })),
    );
    for (let round = 1; round <= 3; round += 1) {
      clock.ms += COOLDOWN_MS;
      const answers = await Promise.all(
        unknown.map((token) => refusalOf(identity.authenticate(token))),
      );
      expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['unauthenticated']));
      expect(server.requests).toBe(1 + round);
    }
  });
});

describe('a provider that is away', () => {
  test('makes tokens unavailable, to be tried again, and is not hammered', async () => {
    const { server, clock, identity } = await provider(first);
    server.status = 503;
    const token = await signedBy(first);
    for (let time = 0; time < 20; time += 1) {
      expect(await refusalOf(identity.authenticate(token))).toEqual({
        code: 'unavailable',
        message: 'The keys of the identity provider cannot be had just now; try again shortly.',
        retryable: true,
        retryAfterMs: COOLDOWN_MS,
      });
    }
    expect(server.requests).toBe(1);
    clock.ms += COOLDOWN_MS - 1;
    expect(await refusalOf(identity.authenticate(token))).toMatchObject({ retryAfterMs: 1 });
    server.status = 200;
    clock.ms += 1;
    await expect(identity.authenticate(token)).resolves.toMatchObject({ user: 'ann' });
  });

  test('leaves the keys that are known in use, but not for ever', async () => {
    const { server, clock, identity } = await provider(first);
    const token = await signedBy(first, longLived);
    await identity.authenticate(token);
    await server.close();
    clock.ms += STALE_MS;
    await expect(identity.authenticate(token)).resolves.toMatchObject({ user: 'ann' });
    clock.ms += COOLDOWN_MS;
    expect(await refusalOf(identity.authenticate(token))).toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });

  test('makes a token of a key not yet known unavailable: it may be a new one', async () => {
    const { server, clock, identity } = await provider(first);
    await identity.authenticate(await signedBy(first));
    await server.close();
    clock.ms += COOLDOWN_MS;
    const token = await signedBy(second);
    for (let time = 0; time < 2; time += 1) {
      expect(await refusalOf(identity.authenticate(token))).toMatchObject({ code: 'unavailable' });
    }
  });

  test.each<[string, (server: KeySetServer) => void]>([
    ['answers with no JSON', (server) => (server.body = '<html>')],
    ['answers with no key set', (server) => (server.body = '{"keys":{}}')],
    ['sends elsewhere', (server) => (server.status = 302)],
  ])('in that it %s is unavailable too', async (_what, spoil) => {
    const { server, identity } = await provider(first);
    spoil(server);
    expect(await refusalOf(identity.authenticate(await signedBy(first)))).toMatchObject({
      code: 'unavailable',
    });
  });

  test('in that it never answers is unavailable within the time limit', async () => {
    const server = await KeySetServer.start(first);
    server.isStuck = true;
    const times = { cooldownMs: 1, freshMs: 1, staleMs: 1, timeoutMs: 50 };
    const keys = new RemoteKeySet(server.url, new HandClock(), times);
    const key = keys.keyFor({ alg: 'ES256', kid: 'first' }, { payload: '', signature: '' });
    expect(await refusalOf(Promise.resolve(key))).toMatchObject({ code: 'unavailable' });
  });
});
