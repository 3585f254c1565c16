import { CODES, type Code } from './codes.js';

/** What a refusal looks like on the wire: in an acknowledgement, a `connect_error`, a problem body. */
export interface ErrorBody {
  code: Code;
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
  details?: Readonly<Record<string, unknown>>;
}

export interface ErrorHints {
  /** How long the caller should wait before it tries again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Facts that help to mend the request. Never the payload, a secret or a stack. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The only error that features throw on purpose. Each edge turns it into its own form; anything else
 * that reaches an edge becomes `internal` and is logged.
 */
export class CarillonError extends Error {
  override readonly name = 'CarillonError';

  constructor(
    readonly code: Code,
    /** One sentence that says what to do. */
    message: string,
    readonly hints: ErrorHints = {},
  ) {
    super(message, hints.cause === undefined ? undefined : { cause: hints.cause });
  }

  toBody(): ErrorBody {
    const { retryAfterMs, details } = this.hints;
    return {
      code: this.code,
      message: this.message,
      retryable: CODES[this.code].retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(details === undefined ? {} : { details }),
    };
  }
}

/** The body for an error of any kind; what is not ours tells nothing about the inside. */
export function errorBodyOf(error: unknown): ErrorBody {
  if (error instanceof CarillonError) return error.toBody();
  return {
    code: 'internal',
    message: 'Something went wrong here. It was logged; try again or ask the operator.',
    retryable: CODES.internal.retryable,
  };
}
