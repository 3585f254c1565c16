import { command } from './command.js';
import { mintToken } from './deployment/mint-token.js';
import { EXIT } from './exit-code.js';
import { secondsOf } from './options/values.js';
import { Unable } from './unable.js';

const RIGHTS: ReadonlySet<string> = new Set(['subscribe', 'publish', 'presence', 'history']);

export const token = command({
  name: 'token',
  summary: 'mint a token for a user',
  takes: '<user>',
  description: ['Signs an HS256 token with the secret of the deployment and prints it.'],
  options: {
    secret: {
      takes: 'SECRET',
      from: 'CARILLON_SECRET',
      help: 'the AUTH_JWT_SECRET of the deployment',
    },
    expires: { takes: 'TIME', help: 'how long it is good for: 15m, 24h', default: '1h' },
    name: { takes: 'TEXT', help: 'what others see' },
    tags: { takes: 'TAGS', many: true, help: 'tags of the user' },
    scopes: { takes: 'SCOPES', many: true, help: 'REST scopes: messages.write, broadcasts.write' },
    grant: {
      takes: 'GRANTS',
      help: 'only that, and only there: "chat:*=subscribe+history news:*=subscribe"',
    },
    issuer: { takes: 'TEXT', help: '`iss`, where the deployment has an AUTH_ISSUER' },
    audience: { takes: 'TEXT', help: '`aud`, where the deployment has an AUTH_AUDIENCE' },
  },
  examples: [
    'carillon token ann --secret "$AUTH_JWT_SECRET"',
    'carillon token ann --tags staff,berlin --expires 24h',
    'carillon token kiosk --grant "news:*=subscribe+history chat:help=publish"',
  ],
  async run(given, words, { terminal }) {
    const [sub, ...rest] = words;
    if (sub === undefined || rest.length > 0) {
      throw new Unable('Name one user.', ['carillon token ann']);
    }
    if (given.secret === undefined) {
      throw new Unable('There is no secret to sign with.', [
        'give --secret or CARILLON_SECRET: the AUTH_JWT_SECRET of the deployment',
      ]);
    }
    const seconds = secondsOf('--expires', given.expires, { least: 1, most: 31_536_000 });
    const claims = {
      sub,
      ...(given.name === undefined ? {} : { name: given.name }),
      ...(given.tags.length === 0 ? {} : { tags: given.tags }),
      ...(given.scopes.length === 0 ? {} : { scopes: given.scopes }),
      ...(given.grant === undefined ? {} : { grants: grantsOf(given.grant) }),
      ...(given.issuer === undefined ? {} : { iss: given.issuer }),
      ...(given.audience === undefined ? {} : { aud: given.audience }),
    };
    terminal.print(mintToken(given.secret, claims, seconds));
    return EXIT.ok;
  },
});

/** `chat:*=subscribe+publish news:*=subscribe` */
function grantsOf(text: string): Record<string, readonly string[]> {
  const grants = text
    .split(/\s+/)
    .filter((grant) => grant !== '')
    .map((grant) => {
      const at = grant.lastIndexOf('=');
      const rights = grant.slice(at + 1).split('+');
      if (at < 1 || !rights.every((right) => RIGHTS.has(right))) {
        throw new Unable(`--grant cannot be read: "${grant}".`, [
          `a pattern, =, and rights joined by +: "chat:*=${[...RIGHTS].join('+')}"`,
        ]);
      }
      return [grant.slice(0, at), rights] as const;
    });
  return Object.fromEntries(grants);
}
