import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

const HOUR_SECONDS = 3600;

/** An HS256 token that lets one user in for an hour. */
export function userToken(secret: string, user: string): string {
  const now = Math.trunc(Date.now() / 1000);
  const head = part({ alg: 'HS256', typ: 'JWT' });
  const claims = part({ sub: user, iat: now, exp: now + HOUR_SECONDS });
  const signature = createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url');
  return `${head}.${claims}.${signature}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
