import { expect, test } from '@jest/globals';
import { HandClock, identityOf, nowSeconds, refusalOf } from './identity-of.js';

test('it is good for its time, without scopes, and with the rights that every user has', async () => {
  const clock = new HandClock();
  const identity = identityOf({ clock, auth: { issuer: 'demo', audience: 'push' } });
  const { token } = await identity.signDemoToken('guest-1', 'Guest One', 60);
  await expect(identity.authenticate(token)).resolves.toEqual({
    user: 'guest-1',
    name: 'Guest One',
    tags: [],
    grants: null,
    scopes: [],
    expiresAt: (nowSeconds + 60) * 1000,
  });
  clock.ms += 60_000;
  expect(await refusalOf(identity.authenticate(token))).toMatchObject({ code: 'token_expired' });
});

test('its end is told as it is in the token, also when the next second begins meanwhile', async () => {
  const clock = new HandClock();
  const now = () => (clock.ms += 999);
  const identity = identityOf({ clock: { ...clock, now, monotonic: () => 0 } });
  for (let round = 0; round < 5; round += 1) {
    const { token, expiresAt } = await identity.signDemoToken('guest-1', 'Guest One', 60);
    const caller = await identity.authenticate(token);
    expect(expiresAt).toBe(caller.expiresAt);
  }
});

test('it is forbidden where only an identity provider makes tokens', async () => {
  const identity = identityOf({ auth: { secrets: [], jwksUrl: 'https://id.example.com/jwks' } });
  expect(await refusalOf(identity.signDemoToken('guest-1', 'Guest', 60))).toMatchObject({
    code: 'forbidden',
  });
});

test.each([
  ['', 'Guest'],
  ['guest 1', 'Guest'],
  ['guest-1', 'bell\u0007'],
  ['guest-1', 'x'.repeat(257)],
])('it is not made for the user %j named %j', async (user, name) => {
  expect(await refusalOf(identityOf().signDemoToken(user, name, 60))).toMatchObject({
    code: 'invalid_request',
  });
});
