import { type Code, isRetryable } from './codes.js';

/** `failed`: it did not happen. `unknown`: it may have happened; nobody can tell from here. */
export type Outcome = 'failed' | 'unknown';

export interface ErrorHints {
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly outcome?: Outcome | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The only error that the SDK rejects with. `message` is one sentence that says what to do. */
export class CarillonError extends Error {
  override readonly name = 'CarillonError';
  readonly code: Code;
  /** The same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** How long to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Told for requests that change something. */
  readonly outcome?: Outcome;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, hints: ErrorHints = {}) {
    super(message, hints.cause === undefined ? undefined : { cause: hints.cause });
    this.code = code;
    this.retryable = hints.retryable ?? isRetryable(code);
    if (hints.retryAfterMs !== undefined) this.retryAfterMs = hints.retryAfterMs;
    if (hints.outcome !== undefined) this.outcome = hints.outcome;
    if (hints.details !== undefined) this.details = hints.details;
  }

  /** The same error with what became of the request. */
  withOutcome(outcome: Outcome): CarillonError {
    const { retryable, retryAfterMs, details, cause } = this;
    const hints = { retryable, retryAfterMs, details, cause, outcome };
    return new CarillonError(this.code, this.message, hints);
  }
}

/** Reads the server's error body; null for anything else. */
export function errorOfBody(body: unknown): CarillonError | null {
  if (typeof body !== 'object' || body === null) return null;
  const { code, message, retryable, retryAfterMs, details } = body as Record<string, unknown>;
  if (typeof code !== 'string') return null;
  // The server's word stands, also one that this version does not know yet.
  return new CarillonError(code as Code, typeof message === 'string' ? message : code, {
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    details:
      typeof details === 'object' && details !== null
        ? (details as Readonly<Record<string, unknown>>)
        : undefined,
  });
}
