import type { AuthConfig, Config } from '../../../src/config/config.js';
import { readConfig } from '../../../src/config/read-config.js';
import { AdminKeys } from '../../../src/identity/admin-keys.js';
import { IdentityService } from '../../../src/identity/identity.service.js';
import { TokenVerifier } from '../../../src/identity/token-verifier.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { CarillonError, type ErrorBody } from '../../../src/protocol/carillon-error.js';

export const secret = 'the-first-secret-of-at-least-32-bytes';
export const otherSecret = 'another-secret-of-at-least-32-bytes!';

/** Noon of some day, in seconds as tokens count. */
export const nowSeconds = 1_800_000_000;

/** A clock in the hand of the test; both faces go together. */
export class HandClock implements Clock {
  constructor(public ms = nowSeconds * 1000) {}
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}

export interface IdentityOptions {
  readonly auth?: Partial<AuthConfig>;
  readonly adminKeys?: Config['adminKeys'];
  readonly clock?: Clock;
}

export function identityOf({ auth, adminKeys, clock }: IdentityOptions = {}): IdentityService {
  const defaults = readConfig({ NODE_ENV: 'test', AUTH_JWT_SECRET: secret }, () => '');
  const config: Config = {
    ...defaults,
    auth: { ...defaults.auth, ...auth },
    adminKeys: adminKeys ?? [],
  };
  const time = clock ?? new HandClock();
  return new IdentityService(new TokenVerifier(config, time), new AdminKeys(config), config, time);
}

/** The refusal that a promise ends in; fails when it does not end in one of ours. */
export async function refusalOf(promise: Promise<unknown>): Promise<ErrorBody> {
  const outcome: unknown = await promise.then(
    (value) => new Error(`accepted: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof CarillonError) return outcome.toBody();
  throw outcome;
}

/** A token by hand, for what no library would sign. */
export function rawToken(header: unknown, payload: unknown, signature = ''): string {
  return `${encoded(header)}.${encoded(payload)}.${signature}`;
}

export function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(text).toString('base64url');
}
