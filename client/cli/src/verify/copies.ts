import type { ChannelLog, Evidence, Violation } from './checker.js';
import type { Fact } from './history.js';

/**
 * Which places hold copies of broadcasts, and which broadcasts have reached whom. A reader of several
 * channels is owed one copy; the others it is told as `duplicate`, or its SDK keeps them to itself.
 */
export class Copies {
  readonly #ids = new Set<string>();
  /** The broadcast at a place, by the log or by whoever saw it there. */
  readonly #at = new Map<string, string>();
  readonly #places = new Map<string, { channel: string; epoch: string; offset: number }[]>();
  readonly #had = new Set<string>();
  readonly #gaps = new Map<string, Extract<Fact, { kind: 'gap' }>[]>();
  /** The deepest place of each history from which it was told to go on anew: above it, two messages had one place. */
  readonly #forks = new Map<string, number>();
  /** Where somebody was told of a copy: a skip names no epoch. */
  readonly #skipped = new Set<string>();
  readonly #logs: ReadonlyMap<string, ChannelLog>;

  readonly #keepsStore: boolean;
  readonly #users: ReadonlyMap<string, string>;
  /** Whom a broadcast leaves out. */
  readonly #excepts = new Map<string, ReadonlySet<string>>();

  constructor({ facts, logs, keepsStore, readers }: Evidence) {
    this.#keepsStore = keepsStore;
    this.#users = usersOf(readers);
    this.#logs = new Map(logs.map((log) => [log.channel, log]));
    for (const fact of facts) {
      if (fact.kind !== 'broadcast') continue;
      this.#ids.add(fact.id);
      if (fact.except !== undefined) this.#excepts.set(fact.id, new Set(fact.except));
    }
    if (this.#ids.size === 0) return;
    for (const { channel, epoch, entries } of logs) {
      for (const { offset, id } of entries) this.#stands(id, channel, epoch, offset);
    }
    for (const fact of facts) {
      if (fact.kind === 'gap') {
        const own = this.#gaps.get(fact.reader);
        if (own === undefined) this.#gaps.set(fact.reader, [fact]);
        else own.push(fact);
        if (fact.reason === 'rewound') this.#noteFork(fact);
      }
      if (fact.kind === 'skip' && fact.reason === 'duplicate') {
        for (let offset = fact.from; offset <= fact.to; offset += 1) {
          this.#skipped.add(`${fact.channel} ${offset}`);
        }
      }
      if (fact.kind !== 'deliver' || !this.#ids.has(fact.id)) continue;
      this.#had.add(`${fact.reader} ${fact.id}`);
      if (fact.epoch !== null) this.#stands(fact.id, fact.channel, fact.epoch, fact.offset);
    }
  }

  /**
   * The reader is owed nothing at this place: a copy stands there of a broadcast that it has from
   * another channel, or of which it was told there that it is lost. Where the log has let go of the
   * place, or the store lost it, and nobody saw what stood there, it is enough that somebody was told
   * of a copy.
   */
  isSettled(reader: string, channel: string, epoch: string | null, offset: number): boolean {
    if (this.#ids.size === 0) return false;
    const id = this.#at.get(placeKey(channel, this.#epochOf(channel, epoch), offset));
    if (id !== undefined) {
      if (this.#had.has(`${reader} ${id}`) || this.#wasToldLost(reader, id, channel)) return true;
      if (!this.#isOfTwo(channel, epoch, offset)) return false;
    }
    return !this.#isKept(channel, epoch, offset) && this.#skipped.has(`${channel} ${offset}`);
  }

  /**
   * Whether a broadcast stands there that is not for this reader's user; `perhaps` where nobody knows
   * any more what stood there, and there is such a broadcast.
   */
  leavesOut(
    reader: string,
    channel: string,
    epoch: string | null,
    offset: number,
  ): 'yes' | 'no' | 'perhaps' {
    const user = this.#users.get(reader);
    if (user === undefined || this.#excepts.size === 0) return 'no';
    const id = this.#at.get(placeKey(channel, this.#epochOf(channel, epoch), offset));
    if (id !== undefined && this.#excepts.get(id)?.has(user) === true) return 'yes';
    if (id !== undefined && !this.#isOfTwo(channel, epoch, offset)) return 'no';
    if (this.#isKept(channel, epoch, offset)) return 'no';
    return [...this.#excepts.values()].some((users) => users.has(user)) ? 'perhaps' : 'no';
  }

  #epochOf(channel: string, epoch: string | null): string {
    return epoch ?? this.#logs.get(channel)?.epoch ?? '';
  }

  /** The log tells what stands there. */
  #isKept(channel: string, epoch: string | null, offset: number): boolean {
    const log = this.#logs.get(channel);
    const isIn = log?.epoch === this.#epochOf(channel, epoch) && offset > log.floor;
    return isIn && this.#keepsStore;
  }

  /** The store lost what stood there, and has something else there now: who is known to have seen one of them proves nothing of the other. */
  #isOfTwo(channel: string, epoch: string | null, offset: number): boolean {
    const fork = this.#forks.get(`${channel} ${this.#epochOf(channel, epoch)}`);
    return !this.#keepsStore && fork !== undefined && offset > fork;
  }

  #noteFork({ channel, to }: Extract<Fact, { kind: 'gap' }>): void {
    const history = `${channel} ${to.epoch}`;
    this.#forks.set(history, Math.min(to.offset, this.#forks.get(history) ?? to.offset));
  }

  #wasToldLost(reader: string, id: string, except: string): boolean {
    const places = (this.#places.get(id) ?? []).filter(({ channel }) => channel !== except);
    return (this.#gaps.get(reader) ?? []).some(({ channel, after, to, ranges }) =>
      places.some((place) => {
        if (place.channel !== channel || place.epoch !== after.epoch) return false;
        const upTo = to.epoch === after.epoch ? to.offset : Number.POSITIVE_INFINITY;
        const lost = ranges ?? [[after.offset + 1, upTo] as const];
        return lost.some(([from, end]) => from <= place.offset && place.offset <= end);
      }),
    );
  }

  #stands(id: string, channel: string, epoch: string, offset: number): void {
    if (!this.#ids.has(id)) return;
    this.#at.set(placeKey(channel, epoch, offset), id);
    const places = this.#places.get(id);
    if (places === undefined) this.#places.set(id, [{ channel, epoch, offset }]);
    else places.push({ channel, epoch, offset });
  }
}

function placeKey(channel: string, epoch: string, offset: number): string {
  return `${channel} ${epoch} ${offset}`;
}

function usersOf(readers: Evidence['readers']): Map<string, string> {
  return new Map(
    readers.flatMap(({ reader, user }) => (user === undefined ? [] : [[reader, user] as const])),
  );
}

/**
 * I2: a copy of one broadcast in two channels. I1: a broadcast that was confirmed is not in a channel of
 * its audience. I5: one that came to somebody who is left out of it, or by somebody else's channel.
 */
export function broadcastViolationsIn(evidence: Evidence): Violation[] {
  const { facts, logs, keepsStore, readers } = evidence;
  const users = usersOf(readers);
  const own = new Set(readers.map(({ reader, channel }) => `${reader} ${channel}`));
  const excepts = new Map<string, readonly string[]>();
  const audiences = new Map<string, readonly string[]>();
  const through = new Map<string, string>();
  const violations: Violation[] = [];
  for (const fact of facts) {
    if (fact.kind === 'broadcast') {
      audiences.set(fact.id, fact.channels);
      excepts.set(fact.id, fact.except ?? []);
    }
    if (fact.kind === 'deliver' && audiences.has(fact.id)) {
      const { reader, channel, id } = fact;
      const user = users.get(reader);
      if (user !== undefined && excepts.get(id)?.includes(user) === true) {
        violations.push({ invariant: 'I5', channel, reader, what: `${id} leaves ${user} out` });
      }
      if (channel.startsWith('$') && !own.has(`${reader} ${channel}`)) {
        violations.push({ invariant: 'I5', channel, reader, what: `${id} came by no own channel` });
      }
      const first = through.get(`${reader} ${id}`) ?? channel;
      through.set(`${reader} ${id}`, first);
      if (first === channel) continue;
      const what = `${id} came as a copy in ${first} already`;
      violations.push({ invariant: 'I2', channel, reader, what });
    }
    if (fact.kind !== 'stored' || !keepsStore) continue;
    for (const channel of audiences.get(fact.id) ?? []) {
      const log = logs.find((it) => it.channel === channel);
      // What was trimmed may have held it.
      if (log === undefined || log.floor > 0) continue;
      if (log.entries.some(({ id }) => id === fact.id)) continue;
      const what = `${fact.id} was confirmed, and the log does not have it`;
      violations.push({ invariant: 'I1', channel, reader: null, what });
    }
  }
  return violations;
}
