/**
 * Every error word of the contract, used alike by sockets and REST.
 *
 * `status` is the HTTP answer (null where REST never says it); `retryable` tells a client that the
 * same request may succeed later without anybody changing anything.
 */
export const CODES = {
  unauthenticated: { status: 401, retryable: false },
  token_expired: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  origin_forbidden: { status: 403, retryable: false },
  invalid_request: { status: 400, retryable: false },
  channel_invalid: { status: 400, retryable: false },
  not_found: { status: 404, retryable: false },
  id_conflict: { status: 409, retryable: false },
  message_too_large: { status: 413, retryable: false },
  too_many_channels: { status: 429, retryable: false },
  rate_limited: { status: 429, retryable: true },
  too_many_connections: { status: 503, retryable: true },
  overloaded: { status: 503, retryable: true },
  unavailable: { status: 503, retryable: true },
  draining: { status: 503, retryable: true },
  slow_consumer: { status: null, retryable: true },
  disconnected_by_admin: { status: null, retryable: false },
  internal: { status: 500, retryable: false },
} as const;

export type Code = keyof typeof CODES;
