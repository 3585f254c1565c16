import { expect, test } from '@jest/globals';
import {
  appendMany,
  type BrokerUnderTest,
  newChannel,
  offsetsOf,
  publication,
  read,
  textsOf,
} from './broker-under-test.js';

/** What reaches whoever follows a channel. */
export function brokerAnnounceContract(underTest: () => BrokerUnderTest): void {
  test('what is announced is what is read, in the order of the log', async () => {
    const { broker, heard } = underTest();
    const channel = newChannel();
    await broker.follow(channel);
    await appendMany(broker, channel, 80);
    const announced = await heard.entriesOf(channel, 80);
    const { entries } = await read(broker, channel, { last: 80 });
    expect(announced).toEqual(entries);
  });

  test('an append never announces before the call that made it has returned to its caller', async () => {
    const { broker, heard } = underTest();
    const channel = newChannel();
    await broker.follow(channel);
    const appended = broker.append(publication(channel));
    expect(heard.of(channel)).toEqual([]);
    await appended;
    expect(offsetsOf(await heard.entriesOf(channel, 1))).toEqual([1]);
  });

  test('a repeated id is not announced again', async () => {
    const { broker, heard } = underTest();
    const channel = newChannel();
    await broker.follow(channel);
    const first = publication(channel, { text: 'first' });
    await broker.append(first);
    await broker.append(first);
    await broker.append(publication(channel, { text: 'last' }));
    expect(textsOf(await heard.entriesOf(channel, 2))).toEqual(['first', 'last']);
  });

  test('following is heard from the moment it is confirmed', async () => {
    const { broker, heard } = underTest();
    const channels = Array.from({ length: 50 }, newChannel);
    await Promise.all(channels.map((channel) => broker.follow(channel)));
    await Promise.all(channels.map((channel) => broker.append(publication(channel))));
    for (const channel of channels) await heard.entriesOf(channel, 1);
  });

  test('following twice is hearing once', async () => {
    const { broker, heard } = underTest();
    const channel = newChannel();
    await Promise.all([broker.follow(channel), broker.follow(channel)]);
    await broker.follow(channel);
    await appendMany(broker, channel, 2);
    expect(textsOf(await heard.entriesOf(channel, 2))).toEqual(['1', '2']);
  });

  test('a channel that is not followed any more is silent', async () => {
    const { broker, heard } = underTest();
    const [left, kept] = [newChannel(), newChannel()];
    await broker.follow(left);
    await broker.follow(kept);
    broker.unfollow(left);
    await broker.append(publication(left));
    await broker.append(publication(kept));
    await heard.entriesOf(kept, 1);
    expect(heard.of(left)).toEqual([]);
  });

  test('a channel that is followed again in the same turn is heard', async () => {
    const { broker, heard } = underTest();
    const channel = newChannel();
    await broker.follow(channel);
    for (let round = 0; round < 3; round++) {
      broker.unfollow(channel);
      await broker.follow(channel);
    }
    await broker.append(publication(channel));
    expect(offsetsOf(await heard.entriesOf(channel, 1))).toEqual([1]);
  });

  test('a note reaches followers with every character, and is not kept', async () => {
    const { broker, heard } = underTest();
    const [channel, other] = [newChannel(), newChannel()];
    await broker.follow(channel);
    await broker.note(other, 'nobody listens');
    await broker.note(channel, '{"who":"Zoë ☃"}');
    expect(await heard.notesOf(channel, 1)).toEqual(['{"who":"Zoë ☃"}']);
    expect(heard.notes.filter((note) => note.channel === other)).toEqual([]);
    expect((await read(broker, channel, 'top')).facts.top.offset).toBe(0);
  });

  test('the clock gives whole milliseconds near the time of day', () => {
    const { broker } = underTest();
    const now = broker.now();
    expect(Number.isInteger(now)).toBe(true);
    expect(Math.abs(now - Date.now())).toBeLessThan(3_600_000);
  });
}
