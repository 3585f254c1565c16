import type { ChannelLog, Violation } from './checker.js';
import type { Copies } from './copies.js';
import type { Fact } from './history.js';
import { isOtherHistory, type Losses } from './losses.js';
import type { Place } from './place.js';
import { covers, type Stretch, stretch } from './stretch.js';

type Delivery = Extract<Fact, { kind: 'deliver' }>;
type Gap = Extract<Fact, { kind: 'gap' }>;
type Skip = Extract<Fact, { kind: 'skip' }>;
type Position = Extract<Fact, { kind: 'position' }>;

/** Loss that the contract allows, once it is told. */
const REASONS: ReadonlySet<string> = new Set(['trimmed', 'purged', 'epoch', 'rewound', 'overflow']);

export interface LineageOptions {
  /** What the store has in the end. */
  readonly log: ChannelLog | undefined;
  /** Nothing took from the store what it had. */
  readonly keepsStore: boolean;
  /** Of the reader: what comes again is not shown by it, and so is not missing. */
  readonly hidesRepeats: boolean;
  readonly copies: Copies;
  readonly losses: Losses;
}

/** What one reader of one channel was owed and got, over all its connections. */
export class Lineage {
  readonly violations: Violation[] = [];
  readonly #past: Stretch[] = [];
  readonly #jumps: { readonly after: Place; readonly to: Place; readonly at: number }[] = [];
  #now = stretch(null, 1);
  #start: Place | null = null;
  /** Of an answer, until what it leaves out was told. */
  #answered: Place | null = null;

  constructor(
    private readonly reader: string,
    private readonly channel: string,
    private readonly options: LineageOptions,
  ) {}

  /** Where it begins to follow: what is below is none of its own. */
  start(place: Place): void {
    const isLate = this.#start !== null || this.#now.had.size > 0 || this.#past.length > 0;
    if (isLate) return this.#tell('I6', `it began anew at ${place.offset}`);
    this.#start = place;
    this.#now = stretch(place.epoch, place.offset + 1);
  }

  deliver(delivery: Delivery): void {
    this.#holdAnswer();
    this.#take(delivery);
    const { epoch, offset, isSafe } = delivery;
    if (isSafe === true && epoch !== null) this.#hold({ epoch, offset });
  }

