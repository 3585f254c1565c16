import { Buffer } from 'node:buffer';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { ChannelName } from '../../protocol/channel-name.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';
import { evaluate, hasMessage, readScript } from '../../redis/redis-script.js';
import type { ChannelFacts, LogPage, ReadQuery } from '../broker.port.js';
import { continuityOf, resumptionOf } from '../continuity.js';
import { decodeEntry, type LogEntry } from '../log-entry.js';
import { genesis, genesisTime, type Position } from '../position.js';
import { brokerError } from './append-script.js';
import { newLife } from './new-life.js';

const READ_SCRIPT = readScript(new URL('./lua/read.lua', import.meta.url));
const FENCE_SCRIPT = readScript(new URL('./lua/fence.lua', import.meta.url));
const PURGE_SCRIPT = readScript(new URL('./lua/purge.lua', import.meta.url));

/** Pages and facts of channels, each from one atomic script. */
export class LogReading {
  constructor(
    private readonly client: RedisClient,
    private readonly keys: Keys,
    /** Told of entries of a format that this version does not know; they are passed over. */
    private readonly foreign: (count: number) => void,
  ) {}

  async read(channel: ChannelName, query: ReadQuery): Promise<LogPage> {
    const found = await this.#run(channel, query, query.from);
    const { from } = query;
    const resumeAt = found.page.facts.floor;
    if (from !== 'top' && 'before' in from && from.before.epoch !== found.page.facts.epoch) {
      return { ...found.page, continuity: 'epoch', resumeAt, entries: [], more: false };
    }
    if (from === 'top' || !('after' in from)) {
      return { ...found.page, continuity: 'continued', resumeAt };
    }
    const continuity = continuityOf(from.after, { ...found.evidence, facts: found.page.facts });
    if (continuity === 'continued') return { ...found.page, continuity, resumeAt: from.after };
    // What is kept of the history that is there now.
    const start = resumptionOf(from.after, found.page.facts);
    const rest = await this.#run(channel, query, { after: start });
    const { epoch, floor } = rest.page.facts;
    // Between the two reads the channel may have begun anew, or lost what followed `start`.
    if (epoch !== found.page.facts.epoch) return this.read(channel, query);
    const resumed = floor.offset > start.offset ? floor : start;
    return { ...rest.page, continuity, resumeAt: resumed };
  }

  async purge(channel: ChannelName): Promise<ChannelFacts> {
    const names = [this.keys.ofChannel('meta', channel), this.keys.ofChannel('log', channel)];
    await evaluate(this.client, PURGE_SCRIPT, names, []).catch(fail);
    return (await this.read(channel, { from: 'top', limit: 1, maxBytes: 1 })).facts;
  }

  async fence(channel: ChannelName, lost: Position, announce: string): Promise<void> {
    const names = [this.keys.ofChannel('meta', channel), this.keys.ofChannel('log', channel)];
    const args = [announce, this.keys.ofChannel('bus', channel), lost.epoch, lost.offset];
    await evaluate(this.client, FENCE_SCRIPT, names, args).catch(fail);
  }

  async #run(
    channel: ChannelName,
    { limit, maxBytes }: ReadQuery,
    from: ReadQuery['from'],
  ): Promise<{ page: Omit<LogPage, 'continuity' | 'resumeAt'>; evidence: Evidence }> {
    const names = [
      this.keys.ofChannel('meta', channel),
      this.keys.ofChannel('log', channel),
      this.keys.ofPartition('life', partitionOf(channel)),
    ];
    const { mode, place, askedAt } = modeOf(from);
    const args = [channel, newLife(), mode, place, askedAt, limit, maxBytes];
    const reply = await evaluate(this.client, READ_SCRIPT, names, args).catch(fail);
    const [head, entries] = split(reply);
    const facts = factsOf(head);
    const read = this.#decode(entries);
    if (mode === 'before' || mode === 'last') read.reverse();
    return {
      page: { facts, entries: read, more: head.more },
      evidence: {
        bornAtMs: head.bornAt === -1 ? null : head.bornAt,
        chainAtOffset: head.chainAtOffset.length === CHAIN_LENGTH ? head.chainAtOffset : null,
        isTorn: head.chainAtOffset === TORN,
        genesisEpoch: head.genesisEpoch,
        nowMs: head.now,
      },
    };
  }

  #decode(entries: readonly unknown[]): LogEntry[] {
    const read: LogEntry[] = [];
    for (const bytes of entries) {
      const entry = Buffer.isBuffer(bytes) ? decodeEntry(bytes) : null;
      if (entry) read.push(entry);
    }
    if (read.length < entries.length) this.foreign(entries.length - read.length);
    return read;
  }
}

interface Evidence {
  readonly bornAtMs: number | null;
  readonly chainAtOffset: string | null;
  readonly isTorn: boolean;
  readonly genesisEpoch: string;
  readonly nowMs: number;
}

/** The fixed part of the script's reply. */
interface Head {
  readonly now: number;
  /** -1 for a channel that is not remembered to have held a message. */
  readonly bornAt: number;
  readonly epoch: string;
  readonly top: number;
  readonly topChain: string;
  readonly floor: number;
  readonly floorChain: string;
  readonly purgedTo: number;
  readonly bytes: number;
  readonly oldestAt: number;
  readonly chainAtOffset: string;
  readonly genesisEpoch: string;
  readonly more: boolean;
}

const HEAD_FIELDS = 13;
const CHAIN_LENGTH = 16;
/** What the script says of an offset that a tear marks as lost. */
const TORN = 'torn';

function split(reply: unknown): [Head, readonly unknown[]] {
  if (!Array.isArray(reply) || reply.length < HEAD_FIELDS) throw brokerError('odd reply');
  const fields = reply as unknown[];
  const text = (index: number): string => String(fields[index]);
  const whole = (index: number): number => Number(fields[index]);
  const head: Head = {
    now: whole(0),
    bornAt: whole(1),
    epoch: text(2),
    top: whole(3),
    topChain: text(4),
    floor: whole(5),
    floorChain: text(6),
    purgedTo: whole(7),
    bytes: whole(8),
    oldestAt: whole(9),
    chainAtOffset: text(10),
    genesisEpoch: text(11),
    more: whole(12) === 1,
  };
  return [head, fields.slice(HEAD_FIELDS)];
}

function factsOf(head: Head): ChannelFacts {
  const { epoch, top, topChain, floor, floorChain } = head;
  const bornAt = head.bornAt === -1 ? head.now : head.bornAt;
  const place = (offset: number, chain: string): Position =>
    offset === 0 ? genesis(epoch, bornAt) : { epoch, offset, chain };
  return {
    epoch,
    top: place(top, topChain),
    floor: place(floor, floorChain),
    purgedTo: head.purgedTo,
    messages: top - floor,
    bytes: head.bytes,
    oldestAt: head.oldestAt === 0 ? null : head.oldestAt,
  };
}

function modeOf(from: ReadQuery['from']): { mode: string; place: number; askedAt: number } {
  if (from === 'top') return { mode: 'top', place: 0, askedAt: 0 };
  if ('last' in from) return { mode: 'last', place: from.last, askedAt: 0 };
  if ('before' in from) return { mode: 'before', place: from.before.offset, askedAt: 0 };
  const { after } = from;
  return {
    mode: 'after',
    place: after.offset,
    askedAt: after.offset === 0 ? genesisTime(after) : 0,
  };
}

function fail(error: unknown): never {
  if (error instanceof CarillonError) throw error;
  throw brokerError(hasMessage(error) ? error.message : '');
}
