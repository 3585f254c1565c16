import { ZodError } from 'zod';
import { CarillonError } from '../protocol/carillon-error.js';

/**
 * What the calls come to; `unavailable` when the store did not answer them, or did not say whether.
 * A reply of the wrong shape is a fault of ours and stays what it is.
 */
export async function orUnavailable<T>(calls: () => Promise<T>): Promise<T> {
  try {
    return await calls();
  } catch (error) {
    if (error instanceof CarillonError || error instanceof ZodError) throw error;
    throw new CarillonError('unavailable', 'The store does not answer; try again in a moment.', {
      cause: error,
    });
  }
}
