import { Unable } from '../unable.js';
import type { Deployment } from './deployment.js';
import type { Refusal } from './open-socket.js';

/** What a person can do about a refusal, by the server's word for it. */
export function adviceOn({ code, message }: Refusal, { urls, tokens }: Deployment): string[] {
  switch (code) {
    case 'unauthenticated':
      return tokens === 'minted'
        ? [
            'check --secret: it must be the AUTH_JWT_SECRET of the deployment, the first where there are several',
            'where it has an AUTH_ISSUER or AUTH_AUDIENCE, give --issuer and --audience',
            'where it trusts an identity provider alone, get a token there and give --token',
          ]
        : ['give another --token, or --secret to mint tokens with'];
    case 'token_expired':
      return ['get a fresh token, one that outlives the run, or give --secret to mint tokens with'];
    case 'forbidden':
    case 'origin_forbidden':
      return [
        'in production only the namespaces of the policy file exist: name one of them',
        'a token with grants needs subscribe, publish and history in these channels',
      ];
    case 'channel_invalid':
      return ['a channel is a namespace, a colon and a name, of letters, digits and _.@=+-'];
    case 'rate_limited':
    case 'overloaded':
    case 'too_many_connections':
      return ['wait a little, or ask for less: fewer --subscribers, a lower --rate'];
    case 'draining':
      return ['that instance is stopping: name the others with --url too'];
    case null:
      return [
        `check --url: is an instance ready there? curl ${urls[0] ?? ''}/health/ready`,
        ...(message.includes('403') ? ['the server refuses this origin, or a proxy does'] : []),
      ];
    default:
      return ['see the log of the instance; `code` is one of the contract'];
  }
}

/** The server's word, and what to do about it. */
export function refusedBy(what: string, refusal: Refusal, deployment: Deployment): Unable {
  const word = refusal.code === null ? '' : `${refusal.code}: `;
  return new Unable(`${what}: ${word}${refusal.message}`, adviceOn(refusal, deployment));
}
