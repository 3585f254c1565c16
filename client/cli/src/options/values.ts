import { Unable } from '../unable.js';

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/**
 * A whole number within bounds.
 *
 * @throws Unable, naming the option
 */
export function wholeOf(
  option: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw wrong(option, text, `a whole number from ${least} to ${most}`);
}

/**
 * Seconds: `90`, `90s`, `5m`, `1h`.
 *
 * @throws Unable, naming the option
 */
export function secondsOf(
  option: string,
  text: string,
  { least, most }: { least: number; most: number },
): number {
  const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const seconds = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (digits !== '' && seconds >= least && seconds <= most) return seconds;
  throw wrong(option, text, `a time such as 30s or 5m, from ${least} s to ${most} s`);
}

/**
 * JSON, or the text itself where it is none: `hello` needs no quotes inside quotes.
 */
export function dataOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: meant as it stands.
    return text;
  }
}

/**
 * One of a few words.
 *
 * @throws Unable, naming the option
 */
export function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((it) => it === text);
  if (word !== undefined) return word;
  throw wrong(option, text, `one of ${words.join(', ')}`);
}

function wrong(option: string, text: string, wanted: string): Unable {
  return new Unable(`${option} must be ${wanted}, not "${text}".`, [
    'add --help to see what it means',
  ]);
}
