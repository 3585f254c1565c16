import { createHmac } from 'node:crypto';

/** What a token says; see the claims in the contract. */
export interface Claims {
  readonly sub: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly scopes?: readonly string[];
  readonly grants?: Readonly<Record<string, readonly string[]>>;
  readonly iss?: string;
  readonly aud?: string;
}

/**
 * Signs an HS256 token with the secret of the deployment (`AUTH_JWT_SECRET`).
 *
 * @param seconds how long it is good for
 */
export function mintToken(secret: string, claims: Claims, seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const head = partOf({ alg: 'HS256', typ: 'JWT' });
  const body = partOf({ ...claims, iat: now, exp: now + Math.ceil(seconds) });
  const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

function partOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
