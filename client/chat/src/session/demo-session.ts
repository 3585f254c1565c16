const STORED_AS = 'carillon.session';
export const NAME_LENGTH_MAX = 40;

/** Who this tab is, as `POST /demo/session` answered. */
export interface DemoSession {
  readonly token: string;
  readonly user: string;
  readonly name: string;
  /** Milliseconds since 1970; infinite for a token that never expires. */
  readonly expiresAt: number;
}

/**
 * Asks the server for a token under a name.
 *
 * @throws Error whose message can be shown to the person who signs in.
 */
export async function requestSession(name: string): Promise<DemoSession> {
  const response = await fetch('/demo/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  }).catch(() => {
    throw new Error('The server cannot be reached. Check the connection and try again.');
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new Error(refusalOf(response.status, body));
  const session = readSession(body);
  if (!session) throw new Error('The server answered with something else than a session.');
  sessionStorage.setItem(STORED_AS, JSON.stringify(session));
  return session;
}

/** The session of this tab, if it signed in before. */
export function storedSession(): DemoSession | undefined {
  const stored = sessionStorage.getItem(STORED_AS);
  if (stored === null) return undefined;
  try {
    return readSession(JSON.parse(stored));
  } catch {
    // Somebody else's value under our key: as good as none.
    return undefined;
  }
}

export function forgetSession(): void {
  sessionStorage.removeItem(STORED_AS);
}

function readSession(value: unknown): DemoSession | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, user, name, expiresAt } = value as Record<string, unknown>;
  if (typeof token !== 'string' || typeof user !== 'string') return undefined;
  return {
    token,
    user,
    name: typeof name === 'string' ? name : user,
    expiresAt: readInstant(expiresAt),
  };
}

function readInstant(value: unknown): number {
  if (typeof value === 'number') return value;
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? Number.POSITIVE_INFINITY : parsed;
}

function refusalOf(status: number, body: unknown): string {
  if (status === 404) return 'This instance does not run in demo mode, so nobody can sign in here.';
  const { detail, message } = (body ?? {}) as Record<string, unknown>;
  if (typeof detail === 'string') return detail;
  if (typeof message === 'string') return message;
  return `The server refused (${String(status)}). Try again in a moment.`;
}
