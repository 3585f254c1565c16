import { Buffer } from 'node:buffer';
import { CarillonError } from '../../protocol/carillon-error.js';
import type { ChannelName } from '../../protocol/channel-name.js';
import { type Keys, partitionOf } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redis-client.js';
import { evaluate, hasMessage, readScript } from '../../redis/redis-script.js';
import type { ChannelFacts, LogPage, ReadQuery } from '../broker.port.js';
import { continuityOf } from '../continuity.js';
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
    const { facts } = found.page;
    const continuity = continuityOf(from.after, { ...found.evidence, facts });
    if (continuity === 'continued') return { ...found.page, continuity, resumeAt: from.after };
    // What is kept of the history that is there now.
    const start = (continuity === 'rewound' && found.fork) || facts.floor;
    const rest = await this.#run(channel, query, { after: start });
    const { epoch, floor } = rest.page.facts;
    // Between the two reads the channel may have begun anew, or lost what followed `start`.
    if (epoch !== facts.epoch) return this.read(channel, query);
    const resumed = floor.offset > start.offset ? floor : start;
    return { ...rest.page, continuity, resumeAt: resumed };
  }

  async purge(channel: ChannelName): Promise<ChannelFacts> {
    const names = [this.keys.ofChannel('meta', channel), this.keys.ofChannel('log', channel)];
    await evaluate(this.client, PURGE_SCRIPT, names, []).catch(fail);
    return (await this.read(channel, { from: 'top', limit: 1, maxBytes: 1 })).facts;
  }

  async fence(
    channel: ChannelName,
    had: readonly Position[],
    announce: string,
  ): Promise<Position | null> {
    const epoch = had[0]?.epoch ?? '';
    const names = [this.keys.ofChannel('meta', channel), this.keys.ofChannel('log', channel)];
    const args = [announce, this.keys.ofChannel('bus', channel), epoch];
    const places = had.flatMap(({ offset, chain }) => [offset, chain]);
    const reply = await evaluate(this.client, FENCE_SCRIPT, names, [...args, ...places]).catch(
      fail,
    );
    const [offset, chain, bornAt] = Array.isArray(reply) ? (reply as unknown[]) : [];
    return offset === undefined
      ? null
      : placeOf(epoch, Number(offset), String(chain), Number(bornAt));
  }

  async #run(
    channel: ChannelName,
    { limit, maxBytes }: ReadQuery,
    from: ReadQuery['from'],
  ): Promise<Found> {
    const names = [
      this.keys.ofChannel('meta', channel),
      this.keys.ofChannel('log', channel),
      this.keys.ofPartition('life', partitionOf(channel)),
    ];
    const { mode, place, askedAt, chain } = modeOf(from);
    const args = [channel, newLife(), mode, place, askedAt, chain, limit, maxBytes];
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
        genesisEpoch: head.genesisEpoch,
        nowMs: head.now,
      },
      fork: head.fork === -1 ? null : placeOf(head.epoch, head.fork, head.forkChain, head.bornAt),
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

interface Found {
  readonly page: Omit<LogPage, 'continuity' | 'resumeAt'>;
  readonly evidence: Evidence;
  /** Below the tear that took the asked place; null when no tear tells of it. */
  readonly fork: Position | null;
}

interface Evidence {
  readonly bornAtMs: number | null;
  readonly chainAtOffset: string | null;
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
  /** -1: no tear took the asked place. */
  readonly fork: number;
  readonly forkChain: string;
}

const HEAD_FIELDS = 15;
const CHAIN_LENGTH = 16;

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
    fork: whole(13),
    forkChain: text(14),
  };
  return [head, fields.slice(HEAD_FIELDS)];
}

function factsOf(head: Head): ChannelFacts {
  const { epoch, top, topChain, floor, floorChain } = head;
  const bornAt = head.bornAt === -1 ? head.now : head.bornAt;
  return {
    epoch,
    top: placeOf(epoch, top, topChain, bornAt),
    floor: placeOf(epoch, floor, floorChain, bornAt),
    purgedTo: head.purgedTo,
    messages: top - floor,
    bytes: head.bytes,
    oldestAt: head.oldestAt === 0 ? null : head.oldestAt,
  };
}

/** The place before the first message of a life is its genesis. */
function placeOf(epoch: string, offset: number, chain: string, bornAt: number): Position {
  return offset === 0 ? genesis(epoch, bornAt) : { epoch, offset, chain };
}

function modeOf(from: ReadQuery['from']): {
  mode: string;
  place: number;
  askedAt: number;
  chain: string;
} {
  const none = { askedAt: 0, chain: '' };
  if (from === 'top') return { mode: 'top', place: 0, ...none };
  if ('last' in from) return { mode: 'last', place: from.last, ...none };
  if ('before' in from) return { mode: 'before', place: from.before.offset, ...none };
  const { after } = from;
  return {
    mode: 'after',
    place: after.offset,
    askedAt: after.offset === 0 ? genesisTime(after) : 0,
    chain: after.offset === 0 ? '' : after.chain,
  };
}

function fail(error: unknown): never {
  if (error instanceof CarillonError) throw error;
  throw brokerError(hasMessage(error) ? error.message : '');
}
