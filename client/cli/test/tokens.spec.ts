import { describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { commandLine } from './support/command-line.js';

const secret = 'a-secret-of-the-test-of-32-bytes-or-more';

async function claimsOf(...args: readonly string[]) {
  const { code, out } = await commandLine(['token', ...args], { CARILLON_SECRET: secret });
  expect(code).toBe(0);
  const { payload } = await jwtVerify(out.trim(), new TextEncoder().encode(secret));
  return payload;
}

describe('a minted token', () => {
  test('is signed with the secret of the environment and good for an hour', async () => {
    const { sub, iat = 0, exp = 0, ...others } = await claimsOf('ann');
    expect({ sub, seconds: exp - iat, others }).toEqual({ sub: 'ann', seconds: 3600, others: {} });
  });

  test('says what was asked for', async () => {
    const asked = ['--tags', 'staff,berlin', '--scopes', 'messages.write', '--expires', '15m'];
    const grant = ['--grant', 'news:*=subscribe+history chat:help=publish', '--issuer', 'us'];
    const { iat = 0, exp = 0, ...claims } = await claimsOf('kiosk', ...asked, ...grant);
    expect(exp - iat).toBe(900);
    expect(claims).toEqual({
      ...{ sub: 'kiosk', iss: 'us', tags: ['staff', 'berlin'], scopes: ['messages.write'] },
      grants: { 'news:*': ['subscribe', 'history'], 'chat:help': ['publish'] },
    });
  });
});
