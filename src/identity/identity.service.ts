import { createSecretKey } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import { CONFIG, type Config } from '../config/config.js';
import { CLOCK, type Clock } from '../kernel/clock.js';
import { CarillonError } from '../protocol/carillon-error.js';
import { AdminKeys } from './admin-keys.js';
import { type Caller, type Principal, publisherOf } from './caller.js';
import { readClaims } from './claims.js';
import { TokenVerifier } from './token-verifier.js';

/** Longer credentials are refused unread; hashing them would be work for a stranger. */
const BEARER_CHARACTERS = 16_384;

interface SignedToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** Tells who somebody is; what they may do is decided elsewhere. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly tokens: TokenVerifier,
    private readonly keys: AdminKeys,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The caller that a connection's token stands for.
   *
   * @param token whatever the client sent
   * @throws CarillonError `unauthenticated`, `token_expired`, or `unavailable` while the identity
   *   provider cannot be asked
   */
  authenticate(token: unknown): Promise<Caller> {
    return this.tokens.verify(token);
  }

  /**
   * Who calls the REST API, by what follows `Bearer` in the header: an admin key, else a token.
   * A token without scopes is somebody too, who may do nothing there.
   *
   * @throws CarillonError as `authenticate`
   */
  async principalOf(bearer: string): Promise<Principal> {
    if (bearer === '' || bearer.length > BEARER_CHARACTERS) {
      throw new CarillonError(
        'unauthenticated',
        'Send `Authorization: Bearer` with an admin key or a token.',
      );
    }
    const key = this.keys.find(bearer);
    if (key !== null) return { publisher: `key:${key.name}`, user: null, scopes: key.scopes };
    const { user, scopes } = await this.tokens.verify(bearer);
    return { publisher: publisherOf(user), user, scopes };
  }

  /**
   * A token for a visitor of the demo, and until when it is good, in milliseconds: no scopes, and the
   * rights that every user has.
   *
   * @throws CarillonError `forbidden` when this server has no secret to sign with;
   *   `invalid_request` when the user or the name could not be a claim
   */
  async signDemoToken(user: string, name: string, ttlSeconds: number): Promise<SignedToken> {
    const { secrets, issuer, audience } = this.config.auth;
    const [secret] = secrets;
    if (secret === undefined) {
      throw new CarillonError(
        'forbidden',
        'Tokens are made by the identity provider here; set AUTH_JWT_SECRET to use the demo.',
      );
    }
    const reading = readClaims({ sub: user, name });
    if ('wrong' in reading) {
      throw new CarillonError('invalid_request', 'Choose a shorter name of visible characters.');
    }
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const expirySeconds = nowSeconds + ttlSeconds;
    const signing = new SignJWT({ name })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(user)
      .setIssuedAt(nowSeconds)
      .setExpirationTime(expirySeconds);
    if (issuer !== null) signing.setIssuer(issuer);
    if (audience !== null) signing.setAudience(audience);
    const token = await signing.sign(createSecretKey(secret, 'utf8'));
    return { token, expiresAt: expirySeconds * 1000 };
  }
}
