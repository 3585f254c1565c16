import { expect, jest, test } from '@jest/globals';
import { formatPosition, type Position } from '../../../src/broker/position.js';
import { HistoryReader, type HistoryQuery } from '../../../src/channels/history-reader.js';
import type { HistoryReply } from '../../../src/protocol/commands/history.js';
import { deliveryUnderTest } from '../delivery/delivery-under-test.js';
import { CHANNEL } from '../delivery/outbox-under-test.js';

/** Nine entries, of which the third and the seventh are tears, or others; a reader of that. */
async function tornHistory(tears: readonly number[] = [3, 7]) {
  const { broker, top, appendMany } = deliveryUnderTest();
  const start = await top();
  const entries = await appendMany(9);
  const real = broker.read.bind(broker);
  jest.spyOn(broker, 'read').mockImplementation(async (...query) => {
    const page = await real(...query);
    const torn = page.entries.map((entry) =>
      tears.includes(entry.offset)
        ? { ...entry, kind: 't' as const, extra: { tear: [entry.offset - 1, entry.offset - 1] } }
        : entry,
    );
    return { ...page, entries: torn } as typeof page;
  });
  const reader = new HistoryReader(broker);
  const ask = (query: HistoryQuery) => reader.forSocket(CHANNEL, query, 'ann');
  const at = (offset: number) => formatPosition(entries[offset - 1] as Position);
  return { start: formatPosition(start), ask, at };
}

const told = ({ messages, gap }: HistoryReply) => ({
  offsets: messages.map(({ offset }) => offset),
  ...(gap ? { [gap.reason]: gap.ranges } : {}),
});

test('forwards, between the pages on either side of it, with a place behind it', async () => {
  const { start, ask, at } = await tornHistory();
  const first = await ask({ after: start });
  expect(told(first)).toEqual({ offsets: [1, 2] });
  expect(first).toMatchObject({ more: true, position: at(2) });
  const second = await ask({ after: first.position });
  expect(told(second)).toEqual({ offsets: [4, 5, 6], rewound: [[2, 2]] });
  expect(second.gap).toMatchObject({ after: at(2), position: at(3), refill: false, count: 1 });
  const third = await ask({ after: second.position });
  expect(told(third)).toEqual({ offsets: [8, 9], rewound: [[6, 6]] });
  expect(third).toMatchObject({ more: false, position: at(9) });
});

test('backwards as well', async () => {
  const { ask, at } = await tornHistory();
  const newest = await ask({});
  expect(told(newest)).toEqual({ offsets: [8, 9] });
  expect(newest.more).toBe(true);
  const older = await ask({ before: String(newest.messages[0]?.position) });
  expect(told(older)).toEqual({ offsets: [4, 5, 6], rewound: [[6, 6]] });
  expect(older.gap).toMatchObject({ after: at(6), position: at(7) });
  const oldest = await ask({ before: String(older.messages[0]?.position) });
  expect(told(oldest)).toEqual({ offsets: [1, 2], rewound: [[2, 2]] });
  expect(oldest.more).toBe(false);
});

test('backwards from one that lies on another, each with the place below it', async () => {
  const { ask, at } = await tornHistory([8, 9]);
  const newest = await ask({});
  expect(told(newest)).toEqual({ offsets: [], rewound: [[8, 8]] });
  expect(newest).toMatchObject({ more: true, position: at(9), gap: { after: at(8) } });
  const older = await ask({ before: newest.position });
  expect(told(older)).toEqual({ offsets: [1, 2, 3, 4, 5, 6, 7], rewound: [[7, 7]] });
  expect(older).toMatchObject({ more: false, gap: { after: at(7), position: at(8) } });
});

test('where it ends a page, in one step', async () => {
  const { ask, at } = await tornHistory();
  expect(told(await ask({ after: at(2), limit: 1 }))).toEqual({ offsets: [], rewound: [[2, 2]] });
  expect(await ask({ after: at(2), limit: 1 })).toMatchObject({ more: true, position: at(3) });
  expect(await ask({ before: at(4), limit: 1 })).toMatchObject({ more: true, position: at(3) });
});

test('a place of another history is told in both directions, with a place that is of use', async () => {
  const { ask } = await tornHistory();
  const { start: elsewhere, at } = await tornHistory();
  for (const query of [{ after: at(5) }, { before: at(5) }]) {
    const page = await ask(query);
    expect(page.gap).toMatchObject({ reason: 'epoch', after: at(5) });
    expect(page.position).not.toBe(at(5));
  }
  expect((await ask({ after: elsewhere })).gap).toMatchObject({ reason: 'epoch' });
});
