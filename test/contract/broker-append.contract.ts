import { expect, test } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import {
  appendMany,
  type BrokerUnderTest,
  newChannel,
  offsetsOf,
  placeOf,
  publication,
  read,
  textsOf,
} from './broker-under-test.js';

/** Numbering, deduplication and retention. */
export function brokerAppendContract(underTest: () => BrokerUnderTest): void {
  test('messages are numbered from 1 in one epoch, and tell their own time', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const first = await broker.append(publication(channel, { at: 1_700_000_000_001 }));
    const second = await broker.append(publication(channel, { at: 1_700_000_000_002 }));
    expect(first).toEqual({
      outcome: 'stored',
      epoch: expect.stringMatching(/^[0-9a-f]{16}$/),
      offset: 1,
      at: 1_700_000_000_001,
    });
    expect(second).toEqual({ ...first, offset: 2, at: 1_700_000_000_002 });
  });

  test('a hundred publishes of one turn get their offsets in the order of the calls', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const appended = await appendMany(broker, channel, 100);
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(appended.map((one) => placeOf(one).offset)).toEqual(hundred);
    const { entries } = await read(broker, channel, { last: 100 });
    expect(textsOf(entries)).toEqual(hundred.map(String));
  });

  test('publishes that together are too large for one call are stored all the same', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const text = 'x'.repeat(100_000);
    const wish = { text, rules: { maxBytes: 10_000_000 } };
    const appended = await Promise.all(
      [1, 2, 3, 4, 5].map(() => broker.append(publication(channel, wish))),
    );
    expect(appended.map((one) => placeOf(one).offset)).toEqual([1, 2, 3, 4, 5]);
  });

  test('the same id again is answered with the first result, and stored once', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const first = await broker.append(publication(channel, { id: 'a', text: 'hi', at: 1_000 }));
    await broker.append(publication(channel, { at: 2_000 }));
    const again = await broker.append(publication(channel, { id: 'a', text: 'hi', at: 3_000 }));
    expect(again).toEqual({ ...first, outcome: 'duplicate', at: 1_000 });
    expect((await read(broker, channel, 'top')).facts.top.offset).toBe(2);
  });

  test('the same id with other content is a conflict', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await broker.append(publication(channel, { id: 'a', text: 'hi' }));
    const other = await broker.append(publication(channel, { id: 'a', text: 'ho' }));
    expect(other).toEqual({ outcome: 'conflict' });
    expect((await read(broker, channel, 'top')).facts.top.offset).toBe(1);
  });

  test('an id that was refused for other content is still known', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const first = publication(channel, { id: 'a', text: 'hi' });
    await broker.append(first);
    await broker.append(publication(channel, { id: 'a', text: 'ho' }));
    expect(await broker.append(first)).toMatchObject({ outcome: 'duplicate', offset: 1 });
  });

  test('another publisher and another channel may use the same id', async () => {
    const { broker } = underTest();
    const [channel, elsewhere] = [newChannel(), newChannel()];
    await broker.append(publication(channel, { id: 'a' }));
    const ofBob = await broker.append(publication(channel, { id: 'a', publisher: 'bob' }));
    const there = await broker.append(publication(elsewhere, { id: 'a' }));
    expect(ofBob).toMatchObject({ outcome: 'stored', offset: 2 });
    expect(there).toMatchObject({ outcome: 'stored', offset: 1 });
  });

  test('twenty parallel publishes with one id get one offset', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const wish = { id: 'a', text: 'hi' };
    const appended = await Promise.all(
      Array.from({ length: 20 }, () => broker.append(publication(channel, wish))),
    );
    expect(appended.filter(({ outcome }) => outcome === 'stored')).toHaveLength(1);
    expect(new Set(appended.map((one) => placeOf(one).offset))).toEqual(new Set([1]));
  });

  test('a conflict does not disturb the others of its turn', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const [first, conflict, last] = await Promise.all([
      broker.append(publication(channel, { id: 'a', text: 'hi' })),
      broker.append(publication(channel, { id: 'a', text: 'ho' })),
      broker.append(publication(channel, { id: 'b' })),
    ]);
    expect(first).toMatchObject({ outcome: 'stored', offset: 1 });
    expect(conflict).toEqual({ outcome: 'conflict' });
    expect(last).toMatchObject({ outcome: 'stored', offset: 2 });
  });

  // Without a bound by count, a clock that jumps would empty the memory of ids at once.
  test('the last thousand ids are remembered however old, and older ones are forgotten', async () => {
    const { broker, advance } = underTest();
    const channel = newChannel();
    const rules = { dedupSeconds: 0 };
    const publish = (n: number) =>
      broker.append(publication(channel, { id: String(n), text: 'hi', rules }));
    for (let start = 1; start <= 1_100; start += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, index) => publish(start + index)));
      advance(1);
    }
    expect(await publish(101)).toMatchObject({ outcome: 'duplicate', offset: 101 });
    expect(await publish(1_100)).toMatchObject({ outcome: 'duplicate', offset: 1_100 });
    expect(await publish(1)).toMatchObject({ outcome: 'stored', offset: 1_101 });
  });

  test('an id younger than the window is remembered among however many', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const first = publication(channel, { id: 'first' });
    await broker.append(first);
    for (let round = 0; round < 11; round++) await appendMany(broker, channel, 100);
    expect(await broker.append(first)).toMatchObject({ outcome: 'duplicate', offset: 1 });
  });

  test('an id outlives the message that it belonged to', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const first = publication(channel, { id: 'first', rules: { size: 1 } });
    await broker.append(first);
    await appendMany(broker, channel, 3, { rules: { size: 1 } });
    expect(await broker.append(first)).toMatchObject({ outcome: 'duplicate', offset: 1 });
  });

  test('the history keeps as many messages as its size', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    await appendMany(broker, channel, 10, { rules: { size: 3 } });
    const { facts, entries } = await read(broker, channel, { last: 100 });
    expect(offsetsOf(entries)).toEqual([8, 9, 10]);
    expect(facts).toMatchObject({ messages: 3, oldestAt: entries[0]?.at });
    expect(facts.floor).toEqual({ epoch: facts.epoch, offset: 7, chain: entries[0]?.prev });
  });

  test('the history keeps no more bytes than it may, but the newest message always', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    const rules = { maxBytes: 2_500 };
    await appendMany(broker, channel, 40, { rules });
    const { facts } = await read(broker, channel, 'top');
    expect(facts.bytes).toBeLessThanOrEqual(2_500);
    expect(facts.bytes).toBeGreaterThan(2_300);
    expect(facts.messages).toBe(facts.top.offset - facts.floor.offset);

    await broker.append(publication(channel, { text: 'x'.repeat(5_000), rules }));
    const after = await read(broker, channel, { last: 100 });
    expect(offsetsOf(after.entries)).toEqual([41]);
    expect(after.facts.bytes).toBeGreaterThan(5_000);
  });

  test('binary parts come back byte for byte', async () => {
    const { broker } = underTest();
    const channel = newChannel();
    // Bytes that are no text, line ends, and an empty part.
    const parts = [randomBytes(300), Buffer.from([0, 10, 13, 255, 32]), Buffer.alloc(0)];
    await broker.append(publication(channel, { text: 'snow ☃ \n line', parts }));
    const { entries } = await read(broker, channel, { last: 1 });
    expect(textsOf(entries)).toEqual(['snow ☃ \n line']);
    expect(entries[0]?.parts).toEqual(parts);
  });
}
