import { describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import type { Caller } from '../../../src/identity/caller.js';
import { ProvenTokens } from '../../../src/identity/proven-tokens.js';
import { HandClock, identityOf, nowSeconds, refusalOf, secret } from './identity-of.js';

const ann: Caller = {
  ...{ user: 'ann', name: null, tags: [], grants: null, scopes: [] },
  expiresAt: (nowSeconds + 60) * 1000,
};

function tokenOf(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

describe('a token that was proven by a secret', () => {
  test('stands for the same caller, who is made anew', async () => {
    const identity = identityOf();
    const token = await tokenOf({ sub: 'ann', exp: nowSeconds + 60, tags: ['vip'] });
    const first = await identity.authenticate(token);
    const second = await identity.authenticate(token);
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });

  test('expires as it would have', async () => {
    const clock = new HandClock();
    const identity = identityOf({ clock });
    const token = await tokenOf({ sub: 'ann', exp: nowSeconds + 60 });
    await identity.authenticate(token);
    clock.ms += 60_000;
    expect(await refusalOf(identity.authenticate(token))).toMatchObject({ code: 'token_expired' });
  });

  test('proves nothing for another that only resembles it', async () => {
    const identity = identityOf();
    const token = await tokenOf({ sub: 'ann', exp: nowSeconds + 60 });
    await identity.authenticate(token);
    const forged = `${token.slice(0, -2)}AA`;
    expect(forged).not.toBe(token);
    expect(await refusalOf(identity.authenticate(forged))).toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('what is remembered of proven tokens', () => {
  test('is a caller of its own each time, until the token expires', () => {
    let now = nowSeconds * 1000;
    const proven = new ProvenTokens(() => now);
    expect(proven.callerOf('a')).toBeNull();
    proven.add('a', ann);
    expect(proven.callerOf('a')).toEqual(ann);
    expect(proven.callerOf('a')).not.toBe(ann);
    expect(proven.callerOf('b')).toBeNull();
    now += 60_000;
    expect(proven.callerOf('a')).toBeNull();
  });

  test('is nothing of a long one, so that many cannot fill the memory', () => {
    const proven = new ProvenTokens(() => nowSeconds * 1000);
    const long = 'a'.repeat(1_025);
    proven.add(long, ann);
    expect(proven.callerOf(long)).toBeNull();
    const short = 'a'.repeat(1_024);
    proven.add(short, ann);
    expect(proven.callerOf(short)).toEqual(ann);
  });
});
