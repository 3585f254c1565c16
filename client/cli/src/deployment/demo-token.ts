import { Unable } from '../unable.js';

const GIVE_ONE = [
  'give --secret with its AUTH_JWT_SECRET, so that tokens can be minted',
  'or --token with a token that may publish and subscribe',
];

/**
 * Asks the demo for a guest's token, at the first address that answers.
 *
 * @throws Unable where there is no demo
 */
export async function demoToken(urls: readonly string[]): Promise<string> {
  let reason = '';
  for (const url of urls) {
    try {
      const response = await fetch(`${url}/demo/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'carillon' }),
        signal: AbortSignal.timeout(10_000),
      });
      const body: unknown = await response.json().catch(() => null);
      if (typeof body === 'object' && body !== null && 'token' in body) return String(body.token);
      throw new Unable('Neither --token nor --secret is given, and there is no demo.', GIVE_ONE);
    } catch (error) {
      if (error instanceof Unable) throw error;
      reason = reasonOf(error);
    }
  }
  throw new Unable(`${urls.join(' and ')} cannot be reached (${reason}).`, [
    'check --url, and that an instance runs there: GET /health/ready',
  ]);
}

/** `fetch` hides the reason behind a cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : error.message;
}
