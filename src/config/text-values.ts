import { z } from 'zod';

// Environment values are text. Each schema here takes exactly one way of writing a value: `Number()`
// and its like would let "0x10", " 5 " and "1e3" pass as numbers nobody meant.

const DIGITS = /^(0|[1-9][0-9]{0,15})$/;

/** Plain decimal digits within the bounds, both included. */
export function wholeNumber(least: number, most: number) {
  const wanted = `give a whole number from ${least} to ${most}, digits only`;
  return z
    .string()
    .regex(DIGITS, { error: wanted, abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, wanted);
}

export const trueOrFalse = z
  .enum(['true', 'false'], 'give true or false')
  .transform((value) => value === 'true');

export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, `give one of ${words.join(', ')}`);
}

export function matching(pattern: RegExp, wanted: string) {
  return z.string().regex(pattern, wanted);
}

/**
 * Comma-separated values, each checked by `problemOf`, which returns what to do or null.
 * Spaces around a value are dropped; an empty or repeated value is a slip and refused.
 */
export function listOf(problemOf: (value: string) => string | null) {
  return z.string().transform((text, context) => {
    const values = text.split(',').map((value) => value.trim());
    const seen = new Set<string>();
    values.forEach((value, index) => {
      const problem = seen.has(value) ? 'is there twice: remove one' : emptyOr(problemOf, value);
      if (problem !== null) refuse(context, `entry ${index + 1} ${problem}`);
      seen.add(value);
    });
    return values;
  });
}

/** Adds a problem to what is being parsed. */
export function refuse(context: z.RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message });
}

function emptyOr(problemOf: (value: string) => string | null, value: string): string | null {
  return value === '' ? 'is empty: remove the spare comma' : problemOf(value);
}
