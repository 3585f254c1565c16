/** Error words of the server, and whether the same request may succeed later. */
const RETRYABLE = {
  unauthenticated: false,
  token_expired: false,
  forbidden: false,
  origin_forbidden: false,
  invalid_request: false,
  channel_invalid: false,
  not_found: false,
  id_conflict: false,
  message_too_large: false,
  too_many_channels: false,
  rate_limited: true,
  too_many_connections: true,
  overloaded: true,
  unavailable: true,
  draining: true,
  slow_consumer: true,
  disconnected_by_admin: false,
  internal: false,
  closed: false,
} as const;

/** The server's error words, and `closed`: the application itself ended what it waited for. */
export type Code = keyof typeof RETRYABLE;

export function isRetryable(code: Code): boolean {
  // A newer server may say a word that is not listed here.
  return RETRYABLE[code] ?? false;
}
