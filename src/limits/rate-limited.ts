import type { RateConfig } from '../config/config.js';
import { CarillonError } from '../protocol/carillon-error.js';
import type { RateScope } from '../telemetry/metrics.js';

const WHAT_TO_DO: Readonly<Record<RateScope, (perSecond: number) => string>> = {
  session: (perSecond) =>
    `Publish at most ${perSecond} messages a second here; send this one again later.`,
  user: (perSecond) =>
    `Publish at most ${perSecond} messages a second here over all your connections; send this one again later.`,
  namespace: (perSecond) =>
    `This namespace takes ${perSecond} messages a second from all together; send this one again later.`,
};

/** The refusal of one publish, with the milliseconds after which it may pass. */
export function rateLimited(
  scope: RateScope,
  { perSecond, burst }: RateConfig,
  retryAfterMs: number,
): CarillonError {
  return new CarillonError('rate_limited', WHAT_TO_DO[scope](perSecond), {
    retryAfterMs,
    details: { scope, perSecond, burst },
  });
}
