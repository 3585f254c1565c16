import { describe, expect, test } from '@jest/globals';
import type { LogPage } from '../../../src/broker/broker.port.js';
import type { LogEntry } from '../../../src/broker/log-entry.js';
import { genesis, type Position } from '../../../src/broker/position.js';
import type { ChannelName } from '../../../src/protocol/channel-name.js';
import { FollowedLog, type Step } from '../../../src/relay/followed-log.js';

const CHANNEL = 'chat:lobby' as ChannelName;
const EPOCH = 'e'.repeat(16);

const chainOf = (offset: number, life = 'a'): string =>
  `${life}${String(offset).padStart(15, '0')}`;

function entry(offset: number, { epoch = EPOCH, life = 'a' } = {}): LogEntry {
  return {
    epoch,
    offset,
    chain: chainOf(offset, life),
    prev: chainOf(offset - 1, life),
    at: 0,
    lane: 2,
    ttlMs: 0,
    releaseAt: 0,
    kind: 'm',
    extra: {},
    text: Buffer.alloc(0),
    parts: [],
  };
}

function page(entries: readonly LogEntry[], over: Partial<LogPage> = {}): LogPage {
  const top: Position = entries.at(-1) ?? entry(0);
  const facts = {
    epoch: top.epoch,
    top,
    floor: genesis(top.epoch, 1),
    purgedTo: 0,
    messages: entries.length,
    bytes: 0,
    oldestAt: null,
  };
  return { facts, continuity: 'continued', resumeAt: facts.floor, entries, more: false, ...over };
}

function following(offset: number): FollowedLog {
  const log = new FollowedLog(CHANNEL);
  log.startAt(entry(offset));
  return log;
}

const offsets = ({ items }: Step): number[] =>
  items.map((item) => (item.kind === 'entry' ? item.entry.offset : -1));

describe('what a followed channel hands on', () => {
  test('is remembered by its place alone, not with the bytes that it was read with', () => {
    const log = following(3);
    log.announced(entry(4));
    expect(log.cursor).toStrictEqual({ epoch: EPOCH, offset: 4, chain: chainOf(4) });
  });

  test('is the next entry at once', () => {
    const step = following(3).announced(entry(4));
    expect([offsets(step), step.mustRead]).toEqual([[4], false]);
  });

  test('is looked up when numbers begin again in the same epoch', () => {
    const log = following(3);
    log.announced(entry(4));
    const again = log.announced(entry(1, { life: 'b' }));
    expect([offsets(again), again.mustRead]).toEqual([[], true]);
    const other = following(3);
    other.announced(entry(4));
    expect(other.announced(entry(3, { life: 'b' })).mustRead).toBe(true);
  });

  test('is nothing when what went out is announced once more', () => {
    const log = following(3);
    log.announced(entry(4));
    const again = [3, 2, 4].map((offset) => log.announced(entry(offset)));
    expect(again.map((step) => [offsets(step), step.mustRead])).toEqual([
      [[], false],
      [[], false],
      [[], false],
    ]);
  });

  test('begins with the first message after a genesis', () => {
    const log = new FollowedLog(CHANNEL);
    log.startAt(genesis(EPOCH, 1));
    expect(offsets(log.announced(entry(1)))).toEqual([1]);
  });

  test('is nothing twice', () => {
    const log = following(3);
    log.announced(entry(4));
    const again = log.announced(entry(4));
    expect([offsets(again), again.mustRead]).toEqual([[], false]);
    expect(offsets(log.announced(entry(2)))).toEqual([]);
  });

  test('waits behind a hole until the log has filled it, then all of it in order', () => {
    const log = following(3);
    const hole = log.announced(entry(6));
    expect([offsets(hole), hole.mustRead]).toEqual([[], true]);
    expect(offsets(log.announced(entry(7)))).toEqual([]);
    const filled = log.read(page([entry(4), entry(5)]));
    expect([offsets(filled), filled.mustRead]).toEqual([[4, 5, 6, 7], false]);
  });

  test('is looked at again for what came before the log was read', () => {
    const log = new FollowedLog(CHANNEL);
    expect(offsets(log.announced(entry(5)))).toEqual([]);
    expect(offsets(log.startAt(entry(4)))).toEqual([5]);
  });

  test('is read from the log when too much was announced before', () => {
    const log = new FollowedLog(CHANNEL);
    for (let offset = 1; offset <= 1100; offset += 1) log.announced(entry(offset));
    expect(log.startAt(entry(0)).mustRead).toBe(true);
  });

  test('is never an entry that follows another history', () => {
    const step = following(3).announced(entry(4, { life: 'b' }));
    expect([offsets(step), step.mustRead]).toEqual([[], true]);
  });

  test('is asked for when the same offset comes with another digest', () => {
    expect(following(3).announced(entry(3, { life: 'b' })).mustRead).toBe(true);
  });

  test('is a break and then the new history after another epoch', () => {
    const log = following(3);
    const epoch = 'f'.repeat(16);
    expect(log.announced(entry(1, { epoch })).mustRead).toBe(true);
    const renewed = [entry(1, { epoch }), entry(2, { epoch })];
    const step = log.read(page(renewed, { continuity: 'epoch' }));
    expect(step.items[0]).toMatchObject({ kind: 'break', reason: 'epoch' });
    expect(offsets(step)).toEqual([-1, 1, 2]);
  });

  test('is fenced before anything else when the log lost its tail', () => {
    const log = following(7);
    log.announced(entry(8));
    const step = log.read(page([entry(6)], { continuity: 'rewound' }));
    const place = (offset: number) => ({ epoch: EPOCH, offset, chain: chainOf(offset) });
    expect([step.items, step.mustRead]).toEqual([[], true]);
    expect(step.mustFence).toEqual([place(8), place(7)]);
  });

  test('breaks off where the log left it, and goes on with what was published there since', () => {
    const log = following(7);
    for (const offset of [8, 9]) log.announced(entry(offset));
    log.read(page([entry(7), entry(8, { life: 'b' })], { continuity: 'rewound' }));
    const fork = { epoch: EPOCH, offset: 7, chain: chainOf(7) };
    const step = log.fenced(fork);
    expect(step.items).toEqual([{ kind: 'break', channel: CHANNEL, reason: 'rewound', to: fork }]);
    expect(step.mustRead).toBe(true);
    expect(offsets(log.read(page([entry(8, { life: 'b' })])))).toEqual([8]);
  });

  test('is not broken off by a fence that found its place in the log', () => {
    const log = following(7);
    expect(log.fenced(entry(7)).items).toEqual([]);
    expect(log.fenced(null)).toMatchObject({ items: [], mustRead: false });
  });

  test('is not what was announced but is in no log', () => {
    const log = following(3);
    log.announced(entry(9));
    expect(log.read(page([])).mustRead).toBe(true);
    expect(log.read(page([])).mustRead).toBe(false);
    expect(offsets(log.announced(entry(4)))).toEqual([4]);
  });
});
