import type { Gap, ServerGapReason } from '../../src/gap.js';
import type { Message } from '../../src/message.js';
import type { SubscribeReply } from '../../src/wire.js';
import { LOBBY } from '../support/wire-examples.js';
import { type ModelEntry, type ModelLog, type Place, placeOf, textOf } from './model-log.js';

/** Small, so that many replies have something behind them. */
const PAGE = 2;

type Send = (name: 'message' | 'skip' | 'gap', payload: unknown) => void;

/** What one connection is owed of the channel, and in which order it gets it. */
export class ModelSession {
  isFollowing = false;
  /** Something was passed over, and nothing was sent since by which a client could know. */
  hasHole = false;
  /** In log order; what is urgent may leave first. */
  #waiting: ModelEntry[] = [];
  #told: Place = { epoch: 0, offset: 0, serial: 0 };
  #replayTo = 0;
  /** What was sent last stood right above what was told: a hole behind it can be seen. */
  #isExact = false;

  constructor(
    readonly id: string,
    private readonly log: ModelLog,
    private readonly send: Send,
    /** An answer passes over it without a word, because it is this session's own. */
    private readonly elided: (offset: number) => void,
  ) {}

  subscribe(since: string | undefined): SubscribeReply {
    const { log } = this;
    const start =
      since === undefined ? { place: log.top, gap: null } : this.#startAt(placeOf(since));
    const following = log.after(start.place.offset);
    const tear = following.findIndex((entry) => entry.tear !== undefined);
    // A tear is told on its own, so a page ends before it.
    const page = following.slice(0, tear === -1 ? PAGE : Math.min(PAGE, tear));
    const last = page.at(-1);
    const reached = last === undefined ? start.place : { epoch: log.epoch, ...last };
    this.#waiting = following.slice(page.length);
    this.#told = reached;
    this.#replayTo = log.top.offset;
    this.#isExact = last !== undefined && last.own !== this.id;
    this.isFollowing = true;
    this.hasHole = false;
    for (const { own, offset } of page) if (own === this.id) this.elided(offset);
    return {
      channel: LOBBY,
      epoch: `e${log.epoch}`,
      position: textOf(reached),
      recovered: start.gap === null,
      messages: page
        .filter(({ own }) => own !== this.id)
        .map((entry) => this.#message(entry, true)),
      behind: this.#waiting.length,
      ...(start.gap === null ? {} : { gap: start.gap }),
    };
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  unsubscribe(): void {
    this.isFollowing = false;
    this.#waiting = [];
  }

  appended(entry: ModelEntry): void {
    if (this.isFollowing) this.#waiting.push(entry);
  }

  /** One message leaves; with `overtaking` an urgent one goes before the others. */
  sendOne(overtaking: boolean): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    const barrier = this.#waiting.findIndex(({ tear }) => tear !== undefined);
    const reachable = barrier === -1 ? this.#waiting : this.#waiting.slice(0, barrier);
    const urgent = overtaking ? reachable.find((entry) => entry.urgent) : undefined;
    this.#sendEntry(urgent ?? first);
  }

  sendAll(): void {
    while (this.#waiting.length > 0) this.sendOne(false);
  }

  /** The waiting ones of one lane are dropped, and told. */
  overflow(urgent: boolean): void {
    const isDropped = (entry: ModelEntry) => entry.urgent === urgent && entry.tear === undefined;
    const dropped = this.#waiting.filter(isDropped);
    // Its position would cover the hole, without an offset to know it by.
    if (dropped.length === 0 || this.hasHole) return;
    const after = textOf(this.#told);
    this.#waiting = this.#waiting.filter((entry) => !isDropped(entry));
    const last = dropped.at(-1);
    if (this.#waiting.length === 0 && last !== undefined) {
      this.#told = { epoch: this.log.epoch, ...last };
    }
    const ranges = dropped.map(({ offset }): [number, number] => [offset, offset]);
    this.#isExact = false;
    this.send('gap', this.#gap('overflow', after, this.#told, ranges));
  }

  /** A fault of the server: one is passed over without a word. */
  passOver(): void {
    const [first] = this.#waiting;
    if (first === undefined || !this.#isExact || first.tear !== undefined) return;
    this.#waiting.shift();
    this.hasHole = true;
  }

  /** The history of before is no more. */
  emptied(): void {
    if (!this.isFollowing) return;
    const after = textOf(this.#told);
    this.#waiting = [];
    this.#told = this.log.top;
    this.#isExact = false;
    this.send('gap', this.#gap('epoch', after, this.#told, null));
  }

  #startAt(since: Place): { place: Place; gap: Gap<ServerGapReason> | null } {
    const { log } = this;
    const from = textOf(since);
    if (since.epoch !== log.epoch) {
      return { place: log.floor, gap: this.#gap('epoch', from, log.floor, null) };
    }
    if (since.offset > log.top.offset) {
      return { place: log.top, gap: this.#gap('rewound', from, log.top, null) };
    }
    if (since.offset < log.floor.offset) {
      const ranges: [number, number][] = [[since.offset + 1, log.floor.offset]];
      return { place: log.floor, gap: this.#gap('trimmed', from, log.floor, ranges) };
    }
    if (since.offset === 0 || log.isTorn(since.offset) || log.proves(since)) {
      return { place: since, gap: null };
    }
    return { place: log.floor, gap: this.#gap('rewound', from, log.floor, null) };
  }

  #sendEntry(entry: ModelEntry): void {
    const isLowest = this.#waiting[0] === entry;
    if (isLowest) this.hasHole = false;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
    const after = textOf(this.#told);
    if (isLowest) this.#told = this.#placeBelow(entry);
    if (entry.tear !== undefined) {
      const [from, to] = entry.tear;
      this.#isExact = false;
      return this.send('gap', this.#gap('rewound', after, this.#told, [[from, to]]));
    }
    this.#isExact = isLowest;
    if (entry.own === this.id) {
      const { offset } = entry;
      const position = textOf(this.#told);
      return this.send('skip', {
        channel: LOBBY,
        from: offset,
        to: offset,
        position,
        reason: 'own',
      });
    }
    this.send('message', this.#message(entry, isLowest));
  }

  /** Everything up to there has left: an overtaker right above the lowest has left before. */
  #placeBelow(entry: ModelEntry): Place {
    return { epoch: this.log.epoch, offset: entry.offset, serial: entry.serial };
  }

  #message(entry: ModelEntry, isSafe: boolean): Message {
    const { offset, serial, id, urgent } = entry;
    return {
      channel: LOBBY,
      offset,
      id,
      data: id,
      at: serial,
      ...(isSafe ? { position: textOf(this.#placeBelow(entry)) } : {}),
      ...(urgent ? { priority: 'critical' as const } : {}),
      ...(offset <= this.#replayTo ? { replayed: true as const } : {}),
    };
  }

  #gap(
    reason: ServerGapReason,
    after: string,
    to: Place,
    ranges: [number, number][] | null,
  ): Gap<ServerGapReason> {
    const count =
      ranges === null ? null : ranges.reduce((sum, [from, end]) => sum + end - from + 1, 0);
    const position = textOf(to);
    const refill = reason === 'overflow';
    const epoch = `e${this.log.epoch}`;
    return { channel: LOBBY, epoch, after, ranges, count, reason, refill, position };
  }
}
