import { CarillonError } from './carillon-error.js';

const SCHEMES: readonly string[] = ['http:', 'https:', 'ws:', 'wss:'];

/**
 * Judges what can be judged before anything is opened. A path alone is a place on the page's own server;
 * where there is no page, as while one is rendered, that is found out when it is opened.
 *
 * @throws CarillonError `invalid_request`
 */
export function checkUrl(url: unknown): void {
  if (typeof url === 'string' && SCHEMES.includes(schemeOf(url) ?? '')) return;
  const message = `No connection can be opened to the url ${JSON.stringify(url)}: give one like https://push.example.com.`;
  throw new CarillonError('invalid_request', message);
}

function schemeOf(url: string): string | null {
  try {
    return new URL(url, globalThis.location?.href ?? 'http://page.invalid').protocol;
  } catch {
    return null;
  }
}
