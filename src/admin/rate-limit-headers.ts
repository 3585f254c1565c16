import type { Response } from 'express';

/** What is left of a limit. */
interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until there is one more; 0 while some remain. */
  readonly waitMs: number;
}

const REMAINING = 'RateLimit-Remaining';

/** Tells a caller what is left for it; of several limits, the one that is nearest. */
export function setRateLimitHeaders(response: Response, allowance: Allowance | null): void {
  if (allowance === null) return;
  const { limit, remaining, waitMs } = allowance;
  const told = response.getHeader(REMAINING);
  if (told !== undefined && Number(told) <= remaining) return;
  response.setHeader('RateLimit-Limit', String(limit));
  response.setHeader(REMAINING, String(remaining));
  response.setHeader('RateLimit-Reset', String(Math.ceil(waitMs / 1000)));
}
