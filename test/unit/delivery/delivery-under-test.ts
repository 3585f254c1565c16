import { randomUUID } from 'node:crypto';
import type { BrokerListener, LogRules } from '../../../src/broker/broker.port.js';
import { encodeDraft, type LogEntry } from '../../../src/broker/log-entry.js';
import { MemoryBroker } from '../../../src/broker/memory/memory-broker.js';
import type { Position } from '../../../src/broker/position.js';
import { readConfig } from '../../../src/config/read-config.js';
import { CatchUp } from '../../../src/delivery/catch-up.js';
import { ChannelPushes } from '../../../src/delivery/channel-pushes.js';
import type { ChannelFeed } from '../../../src/delivery/channel-feed.port.js';
import { DeliveryService } from '../../../src/delivery/delivery.service.js';
import { FollowedChannels } from '../../../src/delivery/followed-channels.js';
import { LogPages } from '../../../src/delivery/log-pages.js';
import { SlowConsumers } from '../../../src/delivery/slow-consumers.js';
import type { Message } from '../../../src/protocol/message.js';
import { systemClock } from '../../../src/kernel/clock.js';
import { JsonText } from '../../../src/kernel/json-text.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { CHANNEL, HeldWire, type Sent } from './outbox-under-test.js';

const silent: BrokerListener = {
  entries: () => undefined,
  note: () => undefined,
  missed: () => undefined,
  readiness: () => undefined,
};

/** Fan-out over a log in memory; what is announced is handed on by the test. */
export function deliveryUnderTest(env: Readonly<Record<string, string>> = {}) {
  const secret = { AUTH_JWT_SECRET: 'x'.repeat(32) };
  const config = readConfig({ NODE_ENV: 'test', ...secret, ...env }, () => '');
  const broker = new MemoryBroker(systemClock);
  broker.start(silent);
  const metrics = new Metrics();
  const top = async (): Promise<Position> =>
    (await broker.read(CHANNEL, { from: 'top', limit: 1, maxBytes: 1 })).facts.top;
  const feed: ChannelFeed = {
    follow: top,
    verify: () => Promise.resolve(),
    unfollow: () => undefined,
  };
  const slow = new SlowConsumers(config, metrics);
  const pages = new LogPages(broker, feed);
  const catchUp = new CatchUp(pages, metrics);
  const channels = new FollowedChannels(feed);
  const service = new DeliveryService(
    config,
    broker,
    channels,
    catchUp,
    slow,
    new ChannelPushes(slow, metrics),
    metrics,
  );

  /** Appends one message; resolves with its entry. */
  const append = async (
    rules: Partial<LogRules> = {},
    bytes = 1,
    { lane = 2, ttlMs = 0 } = {},
  ): Promise<LogEntry> => {
    await broker.append({
      channel: CHANNEL,
      publisher: 'ann',
      id: randomUUID(),
      contentDigest: '0'.repeat(32),
      lane,
      draft: encodeDraft({
        at: Date.now(),
        lane,
        ttlMs,
        releaseAt: 0,
        kind: 'm',
        extra: null,
        text: `42["message",{"channel":"${CHANNEL}","id":"x","at":1,"data":"${'x'.repeat(bytes)}"`,
        parts: [],
      }),
      rules: {
        ...{ size: 1_000, ttlSeconds: 3_600, maxBytes: 1_048_576, dedupSeconds: 600, replicas: 0 },
        ...rules,
      },
    });
    const { entries } = await broker.read(CHANNEL, { from: { last: 1 }, limit: 1, maxBytes: 1e6 });
    const [entry] = entries;
    if (entry === undefined) throw new Error('nothing was appended');
    return entry;
  };
  const appendMany = async (
    count: number,
    rules: Partial<LogRules> = {},
    bytes = 1,
  ): Promise<LogEntry[]> => {
    const entries: LogEntry[] = [];
    for (let n = 0; n < count; n += 1) entries.push(await append(rules, bytes));
    return entries;
  };
  const openSession = () => {
    const wire = new HeldWire();
    const session = service.open(randomUUID(), 'ann', wire);
    wire.whenClosed = () => service.close(session);
    session.outbox.open();
    return { wire, session };
  };
  const hand = (...entries: readonly LogEntry[]): void =>
    service.deliver(
      entries.map((entry) => ({ kind: 'entry', channel: CHANNEL, entry, isFill: false })),
    );
  /** As `hand`, of what the relay had to read. */
  const fill = (...entries: readonly LogEntry[]): void =>
    service.deliver(
      entries.map((entry) => ({ kind: 'entry', channel: CHANNEL, entry, isFill: true })),
    );
  return {
    ...{ broker, pages, service, slow, catchUp, config, metrics },
    ...{ top, append, appendMany, openSession, hand, fill },
  };
}

/** What came, as offsets; losses and skips by what they name. */
export function told(sent: readonly Sent[]): unknown[] {
  return sent.map((one) => {
    if (one.event === 'message') return one.offset;
    if (one.event === 'gap') return { [one.gap.reason]: one.gap.ranges };
    return { [one.skip.reason]: [one.skip.from, one.skip.to] };
  });
}

/** Lets everything that is ready go on, to its end. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Offsets of the messages of an answer, whether they were written as JSON already or not. */
export function offsetsIn(messages: readonly Message[] | JsonText): number[] {
  const list =
    messages instanceof JsonText ? (JSON.parse(messages.text) as readonly Message[]) : messages;
  return list.map(({ offset }) => offset);
}
