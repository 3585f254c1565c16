import { expect, test } from '@jest/globals';
import { genesis, type Position } from '../../src/broker/position.js';
import { eventually } from '../support/eventually.js';
import {
  appendMany,
  type BrokerUnderTest,
  forged,
  newChannel,
  offsetsOf,
  publication,
  read,
  textsOf,
  topOf,
} from './broker-under-test.js';

/** Pages, facts and what becomes of a position. */
export function brokerReadContract(underTest: () => BrokerUnderTest): void {
  test('a channel that never held a message is at offset 0, with nothing in it', async () => {
    const { broker } = underTest();
    const { facts, entries, more, continuity } = await read(broker, newChannel(), { last: 10 });
    expect(facts).toEqual({
      epoch: expect.stringMatching(/^[0-9a-f]{16}$/),
      top: { epoch: facts.epoch, offset: 0, chain: expect.stringMatching(/^[0-9a-f]{16}$/) },
      floor: facts.top,
      purgedTo: 0,
      messages: 0,
      bytes: 0,
      oldestAt: null,
    });
    expect({ entries, more, continuity }).toEqual({
      entries: [],
      more: false,
      continuity: 'continued',
    });
  });

  test('the position of an empty channel is continued by everything that comes', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const start = await topOf(broker, channel);
    expect(await read(broker, channel, { after: start })).toMatchObject({
      continuity: 'continued',
      entries: [],
    });
    await appendMany(broker, channel, 2);
    const page = await read(broker, channel, { after: start });
    expect(page.continuity).toBe('continued');
    expect(textsOf(page.entries)).toEqual(['1', '2']);
    expect(page.facts.epoch).toBe(start.epoch);
  });

  test('each message is a position, and what follows it comes in order', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 5);
    const { entries } = await read(broker, channel, { last: 5 });
    expect(textsOf(entries)).toEqual(['1', '2', '3', '4', '5']);
    for (const [index, entry] of entries.entries()) {
      const page = await read(broker, channel, { after: entry });
      expect(page.continuity).toBe('continued');
      expect(page.resumeAt).toMatchObject({ offset: entry.offset, chain: entry.chain });
      expect(textsOf(page.entries)).toEqual(textsOf(entries.slice(index + 1)));
    }
    expect(entries.map(({ prev }) => prev).slice(1)).toEqual(
      entries.map(({ chain }) => chain).slice(0, -1),
    );
  });

  test('pages go forward by count, and say whether there is more', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const start = await topOf(broker, channel);
    await appendMany(broker, channel, 5);
    const first = await read(broker, channel, { after: start }, { limit: 3 });
    expect(offsetsOf(first.entries)).toEqual([1, 2, 3]);
    expect(first.more).toBe(true);
    const [, , third] = first.entries;
    const second = await read(broker, channel, { after: third ?? start }, { limit: 2 });
    expect(offsetsOf(second.entries)).toEqual([4, 5]);
    expect(second.more).toBe(false);
  });

  test('pages go backward from a position, oldest first in each', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 5);
    const newest = await read(broker, channel, { last: 2 });
    expect(offsetsOf(newest.entries)).toEqual([4, 5]);
    expect(newest.more).toBe(true);
    const [fourth] = newest.entries;
    const before: Position = fourth ?? newest.facts.top;
    const earlier = await read(broker, channel, { before }, { limit: 2 });
    expect(offsetsOf(earlier.entries)).toEqual([2, 3]);
    expect(earlier.more).toBe(true);
    const [second] = earlier.entries;
    const first = await read(broker, channel, { before: second ?? before });
    expect(offsetsOf(first.entries)).toEqual([1]);
    expect(first.more).toBe(false);
  });

  test('nothing precedes a position of another epoch', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 5);
    const top = await topOf(broker, channel);
    const page = await read(broker, channel, { before: { ...top, epoch: 'f'.repeat(16) } });
    expect(page).toMatchObject({ continuity: 'epoch', entries: [], more: false });
  });

  test('pages are bounded by bytes, with one message at least', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const start = await topOf(broker, channel);
    await appendMany(broker, channel, 5);
    const { facts } = await read(broker, channel, 'top');
    const maxBytes = (facts.bytes / 5) * 2.5;
    const page = await read(broker, channel, { after: start }, { maxBytes });
    expect(offsetsOf(page.entries)).toEqual([1, 2]);
    expect(page.more).toBe(true);
    const least = await read(broker, channel, { after: start }, { maxBytes: 1 });
    expect(offsetsOf(least.entries)).toEqual([1]);
    const none = await read(broker, channel, { after: start }, { limit: 0, maxBytes: 1 });
    expect(none).toEqual({ ...least, entries: [] });
    const newest = await read(broker, channel, { last: 5 }, { maxBytes });
    expect(offsetsOf(newest.entries)).toEqual([4, 5]);
    expect(newest.more).toBe(true);
  });

  test('who is below the floor is told that it was trimmed, and gets what is kept', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const start = await topOf(broker, channel);
    await appendMany(broker, channel, 2);
    const second = await topOf(broker, channel);
    await appendMany(broker, channel, 4, { rules: { size: 3 } });
    for (const after of [start, second]) {
      const standing = await read(broker, channel, { after }, { limit: 0, maxBytes: 1 });
      expect(standing).toMatchObject({ continuity: 'trimmed', entries: [], more: true });
      expect(standing.resumeAt).toEqual(standing.facts.floor);
      const page = await read(broker, channel, { after });
      expect(page.continuity).toBe('trimmed');
      expect(page.resumeAt).toEqual(page.facts.floor);
      expect(offsetsOf(page.entries)).toEqual([4, 5, 6]);
    }
    const { facts } = await read(broker, channel, 'top');
    const atFloor = await read(broker, channel, { after: facts.floor });
    expect(atFloor.continuity).toBe('continued');
    expect(offsetsOf(atFloor.entries)).toEqual([4, 5, 6]);
  });

  test('messages older than the retention are gone, and their readers are told', async () => {
    const { broker, advance } = underTest();
    const channel = newChannel();
    const start = await topOf(broker, channel);
    await broker.append(publication(channel, { at: broker.now(), rules: { ttlSeconds: 0.05 } }));
    const top = await topOf(broker, channel);
    await eventually('the message is gone', async () => {
      advance(20);
      return (await read(broker, channel, 'top')).facts.messages === 0;
    });
    expect(await read(broker, channel, { after: start })).toMatchObject({
      continuity: 'trimmed',
      entries: [],
    });
    const atTop = await read(broker, channel, { after: top });
    expect(atTop).toMatchObject({ continuity: 'continued', entries: [] });
    expect(atTop.facts).toMatchObject({ floor: top, top, oldestAt: null, bytes: 0 });

    await broker.append(publication(channel));
    const next = await read(broker, channel, { after: top });
    expect(next.continuity).toBe('continued');
    expect(offsetsOf(next.entries)).toEqual([2]);
  });

  test('after a purge the numbers go on, and who was below is told', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const kept = publication(channel, { id: 'a' });
    await broker.append(kept);
    const first = await topOf(broker, channel);
    await appendMany(broker, channel, 2);
    const facts = await broker.purge(channel);
    expect(facts).toMatchObject({ messages: 0, bytes: 0, purgedTo: 3, oldestAt: null });
    expect(facts.floor).toEqual(facts.top);
    expect(facts.epoch).toBe(first.epoch);

    expect(await broker.append(kept)).toMatchObject({ outcome: 'duplicate', offset: 1 });
    expect(await broker.append(publication(channel))).toMatchObject({ offset: 4 });
    const below = await read(broker, channel, { after: first });
    expect(below.continuity).toBe('purged');
    expect(offsetsOf(below.entries)).toEqual([4]);
    const atTop = await read(broker, channel, { after: facts.top });
    expect(atTop.continuity).toBe('continued');
    expect(offsetsOf(atTop.entries)).toEqual([4]);
  });

  test('purging a channel that never held a message changes nothing', async () => {
    const { broker } = underTest();
    expect(await broker.purge(newChannel())).toMatchObject({ messages: 0, purgedTo: 0 });
  });

  test('a position of another epoch is told so, and gets what is kept', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 3);
    const top = await topOf(broker, channel);
    const epoch = 'f'.repeat(16);
    for (const after of [{ ...top, epoch }, genesis(epoch, Date.now())]) {
      const page = await read(broker, channel, { after });
      expect(page.continuity).toBe('epoch');
      expect(offsetsOf(page.entries)).toEqual([1, 2, 3]);
    }
    const nowhere = await read(broker, newChannel(), { after: top });
    expect(nowhere).toMatchObject({ continuity: 'epoch', entries: [] });
  });

  test('a position that the log cannot prove is rewound', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 3);
    const top = await topOf(broker, channel);
    for (const offset of [1, 2, 3, 9]) {
      const page = await read(broker, channel, { after: forged({ ...top, offset }) });
      expect(page.continuity).toBe('rewound');
      expect(offsetsOf(page.entries)).toEqual([1, 2, 3]);
    }
  });

  test('two channels with the same messages have different chains', async () => {
    const { broker } = underTest();
    const [one, other] = [newChannel(), newChannel()];
    const wish = { id: 'a', text: 'hi', at: 1_700_000_000_000 };
    await broker.append(publication(one, wish));
    await broker.append(publication(other, wish));
    expect((await topOf(broker, one)).chain).not.toBe((await topOf(broker, other)).chain);
  });
}
