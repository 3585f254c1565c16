import { isOfTheOutbox, takeUpPublishes } from './left-publishes.js';
import type { LastWords } from './last-words.js';
import { isOfAPlace, laterOf } from './later-place.js';
import { liftBytes, type LiftedPart, putBytesBack } from './lifted-bytes.js';
import type { Store } from './store.js';

/** Some thirty channels with everything that is remembered of each. */
const CHARS_MAX = 262_144;

/** One value as it is left; an older version had no bytes. */
type LeftText = readonly [key: string, value: unknown, bytes?: readonly LiftedPart[]];

/** By key, in the order in which they are to be written. */
export type Values = Iterable<readonly [key: string, value: unknown]>;

/**
 * What a run leaves of what it had not written yet, as a text: places up to the first that is too long,
 * because none is to be found by the next run without those before it, and every publish for which there
 * is room. Null for nothing.
 */
export function leave(run: string, values: Values): string | null {
  const left: string[] = [];
  let chars = 0;
  let arePlacesWhole = true;
  for (const [key, value] of values) {
    const isPlace = isOfAPlace(key);
    if (isPlace ? !arePlacesWhole : !isOfTheOutbox(key)) continue;
    const text = textOf(key, value);
    if (text === null || chars + text.length > CHARS_MAX) {
      arePlacesWhole &&= !isPlace;
      continue;
    }
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
  const values = valuesOf(words.kept(prefix), run);
  for (const [key, left] of values) {
    if (!isOfAPlace(key)) continue;
    const stored = await store.load(prefix + key);
    const later = laterOf(key, stored, left);
    if (later !== stored) await store.save(prefix + key, later);
  }
  await takeUpPublishes(store, prefix, values);
}

function valuesOf(text: string | null, ofRun: unknown): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  if (text === null) return values;
  try {
    const words = JSON.parse(text) as { run?: unknown; values?: unknown };
    if (words.run !== ofRun || !Array.isArray(words.values)) return values;
    for (const [key, value, parts = []] of words.values as readonly LeftText[]) {
      values.set(key, putBytesBack({ value, parts }));
    }
    return values;
  } catch {
    return new Map();
  }
}

/** Null for what would not be the same again. */
function textOf(key: string, whole: unknown): string | null {
  const lifted = liftBytes(whole);
  if (lifted === null) return null;
  const left: LeftText = [key, lifted.value, lifted.parts];
  return JSON.stringify(left);
}
