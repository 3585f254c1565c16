import { Buffer } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import type {
  Appended,
  Broker,
  BrokerListener,
  LogPage,
  LogRules,
  Publication,
  ReadQuery,
} from '../../src/broker/broker.port.js';
import { encodeDraft, type LogEntry } from '../../src/broker/log-entry.js';
import type { Position } from '../../src/broker/position.js';
import type { ChannelName } from '../../src/protocol/channel-name.js';
import { eventually } from '../support/eventually.js';

export interface BrokerUnderTest {
  readonly broker: Broker;
  readonly heard: Heard;
  /** Lets a clock that the test holds go on; where time passes by itself, nothing. */
  advance(ms: number): void;
  end(): Promise<void>;
}

/** What a broker told its listener. */
export class Heard implements BrokerListener {
  readonly announced: { readonly channel: ChannelName; readonly entry: LogEntry }[] = [];
  readonly notes: { readonly channel: ChannelName; readonly payload: string }[] = [];
  readonly readinessTold: boolean[] = [];
  missedAll = 0;
  /** The channels that were named as missed, each time. */
  readonly missedSome: (readonly ChannelName[])[] = [];

  entries(batch: readonly { readonly channel: ChannelName; readonly entry: LogEntry }[]): void {
    this.announced.push(...batch);
  }

  note(channel: ChannelName, payload: string): void {
    this.notes.push({ channel, payload });
  }

  missed(channels: readonly ChannelName[] | null): void {
    if (channels === null) this.missedAll += 1;
    else this.missedSome.push(channels);
  }

  readiness(ready: boolean): void {
    this.readinessTold.push(ready);
  }

  of(channel: ChannelName): LogEntry[] {
    return this.announced.filter((one) => one.channel === channel).map(({ entry }) => entry);
  }

  /** Resolves with the entries announced on the channel once there are so many. */
  async entriesOf(channel: ChannelName, count: number): Promise<LogEntry[]> {
    await eventually(`${count} entries of ${channel} are announced`, () => {
      return this.of(channel).length >= count;
    });
    return this.of(channel);
  }

  /** Resolves with the notes heard on the channel once there are so many. */
  async notesOf(channel: ChannelName, count: number): Promise<string[]> {
    const heard = () => this.notes.filter((note) => note.channel === channel);
    await eventually(`${count} notes on ${channel}`, () => heard().length >= count);
    return heard().map(({ payload }) => payload);
  }
}

/** A channel that no other test uses. */
export function newChannel(): ChannelName {
  return `test:${randomUUID()}` as ChannelName;
}

const RULES: LogRules = {
  size: 1_000,
  ttlSeconds: 3_600,
  maxBytes: 1_048_576,
  dedupSeconds: 600,
  replicas: 0,
};

export interface Wish {
  readonly id?: string;
  readonly publisher?: string;
  readonly text?: string;
  readonly parts?: readonly Buffer[];
  readonly at?: number;
  readonly rules?: Partial<LogRules>;
}

export function publication(channel: ChannelName, wish: Wish = {}): Publication {
  const { id = randomUUID(), publisher = 'ann', text = `text of ${id}`, parts = [] } = wish;
  const digest = createHash('sha256').update(text);
  for (const part of parts) digest.update(part);
  return {
    channel,
    publisher,
    id,
    contentDigest: digest.digest('hex').slice(0, 32),
    lane: 2,
    draft: encodeDraft({
      at: wish.at ?? Date.now(),
      lane: 2,
      ttlMs: 0,
      releaseAt: 0,
      kind: 'm',
      extra: null,
      text,
      parts,
    }),
    rules: { ...RULES, ...wish.rules },
  };
}

/** Appends so many, in one turn, each with its number as text. */
export function appendMany(
  broker: Broker,
  channel: ChannelName,
  count: number,
  wish: Wish = {},
): Promise<Appended[]> {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return Promise.all(
    all.map((n) => broker.append(publication(channel, { ...wish, text: String(n) }))),
  );
}

/** What was stored or repeated; anything else fails the test. */
export function placeOf(appended: Appended | undefined): {
  epoch: string;
  offset: number;
  at: number;
} {
  if (appended?.outcome === 'stored' || appended?.outcome === 'duplicate') return appended;
  throw new Error(`not stored: ${appended?.outcome}`);
}

export function read(
  broker: Broker,
  channel: ChannelName,
  from: ReadQuery['from'],
  budget: { limit?: number; maxBytes?: number } = {},
): Promise<LogPage> {
  return broker.read(channel, { from, limit: 100, maxBytes: 1_048_576, ...budget });
}

export async function topOf(broker: Broker, channel: ChannelName): Promise<Position> {
  return (await read(broker, channel, 'top')).facts.top;
}

export function textsOf(entries: readonly LogEntry[]): string[] {
  return entries.map(({ text }) => text.toString('utf8'));
}

export function offsetsOf(entries: readonly LogEntry[]): number[] {
  return entries.map(({ offset }) => offset);
}

/** A position that another history led to. */
export function forged(position: Position): Position {
  return { ...position, chain: '0123456789abcdef' };
}
