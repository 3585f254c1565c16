import { CarillonError } from '../../src/carillon-error.js';

/** What the application was told of a publish. */
export interface Outcome {
  readonly kind: 'ok' | 'failed' | 'unknown';
  readonly offset?: number;
}

export function outcomeOf(error: unknown): Outcome {
  return {
    kind: error instanceof CarillonError && error.outcome === 'failed' ? 'failed' : 'unknown',
  };
}
