import type { LastWords } from './last-words.js';
import { isOfAPlace, laterOf } from './later-place.js';
import type { Store } from './store.js';

/** Some thirty channels with everything that is remembered of each. */
const CHARS_MAX = 262_144;

/** By key, in the order in which they are to be written. */
export type Values = Iterable<readonly [key: string, value: unknown]>;

/**
 * What a run leaves of what it had not written yet, as a text. In the order of writing up to the first
 * that is too long or no JSON: none is to be found by the next run without those before it. Null for
 * nothing. Only places are left, no publishes.
 */
export function leave(run: string, values: Values): string | null {
  const left: string[] = [];
  let chars = 0;
  for (const [key, value] of values) {
    if (!isOfAPlace(key)) continue;
    const text = jsonOf([key, value]);
    if (text === null || chars + text.length > CHARS_MAX) break;
    chars += text.length;
    left.push(text);
  }
  return left.length === 0 ? null : `{"run":${JSON.stringify(run)},"values":[${left.join()}]}`;
}

/**
 * Writes what the run before left into the store, where that is older. `run` is the one that wrote there
 * last: what another one left is of no use to anybody.
 */
export async function takeUp(
  store: Store,
  words: LastWords,
  { prefix, run }: { readonly prefix: string; readonly run: unknown },
): Promise<void> {
  for (const [key, left] of valuesOf(words.kept(prefix), run)) {
    const stored = await store.load(prefix + key);
    const later = laterOf(key, stored, left);
    if (later !== stored) await store.save(prefix + key, later);
  }
}

function valuesOf(text: string | null, ofRun: unknown): Values {
  if (text === null) return [];
  try {
    const { run, values } = JSON.parse(text) as { run?: unknown; values?: unknown };
    if (run !== ofRun || !Array.isArray(values)) return [];
    return values.filter(
      (pair: unknown): pair is [string, unknown] =>
        Array.isArray(pair) && typeof pair[0] === 'string' && isOfAPlace(pair[0]),
    );
  } catch {
    return [];
  }
}

/** Null for what would not be the same again. */
function jsonOf(value: unknown): string | null {
  let isWhole = true;
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, part: unknown) {
    // Asked for in its owner: some kinds of binary turn themselves into something else before.
    const own = this[key];
    if (own instanceof ArrayBuffer || ArrayBuffer.isView(own)) isWhole = false;
    return part;
  });
  return isWhole ? text : null;
}
