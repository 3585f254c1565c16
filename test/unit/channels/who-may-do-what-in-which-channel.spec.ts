import { describe, expect, test } from '@jest/globals';
import { NamespacePolicies } from '../../../src/channels/namespace-policies.js';
import { PolicyAuthorizer } from '../../../src/channels/policy-authorizer.js';
import type { Access } from '../../../src/config/config.js';
import { readConfig } from '../../../src/config/read-config.js';
import { ACTIONS, type Action, type Caller, type Grants } from '../../../src/identity/caller.js';

const ACCESS: readonly Access[] = ['anyone', 'granted', 'server'];

/** `s-anyone-p-server` and its like, and each again without presence: every combination is named. */
const namespaces = Object.fromEntries(
  ACCESS.flatMap((subscribe) =>
    ACCESS.flatMap((publish) =>
      [true, false].map((presence) => [
        `s-${subscribe}-p-${publish}${presence ? '' : '-quiet'}`,
        { subscribe, publish, presence },
      ]),
    ),
  ),
);

function authorizerOf(environment: 'production' | 'development'): PolicyAuthorizer {
  const env = {
    NODE_ENV: environment,
    BROKER: 'memory',
    AUTH_JWT_SECRET: 'a-secret-for-tests-of-at-least-32-bytes',
    ADMIN_API_KEYS: `ops:${'ab'.repeat(32)}:*`,
    CARILLON_CONFIG: 'policy.json',
  };
  const config = readConfig(env, () => JSON.stringify({ namespaces }));
  return new PolicyAuthorizer(new NamespacePolicies(config));
}

const production = authorizerOf('production');
const development = authorizerOf('development');

function caller(grants: Grants | null): Caller {
  return { user: 'ann', name: null, tags: ['eu'], grants, scopes: ['*'], expiresAt: null };
}

/** Grants by what they give, of every action and of none. */
const SUBJECTS: readonly (readonly [string, readonly Action[] | null])[] = [
  ['no grants', null],
  ['empty grants', []],
  ...ACTIONS.map((action) => [`a grant to ${action}`, [action]] as const),
  ['every grant', ACTIONS],
];

async function allowed(
  authorizer: PolicyAuthorizer,
  grants: Grants | null,
  action: Action,
  channel: string,
): Promise<boolean> {
  const verdict = await authorizer.authorize(caller(grants), action, channel);
  expect(verdict).toEqual(verdict.allowed ? { allowed: true, until: null } : { allowed: false });
  return verdict.allowed;
}

describe.each(SUBJECTS)('with %s', (_name, actions) => {
  describe.each(ACTIONS)('to %s', (action) => {
    test.each(Object.entries(namespaces))(
      'in %s',
      async (name, { subscribe, publish, presence }) => {
        const rule = action === 'publish' ? publish : subscribe;
        const isNamed = actions?.includes(action) ?? false;
        // Written out once more, as a table: rule by rule, what the contract says.
        const byRule: Record<Access, boolean> = {
          anyone: actions === null || isNamed,
          granted: isNamed,
          server: false,
        };
        const expected = byRule[rule] && (action !== 'presence' || presence);
        const grants = actions === null ? null : [{ pattern: `${name}:*`, actions }];
        expect(await allowed(production, grants, action, `${name}:room`)).toBe(expected);
      },
    );
  });
});

test('a grant for another channel is no grant', async () => {
  const grants = [{ pattern: 's-granted-p-granted:a*', actions: ACTIONS }];
  expect(await allowed(production, grants, 'publish', 's-granted-p-granted:ab')).toBe(true);
  expect(await allowed(production, grants, 'publish', 's-granted-p-granted:b')).toBe(false);
  expect(await allowed(production, grants, 'publish', 's-anyone-p-anyone:ab')).toBe(false);
});

describe('a namespace that is not named', () => {
  const channels = ['news:today', 'lobby', 'constructor:x', 'toString', 'hasOwnProperty:a'];
  test.each(ACTIONS)('is open to %s outside production, and closed in it', async (action) => {
    for (const channel of channels) {
      expect(await allowed(development, null, action, channel)).toBe(true);
      expect(await allowed(production, null, action, channel)).toBe(false);
      const everything = [{ pattern: '*', actions: ACTIONS }];
      expect(await allowed(production, everything, action, channel)).toBe(false);
    }
  });
});

describe('server channels', () => {
  const own = ['$everyone', '$user:ann', '$tag:eu'];
  const foreign = [
    '$user:bob',
    '$user:ann2',
    '$user:',
    '$user',
    '$tag:us',
    '$tag:',
    '$everyone:x',
    '$EVERYONE',
    '$service:x',
    '$',
  ];
  const subjects: readonly (Grants | null)[] = [null, [], [{ pattern: '*', actions: ACTIONS }]];

  test.each(ACTIONS)('to %s: only the history, and only of one’s own', async (action) => {
    for (const grants of subjects) {
      for (const channel of own) {
        expect(await allowed(development, grants, action, channel)).toBe(action === 'history');
      }
      for (const channel of foreign) {
        expect(await allowed(development, grants, action, channel)).toBe(false);
      }
    }
  });
});

test.each(['', ' ', '*', 'chat:*', 'a b', 'a\u0000', 'chat:é', 'a{b}', '_x', 'x'.repeat(201)])(
  'the name %j is no channel for anybody',
  async (channel) => {
    for (const action of ACTIONS) {
      expect(await allowed(development, null, action, channel)).toBe(false);
    }
  },
);
