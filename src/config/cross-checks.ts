import type { Environment } from './environment-schema.js';

type Name = keyof Environment;

/**
 * Problems that no variable has alone, one line each.
 *
 * @param bad variables that were refused already and count as unset here: a rule that needs one of
 *   them is left out, because its line would only confuse
 */
export function crossChecks(env: Environment, bad: ReadonlySet<string>): string[] {
  const rules: readonly Rule[] = [...redisRules(env), ...lagRules(env), ...productionRules(env)];
  return rules
    .filter(({ about, isBroken }) => isBroken && !about.some((name) => bad.has(name)))
    .map(({ line }) => line);
}

interface Rule {
  readonly about: readonly Name[];
  readonly isBroken: boolean;
  readonly line: string;
}

function redisRules(env: Environment): Rule[] {
  const urls = env.REDIS_URL ?? [];
  const schemes = new Set(urls.map((url) => new URL(url).protocol));
  return [
    {
      about: ['BROKER', 'REDIS_URL'],
      isBroken: env.BROKER === 'redis' && urls.length === 0,
      line: 'REDIS_URL is not set, but BROKER is "redis": set it, or set BROKER=memory',
    },
    {
      about: ['REDIS_URL', 'REDIS_MODE', 'BROKER'],
      isBroken: env.REDIS_MODE !== 'standalone' && urls.length === 0 && env.BROKER === undefined,
      line: `REDIS_URL is not set, but REDIS_MODE is "${env.REDIS_MODE}": name the servers`,
    },
    {
      about: ['REDIS_URL', 'REDIS_MODE'],
      isBroken: env.REDIS_MODE === 'standalone' && urls.length > 1,
      line: `REDIS_URL names ${urls.length} servers, but REDIS_MODE is "standalone": name one, or set REDIS_MODE=sentinel or REDIS_MODE=cluster`,
    },
    {
      about: ['REDIS_URL'],
      isBroken: schemes.size > 1,
      line: 'REDIS_URL mixes redis:// and rediss://: use one of them for every server',
    },
    {
      about: ['REDIS_URL', 'REDIS_MODE'],
      isBroken:
        env.REDIS_MODE === 'cluster' && urls.some((url) => /[1-9]/.test(new URL(url).pathname)),
      line: 'REDIS_URL names a database, but a cluster has only database 0: leave the number out',
    },
    {
      about: ['REDIS_MODE', 'REDIS_SENTINEL_NAME'],
      isBroken: env.REDIS_MODE === 'sentinel' && env.REDIS_SENTINEL_NAME === undefined,
      line: 'REDIS_SENTINEL_NAME is not set, but REDIS_MODE is "sentinel": give the name of the master',
    },
  ];
}

function lagRules({ LAG_CONNECT_MS, LAG_PUBLISH_MS }: Environment): Rule[] {
  return [
    {
      about: ['LAG_CONNECT_MS', 'LAG_PUBLISH_MS'],
      isBroken: LAG_PUBLISH_MS > 0 && LAG_PUBLISH_MS < LAG_CONNECT_MS,
      line: `LAG_PUBLISH_MS is ${LAG_PUBLISH_MS}, but LAG_CONNECT_MS is ${LAG_CONNECT_MS}: who is in goes before who wants in, so give it at least as much`,
    },
  ];
}

function productionRules(env: Environment): Rule[] {
  const isProduction = env.NODE_ENV === 'production';
  return [
    {
      about: ['BROKER', 'REDIS_URL'],
      isBroken: isProduction && env.BROKER === undefined && env.REDIS_URL === undefined,
      line: 'BROKER is not set and there is no REDIS_URL: in production set REDIS_URL, or ask for one instance in memory with BROKER=memory',
    },
    {
      about: ['AUTH_JWT_SECRET', 'AUTH_JWKS_URL'],
      isBroken:
        isProduction && env.AUTH_JWT_SECRET === undefined && env.AUTH_JWKS_URL === undefined,
      line: 'AUTH_JWT_SECRET and AUTH_JWKS_URL are not set: in production set one of them, or nobody could be told from anybody',
    },
    {
      about: ['AUTH_JWKS_URL'],
      isBroken: isProduction && env.AUTH_JWKS_URL !== undefined && isOpen(env.AUTH_JWKS_URL),
      line: 'AUTH_JWKS_URL begins with http://: in production whoever is on the way could put in keys of their own; use https://, or a proxy on this machine (localhost)',
    },
    {
      about: ['ADMIN_API_KEYS'],
      isBroken: isProduction && env.ADMIN_API_KEYS === undefined,
      line: 'ADMIN_API_KEYS is not set: in production give at least one name:sha256hex:scope+scope',
    },
  ];
}

/** Fetched over a network without encryption; what stays on this machine needs none. */
function isOpen(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  const isLoopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(hostname);
  return protocol === 'http:' && !isLoopback;
}
