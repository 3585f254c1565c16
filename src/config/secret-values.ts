import { z } from 'zod';
import { EVERY_SCOPE, SCOPES } from '../protocol/scopes.js';
import type { AdminKey } from './config.js';
import { refuse } from './text-values.js';

// Problems of these values never quote them.

/** HS256 is as strong as its secret, and RFC 7518 asks for the size of the hash. */
const SECRET_BYTES = 32;
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const SHA256_HEX = /^[0-9a-f]{64}$/i;
const KNOWN: readonly string[] = [...SCOPES, EVERY_SCOPE];

/** Comma-separated secrets, taken as they are: a space may be part of one. */
export const jwtSecrets = z.string().transform((text, context) => {
  const secrets = text.split(',');
  secrets.forEach((secret, index) => {
    const size = Buffer.byteLength(secret);
    if (size >= SECRET_BYTES) return;
    refuse(
      context,
      `entry ${index + 1} has ${size} bytes: give at least ${SECRET_BYTES} random ones ` +
        '(openssl rand -base64 33); a comma separates secrets',
    );
  });
  return secrets;
});

/** Comma-separated `name:sha256hex:scope+scope`. */
export const adminKeys = z.string().transform((text, context) => {
  const keys: AdminKey[] = [];
  text.split(',').forEach((entry, index) => {
    const key = adminKeyOf(entry.trim());
    if (typeof key === 'string') refuse(context, `entry ${index + 1} ${key}`);
    else if (keys.some(({ name }) => name === key.name)) {
      refuse(context, `entry ${index + 1} has the name of an earlier one: names must differ`);
    } else keys.push(key);
  });
  return keys;
});

/** The key, or what to do about it. */
function adminKeyOf(entry: string): AdminKey | string {
  const [name, sha256, scopeList, ...rest] = entry.split(':');
  if (name === undefined || sha256 === undefined || scopeList === undefined || rest.length > 0) {
    return 'must be name:sha256hex:scope+scope';
  }
  if (!KEY_NAME.test(name)) {
    return 'needs a name of at most 64 letters, digits, dots, dashes or underscores';
  }
  if (!SHA256_HEX.test(sha256)) {
    return 'needs the SHA-256 of the key as 64 hex digits (printf %s "$KEY" | sha256sum)';
  }
  const scopes = scopeList.split('+');
  if (!scopes.every((scope) => KNOWN.includes(scope))) {
    return `has a scope that does not exist: use ${KNOWN.join(', ')}, joined by +`;
  }
  return { name, sha256: sha256.toLowerCase(), scopes };
}
