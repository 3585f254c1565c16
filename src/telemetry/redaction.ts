const HIDDEN = '[redacted]';

/** Deeper or longer than this says nothing more to a reader of logs, and costs. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 8192;

const SECRET_KEY = /token|authorization|secret|password|passwd|cookie|api[-_]?key|credential/i;
const BEARER = /\bbearer\s+[\w.~+/=-]+/gi;
const JWT = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** Control characters, also the ones that end a line only for some readers. */
// oxlint-disable-next-line no-control-regex -- they are what this is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** One line of text without secrets; a forged line or a terminal command stays visible as what it is. */
export function cleanText(text: string): string {
  return hideSecrets(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text).replace(
    CONTROL,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A copy that may be logged: bounded, values under secret-sounding keys hidden. */
export function cleanValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return cleanError(value, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([key, item]) => [
        cleanText(key),
        SECRET_KEY.test(key) ? HIDDEN : cleanValue(item, depth + 1),
      ]),
  );
}

/** A stack keeps its line ends: each line of it is cleaned by itself. */
export function cleanStack(stack: string): string {
  return stack.split('\n').map(cleanText).join('\n');
}

function cleanError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: cleanText(error.message),
    ...(error.stack === undefined ? {} : { stack: cleanStack(error.stack) }),
    ...(error.cause === undefined || depth >= MAX_DEPTH
      ? {}
      : { cause: cleanValue(error.cause, depth + 1) }),
  };
}

function hideSecrets(text: string): string {
  return text
    .replace(BEARER, `Bearer ${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(URL_CREDENTIALS, `$1${HIDDEN}@`);
}
