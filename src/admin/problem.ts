import { HttpException } from '@nestjs/common';
import { CarillonError, errorBodyOf, type ErrorBody } from '../protocol/carillon-error.js';
import { CODES, type Code } from '../protocol/codes.js';

/** RFC 9457 problem details, with the contract's `code` and what helps to mend the request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Code;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Names this one occurrence in the log; only where something failed here. */
  readonly instance?: string;
}

/** What the framework refuses by itself, in our words: its own texts quote the request. */
const REFUSALS: Readonly<Record<number, { readonly code: Code; readonly detail: string }>> = {
  400: { code: 'invalid_request', detail: 'The request is malformed: check its path and body.' },
  401: { code: 'unauthenticated', detail: 'Send `Authorization: Bearer <key or token>`.' },
  403: { code: 'forbidden', detail: 'This key or token may not do that.' },
  404: { code: 'not_found', detail: 'There is nothing here: see /docs for what there is.' },
  405: { code: 'invalid_request', detail: 'This path does not take that method: see `Allow`.' },
  413: { code: 'message_too_large', detail: 'The body is too large: send less at once.' },
  414: { code: 'invalid_request', detail: 'The address is too long.' },
  415: { code: 'invalid_request', detail: 'Send JSON as `Content-Type: application/json`.' },
  429: { code: 'rate_limited', detail: 'Too many requests: wait as `Retry-After` says.' },
  503: { code: 'unavailable', detail: 'Not available now: try again.' },
};

/** The problem that tells a caller of an error, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof CarillonError) return problemOfBody(error.toBody());
  const status = statusOf(error);
  const refusal = status === null ? undefined : REFUSALS[status];
  if (status === null || refusal === undefined) return problemOfBody(errorBodyOf(error));
  return {
    ...problemOfBody({
      code: refusal.code,
      message: refusal.detail,
      retryable: CODES[refusal.code].retryable,
    }),
    status,
  };
}

function problemOfBody({ code, message, retryable, retryAfterMs, details }: ErrorBody): Problem {
  const words = code.replaceAll('_', ' ');
  return {
    type: `urn:carillon:error:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    // A word that REST never says by itself can only be a fault of ours.
    status: CODES[code].status ?? 500,
    detail: message,
    code,
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(details === undefined ? {} : { details }),
  };
}

/** Nest's own exceptions, and the errors of the middleware beneath it that are fit to be told. */
function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || !('expose' in error) || !('status' in error)) return null;
  return error.expose === true && typeof error.status === 'number' ? error.status : null;
}
