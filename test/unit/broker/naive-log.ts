import { Buffer } from 'node:buffer';
import type { Continuity, LogRules } from '../../../src/broker/broker.port.js';

/** A number for each history: two are the same only if every entry of both is. */
export class Histories {
  readonly #numbers = new Map<string, number>();

  numberOf(before: number, text: string): number {
    const key = `${before} ${text}`;
    const number = this.#numbers.get(key) ?? this.#numbers.size + 1;
    this.#numbers.set(key, number);
    return number;
  }
}

export interface NaiveEntry {
  readonly text: string;
  /** Of everything up to and including this entry. */
  readonly history: number;
  readonly before: NaiveEntry | null;
  readonly offset: number;
  readonly bytes: number;
  readonly storedAtMs: number;
}

/** A place as somebody remembers it. */
export interface NaivePlace {
  readonly epoch: string;
  readonly offset: number;
  /** What led there; 0 at the very beginning. */
  readonly history: number;
}

interface Remembered {
  readonly offset: number;
  readonly digest: string;
  readonly storedAtMs: number;
  /** Counts publishes, for "among the last 1,000". */
  readonly number: number;
}

/** What the contract says of one channel's log, with lists and loops and nothing else. */
export class NaiveLog {
  entries: NaiveEntry[] = [];
  floor = 0;
  top: NaiveEntry | null = null;
  purgedTo = 0;
  readonly #ids = new Map<string, Remembered>();
  #publishes = 0;

  constructor(
    public epoch: string,
    private readonly rules: LogRules,
    private readonly histories: Histories,
  ) {}

  /** `may be new`: the contract allows that it is forgotten by now. */
  expectationOf(
    key: string,
    digest: string,
    nowMs: number,
  ): {
    readonly must: 'new' | 'duplicate' | 'conflict';
    readonly mayBeNew: boolean;
    readonly offset: number;
  } {
    const known = this.#ids.get(key);
    const next = (this.top?.offset ?? 0) + 1;
    if (known === undefined) return { must: 'new', mayBeNew: true, offset: next };
    const isYoung = nowMs - known.storedAtMs <= this.rules.dedupSeconds * 1_000;
    const isRecent = this.#publishes - known.number < 1_000;
    const must = known.digest === digest ? 'duplicate' : 'conflict';
    return { must, mayBeNew: !isYoung && !isRecent, offset: known.offset };
  }

  stored(key: string, digest: string, text: string, bytes: number, nowMs: number): void {
    const offset = (this.top?.offset ?? 0) + 1;
    const history = this.histories.numberOf(this.top?.history ?? 0, text);
    this.top = { text, history, before: this.top, offset, bytes, storedAtMs: nowMs };
    this.entries.push(this.top);
    this.#publishes += 1;
    this.#ids.set(key, { offset, digest, storedAtMs: nowMs, number: this.#publishes });
    this.trim(nowMs);
    const { size, maxBytes } = this.rules;
    while (this.entries.length > 1 && (this.entries.length > size || this.#bytes() > maxBytes)) {
      this.#drop();
    }
  }

  trim(nowMs: number): void {
    const { ttlSeconds } = this.rules;
    while ((this.entries[0]?.storedAtMs ?? nowMs) + ttlSeconds * 1_000 <= nowMs) this.#drop();
  }

  purge(): void {
    while (this.entries.length > 0) this.#drop();
    this.purgedTo = this.floor;
  }

  /** How a reader at that place stands to this log, and what it has to get. */
  resume({ epoch, offset, history }: NaivePlace): {
    readonly continuity: Continuity;
    readonly texts: readonly string[];
  } {
    const top = this.top?.offset ?? 0;
    const after = (from: number) =>
      this.entries.filter((one) => one.offset > from).map(({ text }) => text);
    if (epoch !== this.epoch) return { continuity: 'epoch', texts: after(0) };
    if (offset > top) return { continuity: 'rewound', texts: after(0) };
    if (offset < this.floor) {
      const continuity = offset < this.purgedTo ? 'purged' : 'trimmed';
      return { continuity, texts: after(0) };
    }
    if (this.#historyAt(offset) !== history) return { continuity: 'rewound', texts: after(0) };
    return { continuity: 'continued', texts: after(offset) };
  }

  #historyAt(offset: number): number {
    let entry = this.top;
    while (entry !== null && entry.offset > offset) entry = entry.before;
    return entry?.history ?? 0;
  }

  #bytes(): number {
    return this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #drop(): void {
    this.floor = this.entries.shift()?.offset ?? this.floor;
  }
}

/** What an entry of that draft weighs in a log. */
export function entryBytes(draft: Buffer, offset: number): number {
  return (
    Buffer.byteLength(`1 ${'e'.repeat(16)} ${'c'.repeat(16)} ${'c'.repeat(16)} ${offset} `) +
    draft.length
  );
}
