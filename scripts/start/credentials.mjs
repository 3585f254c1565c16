import { createHash, randomBytes } from 'node:crypto';

/**
 * What the instances of one run must share and nobody has set: an admin key, and in a cluster
 * the secret that signs tokens. Production has to bring its own.
 *
 * @returns the environment to add, and the key to print, null where it is not ours to know
 */
export function makeCredentials(env, nodes) {
  const added = {};
  if (env.NODE_ENV === 'production') return { env: added, adminKey: null };
  if (nodes > 1 && !env.AUTH_JWT_SECRET && !env.AUTH_JWKS_URL) {
    added.AUTH_JWT_SECRET = randomBytes(36).toString('base64url');
  }
  if (env.ADMIN_API_KEYS) return { env: added, adminKey: null };
  const adminKey = randomBytes(18).toString('base64url');
  const hash = createHash('sha256').update(adminKey).digest('hex');
  return { env: { ...added, ADMIN_API_KEYS: `start:${hash}:*` }, adminKey };
}
