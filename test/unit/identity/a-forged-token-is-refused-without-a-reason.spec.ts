import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { CompactEncrypt, exportSPKI, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { IdentityService } from '../../../src/identity/identity.service.js';
import {
  encoded,
  identityOf,
  nowSeconds,
  otherSecret,
  rawToken,
  refusalOf,
  secret,
} from './identity-of.js';
import { KeySetServer, type SigningKey, signedBy, signingKey } from './key-set-server.js';

const claims = { sub: 'ann', exp: nowSeconds + 3600 };

/** The one answer to everything that cannot be verified. */
const refusal = {
  code: 'unauthenticated',
  message: 'The token was not accepted; sign in again and send the new one.',
  retryable: false,
};

let rsa: SigningKey;
let ec: SigningKey;
let rsaPem: string;
let both: IdentityService;
let secretOnly: IdentityService;
let keySetOnly: IdentityService;

beforeAll(async () => {
  rsa = await signingKey('RS256', 'rsa');
  ec = await signingKey('ES256', 'ec');
  const publicKey = await importJWK(rsa.publicJwk, 'RS256', { extractable: true });
  if (publicKey instanceof Uint8Array) throw new Error('an RSA key is not bytes');
  rsaPem = await exportSPKI(publicKey);
  const jwksUrl = (await KeySetServer.start(rsa, ec)).url;
  both = identityOf({ auth: { jwksUrl } });
  secretOnly = identityOf();
  keySetOnly = identityOf({ auth: { jwksUrl, secrets: [] } });
});

function hs256(header: object, key: string, payload: unknown = claims): string {
  const input = `${encoded({ alg: 'HS256', ...header })}.${encoded(payload)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

async function everywhereRefused(token: unknown): Promise<void> {
  for (const identity of [both, secretOnly, keySetOnly]) {
    expect(await refusalOf(identity.authenticate(token))).toEqual(refusal);
  }
}

test('the tools of this file do make good tokens', async () => {
  const ann = { user: 'ann' };
  await expect(both.authenticate(hs256({}, secret))).resolves.toMatchObject(ann);
  await expect(both.authenticate(await signedBy(rsa))).resolves.toMatchObject(ann);
  await expect(both.authenticate(await signedBy(ec))).resolves.toMatchObject(ann);
});

describe('signatures', () => {
  test.each(['none', 'NoNe', 'NONE', 'nOnE', '', 'HS1', 'hs256', 'HS384', 'HS512', '__proto__'])(
    'alg %j is refused, signed or not',
    async (alg) => {
      await everywhereRefused(rawToken({ alg }, claims));
      await everywhereRefused(hs256({ alg }, secret));
    },
  );

  test.each([[null], [1], [['HS256']], [{ HS256: true }]])('alg %j is refused', async (alg) => {
    await everywhereRefused(hs256({ alg }, secret));
  });

  test('an empty, cut, padded or foreign signature is refused', async () => {
    const good = hs256({}, secret);
    const head = good.slice(0, good.lastIndexOf('.') + 1);
    for (const signature of [
      '',
      'AA',
      good.slice(head.length, -2),
      `${good.slice(head.length)}==`,
    ]) {
      await everywhereRefused(head + signature);
    }
    await everywhereRefused(hs256({}, otherSecret));
    await everywhereRefused(hs256({}, ''));
  });

  test('claims that were changed after signing are refused', async () => {
    const [header, , signature] = hs256({}, secret).split('.');
    await everywhereRefused(`${header}.${encoded({ ...claims, sub: 'root' })}.${signature}`);
  });

  test('an algorithm that was changed after signing is refused', async () => {
    const [, payload, signature] = (await signedBy(rsa)).split('.');
    for (const alg of ['PS256', 'RS512', 'ES256', 'HS256', 'none']) {
      await everywhereRefused(`${encoded({ alg, kid: 'rsa' })}.${payload}.${signature}`);
    }
  });

  test('a public key never serves as a secret', async () => {
    for (const key of [rsaPem, rsaPem.trim(), JSON.stringify(rsa.publicJwk)]) {
      await everywhereRefused(hs256({ kid: 'rsa' }, key));
    }
  });

  test('ECDSA with zeros for r and s is refused', async () => {
    const zeros = Buffer.alloc(64).toString('base64url');
    await everywhereRefused(rawToken({ alg: 'ES256', kid: 'ec' }, claims, zeros));
  });

  test('a kind of token goes only to its own source', async () => {
    expect(await refusalOf(keySetOnly.authenticate(hs256({}, secret)))).toEqual(refusal);
    expect(await refusalOf(secretOnly.authenticate(await signedBy(rsa)))).toEqual(refusal);
  });
});

describe('headers', () => {
  test('a key that the token brings along is not used', async () => {
    const attacker = await signingKey('RS256', 'rsa');
    const url = 'http://127.0.0.1:1/keys';
    for (const extra of [{ jwk: attacker.publicJwk }, { jku: url }, { x5u: url, x5c: ['AA=='] }]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'rsa', ...extra })
        .sign(attacker.privateKey);
      await everywhereRefused(token);
    }
  });

  test.each([
    ['../../dev/null'],
    ["' OR 1=1 --"],
    ['*'],
    ['rsa\u0000'],
    ['__proto__'],
    ['k'.repeat(10_000)],
    [7],
    [null],
    [['rsa']],
  ])('a kid like %j finds nothing', async (kid) => {
    const [, payload, signature] = (await signedBy(rsa)).split('.');
    await everywhereRefused(`${encoded({ alg: 'RS256', kid })}.${payload}.${signature}`);
  });

  test('an extension that must be understood and is not, is refused', async () => {
    await everywhereRefused(hs256({ crit: ['exp'], exp: 1 }, secret));
    await everywhereRefused(hs256({ crit: [] }, secret));
    await everywhereRefused(hs256({ crit: ['b64'], b64: false }, secret));
  });
});

describe('shapes', () => {
  test('an encrypted token is refused', async () => {
    const { publicKey } = await generateKeyPair('RSA-OAEP');
    const token = await new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256GCM' })
      .encrypt(publicKey);
    await everywhereRefused(token);
  });

  test('too few and too many parts, and no parts at all, are refused', async () => {
    const good = hs256({}, secret);
    const [header, payload] = good.split('.');
    const broken = [
      `${header}.${payload}`,
      `${good}.`,
      `${good}.AA`,
      `${good}.AA.AA`,
      '..',
      '....',
      'x',
      ' ',
      '\u0000',
      `Bearer ${good}`,
      ` ${good}`,
      `${good}\n`,
      good.replace('.', ' .'),
    ];
    for (const token of broken) await everywhereRefused(token);
  });

  test('a header or claims that are no JSON object are refused', async () => {
    for (const header of ['', '{', 'null', '[]', '"HS256"']) {
      const input = `${encoded(header)}.${encoded(claims)}`;
      const signature = createHmac('sha256', secret).update(input).digest('base64url');
      await everywhereRefused(`${input}.${signature}`);
    }
    for (const payload of ['', '{', 'null', '[]', '"ann"', '\u00ff']) {
      const answer = await refusalOf(secretOnly.authenticate(hs256({}, secret, payload)));
      expect(answer).toMatchObject({ code: 'unauthenticated', retryable: false });
    }
  });

  test('a huge token is refused unread, though its signature is good', async () => {
    await everywhereRefused(hs256({}, secret, { ...claims, padding: 'x'.repeat(20_000) }));
    await everywhereRefused('x'.repeat(10_000_000));
  });

  test.each([[undefined], [null], [''], [7], [true], [['a.b.c']], [{ token: 'a.b.c' }]])(
    'what is no text is refused: %j',
    async (token) => {
      expect(await refusalOf(both.authenticate(token))).toEqual({
        code: 'unauthenticated',
        message: 'Send a token: a JWT, as text.',
        retryable: false,
      });
    },
  );
});
