/** Sharded announcements, and the time inside of scripts that write: older servers lack one or both. */
const OLDEST_MAJOR = 7;

/** The only policy that never throws away what was acknowledged. */
const KEEPS_ALL = 'noeviction';

/** What a server's own words say about whether it will do. */
export interface ServerVerdict {
  /** It cannot be used; one sentence for the operator. */
  readonly problem: string | null;
  /** It can be used, but. */
  readonly warning: string | null;
}

/** Reads the reply of INFO. What it does not tell is not held against the server. */
export function verdictOn(info: string): ServerVerdict {
  const facts = new Map(
    info.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  const version = facts.get('redis_version');
  const policy = facts.get('maxmemory_policy');
  const major = Number.parseInt(version ?? '', 10);
  return {
    problem:
      major < OLDEST_MAJOR ? `Redis ${version} is too old: use ${OLDEST_MAJOR}.0 or newer.` : null,
    warning:
      policy === undefined || policy === KEEPS_ALL
        ? null
        : `Redis has maxmemory-policy ${policy}, so it may throw acknowledged messages away when its memory is full: set ${KEEPS_ALL}.`,
  };
}
