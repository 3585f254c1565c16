import { Unable } from '../unable.js';
import { reasonOf } from './demo-token.js';

export interface RestRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with a slash. */
  readonly path: string;
  readonly key: string;
  readonly body?: unknown;
}

/**
 * One REST call, at the first of these addresses that answers.
 *
 * @throws Unable with the server's own words, or when none answers
 */
export async function rest(
  urls: readonly string[],
  { method, path, key, body }: RestRequest,
): Promise<Readonly<Record<string, unknown>>> {
  let reason = '';
  for (const url of urls) {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      const answer = await objectOf(response);
      if (response.ok) return answer;
      if (response.status !== 503) throw refused(response.status, answer);
      reason = typeof answer['detail'] === 'string' ? answer['detail'] : '503';
    } catch (error) {
      if (error instanceof Unable) throw error;
      reason = reasonOf(error);
    }
  }
  throw new Unable(`REST cannot be reached at ${urls.join(' or ')} (${reason}).`, [
    'check --url, and that an instance is ready there: GET /health/ready',
  ]);
}

async function objectOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}

function refused(status: number, { code, detail }: Readonly<Record<string, unknown>>): Unable {
  const said = typeof detail === 'string' ? detail : 'no reason was given';
  const isAboutKey = status === 401 || status === 403;
  return new Unable(
    `The request was refused with ${status}${typeof code === 'string' ? ` ${code}` : ''}: ${said}`,
    isAboutKey
      ? ['give --admin-key with a key of its ADMIN_API_KEYS that has the scope for this']
      : ['mend the request as the sentence says; /docs tells what it takes'],
  );
}
