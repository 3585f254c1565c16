import type { Given } from '../options/option.js';
import { Unable } from '../unable.js';
import { demoToken } from './demo-token.js';
import type { deploymentOptions } from './deployment-options.js';
import { mintToken } from './mint-token.js';

/** Where the service is, and how to be let in. */
export interface Deployment {
  readonly urls: readonly string[];
  /** How the tokens come about, for people. */
  readonly tokens: 'given' | 'minted' | 'of a demo guest';
  /**
   * A token for that user, where tokens can be minted; otherwise the one there is.
   *
   * @throws Unable when there is none to be had
   */
  tokenFor(user: string, seconds: number): Promise<string>;
}

const LOCAL = 'http://localhost:3000';

/**
 * Reads where the deployment is, and what opens it: a token, a secret to mint with, or else the demo.
 *
 * @throws Unable for an address that is none
 */
export function deploymentOf(given: Given<typeof deploymentOptions>): Deployment {
  const urls = (given.url.length === 0 ? [LOCAL] : given.url).map(checkedUrl);
  const { token, secret, issuer, audience } = given;
  if (token !== undefined) return { urls, tokens: 'given', tokenFor: async () => token };
  if (secret !== undefined) {
    const fixed = {
      ...(issuer === undefined ? {} : { iss: issuer }),
      ...(audience === undefined ? {} : { aud: audience }),
    };
    const tokenFor = async (sub: string, seconds: number) =>
      mintToken(secret, { sub, ...fixed }, seconds);
    return { urls, tokens: 'minted', tokenFor };
  }
  let guest: Promise<string> | null = null;
  // One guest for everybody: a demo gives out only so many.
  return { urls, tokens: 'of a demo guest', tokenFor: () => (guest ??= demoToken(urls)) };
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^(https?|wss?):$/.test(url.protocol)) {
    return url.href.replace(/^ws/, 'http').replace(/\/$/, '');
  }
  throw new Unable(`--url must be an http or https address, not "${text}".`, [
    `for example --url ${LOCAL}`,
  ]);
}
