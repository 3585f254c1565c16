import { Buffer } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type CryptoKey,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { CONFIG, type Config } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { CarillonError } from '../protocol/carillon-error.js';
import type { Caller } from './caller.js';
import { readClaims } from './claims.js';
import { ProvenTokens } from './proven-tokens.js';
import { RemoteKeySet } from './remote-key-set.js';

// Two lists that never meet: a token that claims HS256 is only held against our secrets, so a
// public key can never serve as one.
const SECRET_ALGORITHMS = ['HS256'];
const KEY_SET_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** As long as headers may be; nothing legitimate comes near. */
const TOKEN_CHARACTERS = 16_384;

/** The library overlooks spaces and line ends, so that one token could be written in many ways. */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** An issuer whose clock is a little ahead must not lock its users out. Never stretches `exp`. */
const NOT_BEFORE_TOLERANCE_SECONDS = 5;

/** Tells who a token stands for, if it was signed by somebody we trust. */
@Injectable()
export class TokenVerifier {
  /** Imported once: a secret that is not costs as much again with each token. */
  readonly #secrets: readonly Promise<CryptoKey>[];
  readonly #keySet: RemoteKeySet | null;
  readonly #proven: ProvenTokens;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const { secrets, jwksUrl } = config.auth;
    this.#secrets = secrets.map(imported);
    this.#proven = new ProvenTokens(() => clock.now());
    this.#keySet = jwksUrl === null ? null : new RemoteKeySet(jwksUrl, clock);
  }

  /**
   * The caller of a good token.
   *
   * @throws CarillonError `unauthenticated`, which never tells why a signature was refused;
   *   `token_expired`, only for a token that was good; `unavailable` when the keys cannot be had
   */
  async verify(token: unknown): Promise<Caller> {
    if (typeof token !== 'string' || token === '') throw missing();
    if (token.length > TOKEN_CHARACTERS || !COMPACT.test(token)) throw refused();
    const known = this.#proven.callerOf(token);
    if (known) return known;
    const algorithm = algorithmOf(token);
    if (SECRET_ALGORITHMS.includes(algorithm)) {
      const caller = this.#callerOf(await this.#bySecret(token));
      this.#proven.add(token, caller);
      return caller;
    }
    if (this.#keySet !== null && KEY_SET_ALGORITHMS.includes(algorithm)) {
      return this.#callerOf(await this.#byKeySet(token, this.#keySet.keyFor));
    }
    throw refused();
  }

  #callerOf(payload: JWTPayload): Caller {
    const reading = readClaims(payload);
    if ('wrong' in reading) throw claimRefused(reading.wrong);
    const { caller } = reading;
    if (caller.expiresAt !== null && caller.expiresAt <= this.clock.now()) throw expired();
    return caller;
  }

  async #bySecret(token: string): Promise<JWTPayload> {
    for (const secret of this.#secrets) {
      const payload = await this.#tried(token, await secret, SECRET_ALGORITHMS);
      if (payload !== null) return payload;
    }
    throw refused();
  }

  async #byKeySet(token: string, keyFor: JWTVerifyGetKey): Promise<JWTPayload> {
    try {
      return (await this.#tried(token, keyFor, KEY_SET_ALGORITHMS)) ?? raise(refused());
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // Without a `kid` every key of that kind may be the one.
      for await (const key of error) {
        const payload = await this.#tried(token, key, KEY_SET_ALGORITHMS);
        if (payload !== null) return payload;
      }
      throw refused();
    }
  }

  /** Null when the signature does not fit the key; throws when the token fails in any other way. */
  async #tried(
    token: string,
    key: CryptoKey | JWTVerifyGetKey,
    algorithms: string[],
  ): Promise<JWTPayload | null> {
    const options = { ...this.#expectations(), algorithms };
    try {
      const verified =
        typeof key === 'function'
          ? await jwtVerify(token, key, options)
          : await jwtVerify(token, key, options);
      return verified.payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return null;
      throw translated(error);
    }
  }

  #expectations(): JWTVerifyOptions {
    const { issuer, audience, requireExpiry } = this.config.auth;
    return {
      currentDate: new Date(this.clock.now()),
      clockTolerance: NOT_BEFORE_TOLERANCE_SECONDS,
      requiredClaims: requireExpiry ? ['sub', 'exp'] : ['sub'],
      ...(issuer === null ? {} : { issuer }),
      ...(audience === null ? {} : { audience }),
    };
  }
}

function imported(secret: string): Promise<CryptoKey> {
  const bytes = Buffer.from(secret, 'utf8');
  const use = { name: 'HMAC', hash: 'SHA-256' };
  return webcrypto.subtle.importKey('raw', bytes, use, false, ['verify']);
}

/** What the token claims to be signed with; empty when that cannot be read. */
function algorithmOf(token: string): string {
  try {
    return decodeProtectedHeader(token).alg ?? '';
  } catch {
    // No token at all: refused like any other that cannot be verified.
    return '';
  }
}

/** The library checks claims after the signature, so these two may say what is wrong. */
function translated(error: unknown): unknown {
  if (error instanceof CarillonError) return error;
  if (error instanceof errors.JWKSMultipleMatchingKeys) return error;
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefused(error.claim);
  return refused(error);
}

function raise(error: Error): never {
  throw error;
}

function missing(): CarillonError {
  return new CarillonError('unauthenticated', 'Send a token: a JWT, as text.');
}

function refused(cause?: unknown): CarillonError {
  return new CarillonError(
    'unauthenticated',
    'The token was not accepted; sign in again and send the new one.',
    { cause },
  );
}

function claimRefused(claim: string): CarillonError {
  return new CarillonError(
    'unauthenticated',
    `The token's claim "${claim}" is missing or wrong; its issuer must mend it.`,
    { details: { claim } },
  );
}

function expired(): CarillonError {
  return new CarillonError('token_expired', 'The token has expired; send a new one.');
}
