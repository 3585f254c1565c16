import { SignJWT } from 'jose';

/** What a test wants a token to say; see the claims in the contract. */
export interface TokenClaims {
  readonly sub: string;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly grants?: Readonly<
    Record<string, readonly ('subscribe' | 'publish' | 'presence' | 'history')[]>
  >;
  readonly scopes?: readonly string[];
  /** An hour where absent; zero or less makes a token that has expired. */
  readonly expiresInSeconds?: number;
}

/** An HS256 token for these claims. */
export function tokenFor(
  secret: string,
  { sub, expiresInSeconds = 3600, ...claims }: TokenClaims,
): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + expiresInSeconds)
    .sign(new TextEncoder().encode(secret));
}
