import { expect, jest, test } from '@jest/globals';
import { deliveryUnderTest, offsetsIn } from './delivery-under-test.js';
import { CHANNEL } from './outbox-under-test.js';

/** Everybody resumes in the same turn, as after an instance was lost. */
async function resumedAtOnce(...after: readonly number[]) {
  const { broker, service, append, appendMany, openSession } = deliveryUnderTest();
  const first = await append();
  const entries = [first, ...(await appendMany(4))];
  // The channel is followed already, so that only pages are read.
  await service.prepare(openSession().session, CHANNEL, { withMessages: true });
  const read = jest.spyOn(broker, 'read');
  const answers = await Promise.all(
    after.map((offset) =>
      service.prepare(openSession().session, CHANNEL, {
        since: entries[offset - 1],
        withMessages: true,
      }),
    ),
  );
  return { messages: answers.map((answer) => answer.messages), reads: read.mock.calls.length };
}

test('who resumes from the same place shares one read and one text', async () => {
  const { messages, reads } = await resumedAtOnce(2, 2, 2);
  expect(messages.map(offsetsIn)).toEqual([
    [3, 4, 5],
    [3, 4, 5],
    [3, 4, 5],
  ]);
  expect([reads, new Set(messages).size]).toEqual([1, 1]);
});

test('who resumes from another place meanwhile gets the page of its own', async () => {
  const { messages } = await resumedAtOnce(4, 1, 3);
  expect(messages.map(offsetsIn)).toEqual([[5], [2, 3, 4, 5], [4, 5]]);
});
