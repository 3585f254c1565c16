import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT, type CryptoKey } from 'jose';
import { register } from '../../support/actors.js';
import { nowSeconds } from './identity-of.js';

/** A key pair of an identity provider. */
export interface SigningKey {
  readonly algorithm: string;
  readonly kid: string | null;
  readonly publicJwk: JWK;
  readonly privateKey: CryptoKey;
}

export async function signingKey(algorithm: string, kid: string | null): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = { ...(await exportJWK(publicKey)), ...(kid === null ? {} : { kid }) };
  return { algorithm, kid, publicJwk, privateKey };
}

/** A token for `ann` unless the claims say otherwise, good for an hour. */
export function signedBy(key: SigningKey, claims: Record<string, unknown> = {}): Promise<string> {
  const header = { alg: key.algorithm, ...(key.kid === null ? {} : { kid: key.kid }) };
  return new SignJWT({ sub: 'ann', exp: nowSeconds + 3600, ...claims })
    .setProtectedHeader(header)
    .sign(key.privateKey);
}

/** The key set endpoint of an identity provider, on a loopback port. */
export class KeySetServer {
  /** What it answers; a test changes it as a provider rotates or falls ill. */
  keys: JWK[] = [];
  status = 200;
  body: string | null = null;
  /** True: it takes requests and never answers. */
  isStuck = false;
  requests = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((_request, response) => {
      this.requests += 1;
      if (this.isStuck) return;
      const location = this.status === 302 ? { location: '/elsewhere' } : {};
      response.writeHead(this.status, { 'content-type': 'application/json', ...location });
      response.end(this.body ?? JSON.stringify({ keys: this.keys }));
    });
    register({ name: 'key set server', end: () => this.close() });
  }

  static async start(...keys: readonly SigningKey[]): Promise<KeySetServer> {
    const server = new KeySetServer();
    server.keys = keys.map(({ publicJwk }) => publicJwk);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/jwks`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