  #take({ epoch, offset, id, priority }: Delivery): void {
    if (epoch !== null && this.#now.epoch !== null && epoch !== this.#now.epoch) {
      this.#tell('I6', `${id} came of epoch ${epoch} after ${this.#now.epoch} without a word`);
      this.#begin({ epoch, offset: offset - 1 });
    }
    const now = this.#now;
    now.epoch ??= epoch;
    if (now.ids.has(id)) {
      // Something came there, so that place was not passed over.
      now.had.set(offset, id);
      return this.#tell('I2', `${id} came twice, the second time at ${offset}`);
    }
    if (now.had.has(offset)) {
      return this.#tell('I2', `${offset} came twice, as ${now.had.get(offset) ?? ''} and as ${id}`);
    }
    const last = now.lastOfPriority.get(priority) ?? 0;
    if (offset < last) this.#tell('I3', `${id} at ${offset} came after ${last}, both ${priority}`);
    if (offset < now.from) this.#tell('I3', `${id} at ${offset} came below ${now.from}`);
    now.had.set(offset, id);
    now.ids.add(id);
    now.lastOfPriority.set(priority, Math.max(last, offset));
  }

  /**
   * All that is published is for every reader and never expires: only what it had already is none of
   * its own, there or as the copy of a broadcast, and a broadcast that leaves it out.
   */
  skip({ reason, from, to, position }: Skip): void {
    const isOfAnswer = position !== undefined && isSame(position, this.#answered);
    if (!isOfAnswer) this.#holdAnswer();
    // Else the place would be looked for in the history of the end.
    if (position !== undefined && position.offset > 0) this.#now.epoch ??= position.epoch;
    const { had, told } = this.#now;
    for (let offset = from; offset <= to; offset += 1) {
      if (reason === 'duplicate' && (had.has(offset) || this.#isSettled(offset))) continue;
      if (reason === 'excluded' && this.#leavesOut(offset) !== 'no') continue;
      return this.#tell('I6', `${offset} was for it, and was skipped as ${reason}`);
    }
    told.push([from, to]);
    if (position !== undefined && !isOfAnswer) this.#hold(position);
  }

  /** To hand it back asks for nothing at or below it, so all of that must have come or been told by now. */
  position({ place, isOfAnswer }: Position): void {
    this.#holdAnswer();
    if (isOfAnswer === true) this.#answered = place;
    else this.#hold(place);
  }

  gap(gap: Gap): void {
    this.#holdAnswer();
    const { reason, after, to, ranges, at } = gap;
    if (!REASONS.has(reason)) {
      return this.#tell('I6', `a gap was told for a reason that there is not: ${reason}`);
    }
    const kept = this.#keptOf(gap);
    if (kept !== null) {
      return this.#tell('I6', `it was told that ${kept} is ${reason}, and the log has it`);
    }
    if (!isOtherHistory(reason)) {
      this.#now.epoch ??= to.epoch;
      this.#now.told.push(...(ranges ?? [[after.offset + 1, to.offset] as const]));
      return this.#hold(to);
    }
    const { keepsStore, losses } = this.options;
    if (!losses.excuses(gap) || (keepsStore && losses.proves(gap))) {
      const from = `${after.offset} of ${after.epoch}`;
      this.#tell(
        'I6',
        `it was told ${reason} at ${from}, and nothing shows that the store lost it`,
      );
    } else {
      this.#jumps.push({ after, to, at });
    }
    this.#endStretch(after.offset);
    this.#begin(to);
  }

  /** Nothing more comes. */
  end(): void {
    this.#holdAnswer();
    this.#endStretch(Number.POSITIVE_INFINITY);
    this.#past.push(this.#now);
  }

  /**
   * It had the message, or was told that this place is not for it or lost. Of what the log has in the
   * end no other history is an excuse: who was led away from it was led back to its beginning, and a
   * mark leaves out nothing that is there.
   */
  knowsOfKept(epoch: string, offset: number, id: string): boolean {
    // Below where it was led in there was nothing, or the store lost that it had let it go.
    const wasGone = this.options.losses.hasLost(this.channel);
    return (
      this.#hadOrPassed(epoch, offset, id) ||
      this.#jumps.some(({ after, to }) => {
        return wasGone && to.epoch === epoch && after.epoch !== epoch && offset <= to.offset;
      })
    );
  }

  /** As `knowsOfKept`, of what is not in the log: or it was told that the history that held it is lost. */
  knowsOfLost(epoch: string, offset: number, id: string): boolean {
    return (
      this.#hadOrPassed(epoch, offset, id) ||
      this.#jumps.some(({ after, to }) => {
        if (to.epoch === epoch && after.epoch !== epoch) return offset <= to.offset;
        if (after.epoch === epoch && to.epoch !== epoch) return offset > after.offset;
        return to.epoch === epoch && after.offset < offset && offset <= to.offset;
      })
    );
  }

  /** It was told, at that time or later, that the history it had read is not the one there is. */
  wasToldOfAnotherHistory(at: number): boolean {
    return this.#jumps.some((jump) => jump.at >= at);
  }

  #hadOrPassed(epoch: string, offset: number, id: string): boolean {
    const { copies } = this.options;
    const { reader, channel } = this;
    return (
      this.#past.some((it) => it.ids.has(id) || (it.epoch === epoch && covers(it.told, offset))) ||
      (this.#start?.epoch === epoch && offset <= this.#start.offset) ||
      copies.leavesOut(reader, channel, epoch, offset) === 'yes' ||
      copies.isSettled(reader, channel, epoch, offset)
    );
  }

  /** What was trimmed or purged stays so, unless the store lost that it was: a place that is told to be gone and is not. */
  #keptOf({ reason, to, ranges }: Gap): number | null {
    const { log, keepsStore } = this.options;
    if (!keepsStore || (reason !== 'trimmed' && reason !== 'purged')) return null;
    if (log?.epoch !== to.epoch) return null;
    if (to.offset > log.floor) return to.offset;
    return log.entries.find(({ offset }) => covers(ranges ?? [], offset))?.offset ?? null;
  }

  #begin({ epoch, offset }: Place): void {
    this.#past.push(this.#now);
    this.#now = stretch(epoch, offset + 1);
  }

  /** What is missing up to `owedTo` was passed over in silence. */
  #endStretch(owedTo: number): void {
    const { from, had, told } = this.#now;
    const reached = Math.max(...had.keys(), ...told.map(([, to]) => to), 0);
    const holes: number[] = [];
    for (let offset = from; offset <= Math.min(reached, owedTo); offset += 1) {
      if (!this.#knows(offset)) holes.push(offset);
    }
    if (holes.length === 0) return;
    const some = holes.slice(0, 5).join(', ');
    this.#tell('I6', `${holes.length} offsets were passed over without a word: ${some}`);
  }

  /** The answer to a subscribe is over: what it left out would have been told right behind it. */
  #holdAnswer(): void {
    const place = this.#answered;
    this.#answered = null;
    if (place !== null) this.#hold(place);
  }

  /** Each place is looked at once, by the first position above it, and so each hole is told once. */
  #hold({ epoch, offset }: Place): void {
    const now = this.#now;
    // Of the genesis of a channel: nothing is below it.
    if (offset === 0) return;
    if (now.epoch !== null && now.epoch !== epoch) {
      return this.#tell('I6', `a position of epoch ${epoch} was given in ${now.epoch}`);
    }
    const holes: number[] = [];
    for (; now.heldTo < offset; now.heldTo += 1) {
      if (!this.#knows(now.heldTo + 1)) holes.push(now.heldTo + 1);
    }
    if (holes.length === 0) return;
    const some = holes.slice(0, 5).join(', ');
    this.#tell('I6', `it was given ${offset} as a position before ${holes.length} below: ${some}`);
  }

  /** In this stretch it had it, or was told of it, or keeps it to itself. */
  #knows(offset: number): boolean {
    const { had, told } = this.#now;
    if (had.has(offset) || covers(told, offset) || this.#hadBefore(offset)) return true;
    return this.options.hidesRepeats && this.#isKeptBack(offset);
  }

  /**
   * The very message that the log has in this place had come to it there before the history broke off: a
   * retry was stored where its lost first try had been, and this reader keeps the repeat to itself.
   */
  #hadBefore(offset: number): boolean {
    const { epoch } = this.#now;
    const { log, hidesRepeats } = this.options;
    if (!hidesRepeats || epoch === null || log?.epoch !== epoch) return false;
    const kept = log.entries.find((entry) => entry.offset === offset);
    return (
      kept !== undefined &&
      this.#past.some((it) => it.epoch === epoch && it.had.get(offset) === kept.id)
    );
  }

  /** The SDK tells nobody of what is not for a session in the server's own channels. */
  #isKeptBack(offset: number): boolean {
    const leavesOut = this.#leavesOut(offset);
    const isLeftOut =
      leavesOut === 'yes' || (leavesOut === 'perhaps' && this.channel.startsWith('$'));
    return isLeftOut || this.#isSettled(offset);
  }

  #leavesOut(offset: number): 'yes' | 'no' | 'perhaps' {
    return this.options.copies.leavesOut(this.reader, this.channel, this.#now.epoch, offset);
  }

  #isSettled(offset: number): boolean {
    return this.options.copies.isSettled(this.reader, this.channel, this.#now.epoch, offset);
  }

  #tell(invariant: Violation['invariant'], what: string): void {
    this.violations.push({ invariant, channel: this.channel, reader: this.reader, what });
  }
}

function isSame(place: Place, other: Place | null): boolean {
  return place.epoch === other?.epoch && place.offset === other.offset;
}
