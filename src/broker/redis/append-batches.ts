import { partitionOf } from '../../redis/keys.js';
import type { Publication } from '../broker.port.js';

/** Publications and bytes of one script call: others wait while it runs. */
const CALL_PUBLICATIONS = 32;
const CALL_BYTES = 262_144;

/** A publication on its way to the store, with whoever waits for it. */
interface OnItsWay {
  readonly publication: Publication;
}

/** `critical` waits for as little as can be. */
export function isUrgent({ publication }: OnItsWay): boolean {
  return publication.lane === 0;
}

/** Those of channels with something urgent, and the others, each in the order they came. */
export function apart<T extends OnItsWay>(all: readonly T[]): { urgent: T[]; others: T[] } {
  const channels = new Set(all.filter(isUrgent).map(({ publication }) => publication.channel));
  const urgent: T[] = [];
  const others: T[] = [];
  for (const one of all) (channels.has(one.publication.channel) ? urgent : others).push(one);
  return { urgent, others };
}

/** What goes in one call each; where the store is sharded a call stays in one partition. */
export function* callsOf<T extends OnItsWay>(
  all: readonly T[],
  isSharded: boolean,
): Iterable<readonly T[]> {
  if (!isSharded) {
    yield* cut(all);
    return;
  }
  const byPartition = new Map<number, T[]>();
  for (const one of all) {
    const partition = partitionOf(one.publication.channel);
    const some = byPartition.get(partition);
    if (some) some.push(one);
    else byPartition.set(partition, [one]);
  }
  for (const some of byPartition.values()) yield* cut(some);
}

function* cut<T extends OnItsWay>(all: readonly T[]): Iterable<readonly T[]> {
  let call: T[] = [];
  let bytes = 0;
  for (const one of all) {
    const size = one.publication.draft.length;
    if (call.length === CALL_PUBLICATIONS || (call.length > 0 && bytes + size > CALL_BYTES)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(one);
    bytes += size;
  }
  if (call.length > 0) yield call;
}
