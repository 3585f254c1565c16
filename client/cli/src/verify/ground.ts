import type { Evidence } from './checker.js';
import type { Fact } from './history.js';
import type { Place } from './place.js';

type Gap = Extract<Fact, { kind: 'gap' }>;
type Seen = Extract<Fact, { reader: string }>;

/** Of the channel, by anybody: an epoch, and the highest offset that was acknowledged or came in it. */
export type Sights = ReadonlyMap<string, number>;

/** What anybody had an answer or a message of. */
export function sightsIn(facts: readonly Fact[], channel: string): Sights {
  const sights = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind !== 'ok' && fact.kind !== 'deliver') continue;
    if (fact.channel === channel && fact.epoch !== null) raise(sights, fact.epoch, fact.offset);
  }
  return sights;
}

/**
 * The gaps of a channel whose `after` is a place where their reader could stand: of its own stretch of
 * history, and no further than what it had or was told of there. All others are invented.
 */
export function groundedGapsIn(
  { facts, readers }: Pick<Evidence, 'facts' | 'readers'>,
  channel: string,
  sights: Sights,
): ReadonlySet<Gap> {
  const telling = new Set(
    readers.filter((it) => it.channel === channel && !it.hidesRepeats).map(({ reader }) => reader),
  );
  const hasCopies = facts.some((it) => it.kind === 'broadcast' && it.channels.includes(channel));
  const grounds = new Map<string, Ground>();
  const grounded = new Set<Gap>();
  for (const fact of facts) {
    if (!('reader' in fact) || fact.channel !== channel) continue;
    const hidden = telling.has(fact.reader) ? null : { sights, hasCopies };
    const ground = grounds.get(fact.reader) ?? new Ground(hidden);
    grounds.set(fact.reader, ground);
    if (fact.kind === 'gap' && ground.has(fact.after)) grounded.add(fact);
    ground.take(fact);
  }
  return grounded;
}

/** What a reader that keeps repeats to itself may have passed over without a word. */
interface Hidden {
  readonly sights: Sights;
  /** Copies of broadcasts stand in the channel, and of those nobody else may have seen any. */
  readonly hasCopies: boolean;
}

/** Where one reader may stand in one channel. */
class Ground {
  /** Of the stretch of history that it is in, by epoch: there is another beside it while it knows it by its genesis alone. */
  #reach = new Map<string, number>();

  constructor(private readonly hidden: Hidden | null) {}

  take(fact: Seen): void {
    if (fact.kind === 'start' || fact.kind === 'position') this.#given(fact.place);
    else if (fact.kind === 'deliver') this.#had(fact);
    else if (fact.kind === 'skip') this.#skipped(fact);
    else if (fact.kind === 'gap') this.#led(fact);
  }

  has({ epoch, offset }: Place): boolean {
    const reach = this.#reach.get(epoch);
    if (reach !== undefined && offset <= reach) return true;
    const isAtStart = [...this.#reach.values()].every((it) => it === 0);
    // Nothing was written down of it yet: a genesis has another name in each month.
    if (isAtStart && offset === 0) return this.hidden !== null || this.#reach.size === 0;
    if (this.hidden === null || (reach === undefined && !isAtStart)) return false;
    return this.hidden.hasCopies || offset <= (this.hidden.sights.get(epoch) ?? 0);
  }

  #had({ epoch, offset, isSafe }: Extract<Fact, { kind: 'deliver' }>): void {
    if (epoch === null) return;
    if (isSafe === true) this.#given({ epoch, offset });
    else raise(this.#reach, epoch, offset);
  }

  #skipped({ to, position }: Extract<Fact, { kind: 'skip' }>): void {
    if (position !== undefined) this.#given(position);
    for (const epoch of this.#reach.keys()) raise(this.#reach, epoch, to);
  }

  /** Where others began it does not matter any more once it has left the start of a channel. */
  #given({ epoch, offset }: Place): void {
    const reach = Math.max(offset, this.#reach.get(epoch) ?? 0);
    if (offset > 0) this.#reach = new Map([[epoch, reach]]);
    else raise(this.#reach, epoch, reach);
  }

  #led({ reason, to }: Gap): void {
    if (reason === 'epoch' || reason === 'rewound') this.#reach = new Map([[to.epoch, to.offset]]);
    else this.#given(to);
  }
}

function raise(reach: Map<string, number>, epoch: string, offset: number): void {
  reach.set(epoch, Math.max(offset, reach.get(epoch) ?? 0));
}
