import type { Gap } from '../../src/gap.js';
import type { Message } from '../../src/message.js';
import { type ModelLog, placeOf } from './model-log.js';

/** What the application heard of the channel, over all its runs, and whether it should have. */
export class ReaderWatch {
  readonly problems: string[] = [];
  /**
   * History was rewound while no instance could mark it. Where the log proves nothing, below its floor
   * or under a tear, a server then cannot say exactly what a reader of the other history lacks.
   */
  isForked = false;
  /** The server passed something over: what it sent instead may have been shown by then. */
  isOrderPromised = true;
  /** By epoch and offset: which message, told or shown. */
  #shown = new Map<string, string>();
  #told = new Map<number, [number, number][]>();
  /** The newest serial shown in this run, by lane: offsets may come again after a rewind. */
  #last = new Map<string, number>();
  #shownInRun: string[] = [];
  /** Repeats of these are the price of a crash in that moment. */
  readonly #mayRepeat = new Set<string>();
  /** Messages above it are owed. */
  #from: { epoch: number; offset: number } | null = null;
  /** A place is in the store, or was heard of in this run: a subscribe must not begin anew. */
  #hasPlace = false;
  #wasKept = false;

  subscribing(since: string | undefined, log: ModelLog): void {
    if (since === undefined) {
      if (this.#hasPlace) this.problems.push('began anew though a place was known');
      this.#from = { epoch: log.epoch, offset: log.top.offset };
      return;
    }
    const place = placeOf(since);
    if (place.epoch !== log.epoch || this.#from === null || !log.proves(place)) return;
    const skipped = log.ever.find(
      ({ offset }) => offset <= place.offset && !this.#has(log, offset),
    );
    if (skipped)
      this.problems.push(`goes on after ${since}, but ${skipped.id} was neither shown nor told`);
  }

  message({ id, priority, at }: Message): void {
    // The model writes the serial where the time stands: no two messages share one.
    const key = `${at} ${id}`;
    if (this.#shown.has(key) && !this.#mayRepeat.has(key)) {
      this.problems.push(`${id} was shown twice`);
    }
    this.#mayRepeat.delete(key);
    this.#shown.set(key, id);
    this.#shownInRun.push(key);
    this.#hasPlace = true;
    const lane = priority ?? 'normal';
    if (this.isOrderPromised && at <= (this.#last.get(lane) ?? 0)) {
      this.problems.push(`${id} was shown out of order`);
    }
    this.#last.set(lane, at);
  }

  gap({ epoch, reason, ranges, position }: Gap): void {
    const number = Number(epoch.slice(1));
    this.#hasPlace = true;
    if (reason === 'epoch' || reason === 'rewound') this.#last.clear();
    // What is missing cannot be named: only what follows is owed from here on.
    if (ranges === null || (this.isForked && reason !== 'overflow')) {
      this.#from = { epoch: number, offset: placeOf(position).offset };
    }
    for (const [from, to] of ranges ?? []) this.#tell(number, from, to);
  }

  skip(from: number, to: number): void {
    this.#tell(this.#from?.epoch ?? 0, from, to);
  }

  /** An answer has nothing in that place, because it is not for this session. */
  passedOver(epoch: number, offset: number): void {
    this.#tell(epoch, offset, offset);
  }

  crashed(wasWriting: boolean): void {
    if (wasWriting) {
      for (const key of this.#shownInRun) this.#mayRepeat.add(key);
      this.#hasPlace = this.#wasKept;
    }
    this.#wasKept = this.#hasPlace;
    this.#shownInRun = [];
    this.#last.clear();
  }

  /** Everything has been delivered: what was stored since the start is shown or told. */
  complete(log: ModelLog): void {
    const from = this.#from;
    if (from === null) return void this.problems.push('the subscription never began');
    if (from.epoch !== log.epoch) {
      return void this.problems.push(`epoch ${log.epoch} was never told`);
    }
    for (const { offset, id } of log.ever) {
      if (offset > from.offset && !this.#has(log, offset)) {
        this.problems.push(`${id} at ${offset} was neither shown nor told`);
      }
    }
  }

  #has(log: ModelLog, offset: number): boolean {
    if (this.#from !== null && this.#from.epoch === log.epoch && offset <= this.#from.offset) {
      return true;
    }
    const entry = log.ever.find((one) => one.offset === offset);
    // By its id: one that was lost and stored again in the same place is the same message.
    if (entry !== undefined && [...this.#shown.values()].includes(entry.id)) return true;
    return (this.#told.get(log.epoch) ?? []).some(
      ([start, end]) => start <= offset && offset <= end,
    );
  }

  #tell(epoch: number, from: number, to: number): void {
    this.#told.set(epoch, [...(this.#told.get(epoch) ?? []), [from, to]]);
  }
}
