import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { lasting } from './row.js';

const ALGORITHM = 'ES256';
/** Slow, but soon enough for who asks. */
const SLOW_MS = 1_200;

/** A key of an identity provider, by which it signs. */
export class IssuerKey {
  private constructor(
    readonly kid: string,
    readonly publicJwk: JWK,
    private readonly privateKey: CryptoKey,
  ) {}

  static async create(kid: string): Promise<IssuerKey> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    return new IssuerKey(kid, { ...(await exportJWK(publicKey)), kid }, privateKey);
  }

  /** A token that is good for an hour. */
  async tokenFor(user: string): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, kid: this.kid })
      .setSubject(user)
      .setExpirationTime('1h')
      .sign(this.privateKey);
  }
}

/** A token of a key that no provider has. */
export function tokenOfNobody(kid: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = part({ alg: ALGORITHM, kid });
  return `${header}.${part({ sub: 'nobody', exp: 4e9 })}.${'A'.repeat(86)}`;
}

/** How a provider answers: at once, late, with an error, by hanging up, or not at all. */
export type Health = 'well' | 'slow' | 'broken' | 'down' | 'stuck';

/** The key set of an identity provider, at an address for each who asks, so that it knows who did. */
export class Issuer {
  keys: readonly IssuerKey[] = [];
  health: Health = 'well';
  readonly #asked = new Map<string, number[]>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const who = (request.url ?? '').slice(1);
      this.#asked.set(who, [...this.timesOf(who), performance.now()]);
      void this.#answer(response);
    });
  }

  static async start(...keys: readonly IssuerKey[]): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.keys = keys;
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    return issuer;
  }

  /** Where somebody of that name asks. */
  urlFor(who: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/${who}`;
  }

  /** When it was asked by that one, in milliseconds. */
  timesOf(who: string): readonly number[] {
    return this.#asked.get(who) ?? [];
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(response: ServerResponse): Promise<void> {
    const { health } = this;
    if (health === 'stuck') return;
    if (health === 'down') {
      response.destroy();
      return;
    }
    if (health === 'slow') await lasting(SLOW_MS);
    response.writeHead(health === 'broken' ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: this.keys.map(({ publicJwk }) => publicJwk) }));
  }
}
