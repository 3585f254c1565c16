import { Buffer } from 'node:buffer';
import type { Appended, ChannelFacts, LogPage, Publication, ReadQuery } from '../broker.port.js';
import { digestOf, epochFor, firstChain, nextChain } from '../chain.js';
import { CHANNEL_MEMORY_MS, continuityOf } from '../continuity.js';
import { decodeEntry, entryPrefix, type LogEntry } from '../log-entry.js';
import { genesis, genesisTime, type Position } from '../position.js';
import { RememberedIds } from './remembered-ids.js';

interface Kept {
  readonly entry: LogEntry;
  readonly bytes: number;
  readonly storedAt: number;
}

/** The log of one channel, kept in memory. */
export class MemoryLog {
  readonly #ids = new RememberedIds();
  readonly #epoch: string;
  #kept: Kept[] = [];
  #bytes = 0;
  #top: Position;
  #floor: Position;
  #chain: string;
  #purgedTo = 0;
  #ttlMs = 0;
  #lastAppendAt: number;

  constructor(
    private readonly life: string,
    private readonly channel: string,
    private readonly bornAtMs: number,
  ) {
    this.#epoch = epochFor(life, channel, bornAtMs);
    this.#top = genesis(this.#epoch, bornAtMs);
    this.#floor = this.#top;
    this.#chain = firstChain(this.#epoch, bornAtMs);
    this.#lastAppendAt = bornAtMs;
  }

  /** Nothing was appended for so long that its epoch, top and chain need not be remembered. */
  isForgotten(nowMs: number): boolean {
    return nowMs - this.#lastAppendAt > Math.max(CHANNEL_MEMORY_MS, this.#ttlMs);
  }

  append(publication: Publication, nowMs: number): { appended: Appended; entry: LogEntry | null } {
    const { publisher, id, contentDigest, draft, rules } = publication;
    const key = `${publisher}\n${id}`;
    const known = this.#ids.get(key);
    if (known) {
      if (known.contentDigest !== contentDigest) return refused('conflict');
      const { epoch, offset, at } = known;
      return { appended: { outcome: 'duplicate', epoch, offset, at }, entry: null };
    }
    if (!this.#ids.makeRoom(nowMs, rules.dedupSeconds * 1000)) return refused('overloaded');
    const prev = this.#chain;
    const offset = this.#top.offset + 1;
    const chain = nextChain(prev, digestOf(draft));
    const prefix = entryPrefix(this.#epoch, chain, prev, offset);
    // Not out of the pool of small buffers: it may be kept for long after what was stored around it is gone.
    const bytes = Buffer.allocUnsafeSlow(prefix.length + draft.length);
    bytes.write(prefix, 'latin1');
    draft.copy(bytes, prefix.length);
    const entry = decodeEntry(bytes);
    if (!entry) throw new Error('A draft was not made by encodeDraft.');
    this.#kept.push({ entry, bytes: bytes.length, storedAt: nowMs });
    this.#bytes += bytes.length;
    this.#chain = chain;
    this.#top = { epoch: this.#epoch, offset, chain };
    this.#ttlMs = rules.ttlSeconds * 1000;
    this.#lastAppendAt = nowMs;
    this.#ids.add(key, {
      epoch: this.#epoch,
      offset,
      at: entry.at,
      contentDigest,
      storedAt: nowMs,
    });
    this.#trim(rules.size, rules.maxBytes, nowMs);
    return {
      appended: { outcome: 'stored', epoch: this.#epoch, offset, at: entry.at },
      entry,
    };
  }

  read(query: ReadQuery, nowMs: number): LogPage {
    this.#trim(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, nowMs);
    const { from } = query;
    const facts = this.facts();
    if (from === 'top') return pageOf(facts, [], false);
    if ('after' in from) {
      const continuity = continuityOf(from.after, {
        facts,
        bornAtMs: this.bornAtMs,
        chainAtOffset: this.#chainAt(from.after.offset),
        genesisEpoch: epochFor(this.life, this.channel, genesisTime(from.after)),
        nowMs,
      });
      const resumeAt = continuity === 'continued' ? from.after : facts.floor;
      const start = Math.max(0, resumeAt.offset - this.#floor.offset);
      // One more than asked, to know whether there is more.
      const following = this.#kept.slice(start, start + query.limit + 1);
      const entries = within(following, query);
      return {
        facts,
        continuity,
        resumeAt,
        entries,
        more: entries.length < following.length,
      };
    }
    const isBefore = 'before' in from;
    if (isBefore && from.before.epoch !== this.#epoch) {
      return { ...pageOf(facts, [], false), continuity: 'epoch' };
    }
    const limit = isBefore ? query.limit : Math.min(query.limit, from.last);
    const asked = isBefore ? from.before.offset - 1 - this.#floor.offset : this.#kept.length;
    const end = Math.max(0, asked);
    const preceding = this.#kept.slice(Math.max(0, end - limit - 1), end).toReversed();
    const entries = within(preceding, { limit, maxBytes: query.maxBytes }).toReversed();
    return pageOf(facts, entries, entries.length < preceding.length);
  }

  purge(): ChannelFacts {
    this.#kept = [];
    this.#bytes = 0;
    this.#floor = this.#top;
    this.#purgedTo = this.#top.offset;
    return this.facts();
  }

  facts(): ChannelFacts {
    return {
      epoch: this.#epoch,
      top: this.#top,
      floor: this.#floor,
      purgedTo: this.#purgedTo,
      messages: this.#kept.length,
      bytes: this.#bytes,
      oldestAt: this.#kept[0]?.entry.at ?? null,
    };
  }

  /** Drops from the old end what the rules no longer keep; the newest entry stays for its whole time. */
  #trim(size: number, maxBytes: number, nowMs: number): void {
    let dropped = 0;
    for (const { entry, bytes, storedAt } of this.#kept) {
      const left = this.#kept.length - dropped;
      const isOver = left > 1 && (left > size || this.#bytes > maxBytes);
      if (!isOver && storedAt + this.#ttlMs > nowMs) break;
      dropped += 1;
      this.#bytes -= bytes;
      this.#floor = { epoch: entry.epoch, offset: entry.offset, chain: entry.chain };
    }
    if (dropped > 0) this.#kept.splice(0, dropped);
  }

  #chainAt(offset: number): string | null {
    if (offset === this.#floor.offset) return this.#floor.chain;
    return this.#kept[offset - this.#floor.offset - 1]?.entry.chain ?? null;
  }
}

/** A page that no place was asked to be continued for. */
export function pageOf(facts: ChannelFacts, entries: readonly LogEntry[], more: boolean): LogPage {
  return { facts, continuity: 'continued', resumeAt: facts.floor, entries, more };
}

/** The facts of a channel that never held a message. */
export function genesisFacts(life: string, channel: string, nowMs: number): ChannelFacts {
  const epoch = epochFor(life, channel, nowMs);
  const start = genesis(epoch, nowMs);
  return { epoch, top: start, floor: start, purgedTo: 0, messages: 0, bytes: 0, oldestAt: null };
}

function refused(outcome: 'conflict' | 'overloaded'): { appended: Appended; entry: null } {
  return { appended: { outcome }, entry: null };
}

function within(
  kept: readonly Kept[],
  { limit, maxBytes }: { readonly limit: number; readonly maxBytes: number },
): LogEntry[] {
  const entries: LogEntry[] = [];
  let bytes = 0;
  for (const one of kept) {
    bytes += one.bytes;
    if (entries.length >= limit || (bytes > maxBytes && entries.length > 0)) break;
    entries.push(one.entry);
  }
  return entries;
}
