import type { LogPage, LogRules, Publication } from '../../../src/broker/broker.port.js';
import { encodeDraft } from '../../../src/broker/log-entry.js';
import { MemoryLog } from '../../../src/broker/memory/memory-log.js';
import { formatPosition, parsePosition, type Position } from '../../../src/broker/position.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { entryBytes, Histories, NaiveLog, type NaivePlace } from './naive-log.js';

const CHANNEL = 'test:model' as ChannelName;
const BORN_MS = 1_700_000_000_000;
const RULES: LogRules = {
  size: 6,
  ttlSeconds: 60,
  maxBytes: 700,
  dedupSeconds: 30,
  replicas: 0,
};

/** Something that happened to the log, to be done again for a twin that lost the last of it. */
type Change = (world: LogWorld) => void;

/** The log under test beside the naive one, and every place that anybody was ever given. */
export class LogWorld {
  nowMs = BORN_MS;
  log: MemoryLog;
  naive: NaiveLog;
  readonly places: { readonly position: Position; readonly naive: NaivePlace }[] = [];
  readonly problems: string[] = [];
  readonly #histories = new Histories();
  #changes: Change[] = [];
  #texts = 0;
  readonly #keys: string[] = [];
  #lives = 0;

  constructor() {
    [this.log, this.naive] = this.#newLogs(this.nowMs);
    this.#note();
  }

  append(key: string, content: string): void {
    this.#keys.push(key);
    this.#texts += 1;
    // Content decides between duplicate and conflict; the text makes each history another one.
    this.#do(appending(key, content, `${content} ${this.#texts}`, this.nowMs));
    this.#note();
  }

  /** A publish of so long ago comes once more. */
  again(ago: number): void {
    const key = this.#keys.at(-ago);
    if (key !== undefined) this.append(key, 'this');
  }

  purge(): void {
    this.#do((world) => {
      world.log.purge();
      world.naive.purge();
    });
  }

  /** The store comes back empty. */
  empty(): void {
    this.#lives += 1;
    this.#changes = [];
    [this.log, this.naive] = this.#newLogs(this.nowMs);
    this.#note();
  }

  /** A failover: another copy of the log goes on, which never had the last so many changes. */
  rewind(count: number): void {
    const kept = this.#changes.slice(0, Math.max(0, this.#changes.length - count));
    const born = this.log.facts();
    [this.log, this.naive] = this.#newLogs(this.#bornMs);
    if (this.log.facts().epoch !== born.epoch) throw new Error('the copy has another life');
    this.#changes = [];
    for (const change of kept) this.#do(change);
  }

  /** Reads on from a place that was given once, page by page, and compares. */
  resume(pick: number, limit: number): void {
    const place = this.places[pick % this.places.length];
    if (place === undefined) return;
    this.naive.trim(this.nowMs);
    const expected = this.naive.resume(place.naive);
    // As a client hands it back: through its written form.
    const since = parsePosition(formatPosition(place.position)) ?? place.position;
    const first = this.#read(since, limit);
    const texts = textsOf(first);
    for (let page = first; page.more;) {
      page = this.#read(page.entries.at(-1) ?? since, limit);
      if (page.continuity !== 'continued') this.problems.push('a page in the middle broke off');
      texts.push(...textsOf(page));
    }
    const got = JSON.stringify({ continuity: first.continuity, texts });
    const wanted = JSON.stringify(expected);
    if (got !== wanted) {
      this.problems.push(
        `from ${place.naive.offset} of ${place.naive.epoch}: ${got}, not ${wanted}`,
      );
    }
  }

  compareFacts(): void {
    this.naive.trim(this.nowMs);
    const { epoch, top, floor, purgedTo, messages } = this.log.read(
      { from: 'top', limit: 1, maxBytes: 1 },
      this.nowMs,
    ).facts;
    const got = [epoch, top.offset, floor.offset, purgedTo, messages];
    const { naive } = this;
    const wanted = [
      naive.epoch,
      naive.top?.offset ?? 0,
      naive.floor,
      naive.purgedTo,
      naive.entries.length,
    ];
    if (got.join() !== wanted.join())
      this.problems.push(`facts ${got.join()}, not ${wanted.join()}`);
  }

  #bornMs = BORN_MS;

  #do(change: Change): void {
    this.#changes.push(change);
    change(this);
  }

  #newLogs(bornMs: number): [MemoryLog, NaiveLog] {
    this.#bornMs = bornMs;
    const log = new MemoryLog(`life ${this.#lives}`, CHANNEL, bornMs);
    return [log, new NaiveLog(log.facts().epoch, RULES, this.#histories)];
  }

  #note(): void {
    const { naive } = this;
    const entry = naive.top;
    const history = entry?.history ?? 0;
    const place = { epoch: naive.epoch, offset: entry?.offset ?? 0, history };
    this.places.push({ position: this.log.facts().top, naive: place });
  }

  #read(after: Position, limit: number): LogPage {
    return this.log.read({ from: { after }, limit, maxBytes: 400 }, this.nowMs);
  }
}

function appending(key: string, content: string, text: string, atMs: number): Change {
  const draft = encodeDraft({
    at: atMs,
    lane: 2,
    ttlMs: 0,
    releaseAt: 0,
    kind: 'm',
    extra: null,
    text,
    parts: [],
  });
  const publication: Publication = {
    channel: CHANNEL,
    publisher: 'ann',
    id: key,
    contentDigest: content,
    lane: 2,
    draft,
    rules: RULES,
  };
  return ({ log, naive, problems }) => {
    const { must, mayBeNew, offset } = naive.expectationOf(key, content, atMs);
    const { appended, entry } = log.append(publication, atMs);
    if (appended.outcome === 'stored') {
      if (!mayBeNew) problems.push(`${key} was stored again, not ${must}`);
      const next = (naive.top?.offset ?? 0) + 1;
      if (appended.offset !== next || entry?.offset !== next) {
        problems.push(`stored at ${appended.offset}, not at ${next}`);
      }
      naive.stored(key, content, text, entryBytes(draft, next), atMs);
      return;
    }
    if (entry !== null) problems.push(`${appended.outcome}, and announced`);
    if (must === 'new' || appended.outcome !== must) {
      problems.push(`${key} is ${appended.outcome}, not ${must}`);
    } else if (appended.outcome === 'duplicate' && appended.offset !== offset) {
      problems.push(`the duplicate of ${key} is at ${appended.offset}, not at ${offset}`);
    }
  };
}

function textsOf({ entries }: LogPage): string[] {
  return entries.map(({ text }) => text.toString('utf8'));
}
