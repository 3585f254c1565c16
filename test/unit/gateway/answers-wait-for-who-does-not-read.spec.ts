import { expect, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AnsweredConnection, AnswerGate } from '../../../src/gateway/answer-gate.js';

/** A connection that takes what it is answered. */
const READS = { roomOf: () => null, answered: () => undefined };

/** Requests whose ends the test decides. */
function requestsThrough(gate: AnswerGate) {
  const begun: number[] = [];
  const ends = new Map<number, { ok: () => void; fail: () => void }>();
  const ask = (number: number): Promise<number> =>
    gate.pass(() => {
      begun.push(number);
      return new Promise((resolve, reject) =>
        ends.set(number, {
          ok: () => resolve(number),
          fail: () => reject(new Error(`no ${number}`)),
        }),
      );
    });
  return { begun, ends, ask };
}

test('four answers are made at a time, in the order they were asked for', async () => {
  const { begun, ends, ask } = requestsThrough(
    new AnswerGate<AnsweredConnection>({ isOpen: true }, READS),
  );
  const all = [1, 2, 3, 4, 5, 6].map(ask);
  await nextTurn();
  expect(begun).toEqual([1, 2, 3, 4]);
  ends.get(3)?.ok();
  expect(await all[2]).toBe(3);
  await nextTurn();
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

test('one that fails makes room as well', async () => {
  const { begun, ends, ask } = requestsThrough(
    new AnswerGate<AnsweredConnection>({ isOpen: true }, READS),
  );
  const failing = Promise.allSettled([ask(1)]);
  for (const number of [2, 3, 4, 5]) void ask(number);
  await nextTurn();
  ends.get(1)?.fail();
  expect(await failing).toMatchObject([{ status: 'rejected', reason: { message: 'no 1' } }]);
  await nextTurn();
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

test('the largest answers are made one at a time', async () => {
  const gate = new AnswerGate<AnsweredConnection>({ isOpen: true }, READS);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [1, 2, 3].map((number) =>
    gate.passAlone(() => {
      begun.push(number);
      return new Promise<void>((resolve, reject) =>
        ends.push(number === 2 ? () => reject(new Error('no 2')) : resolve),
      );
    }),
  );
  const settled = Promise.allSettled(all);
  for (const number of [1, 2, 3]) {
    await nextTurn();
    await nextTurn();
    expect(begun).toHaveLength(number);
    ends.at(-1)?.();
  }
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
});

test('nothing is read for a client that leaves its answers unread, until it has read them', async () => {
  let isRead = (): void => undefined;
  let room: Promise<void> | null = new Promise((resolve) => {
    isRead = resolve;
  });
  const { begun, ask } = requestsThrough(
    new AnswerGate<AnsweredConnection>({ isOpen: true }, { ...READS, roomOf: () => room }),
  );
  void ask(1);
  await nextTurn();
  expect(begun).toEqual([]);
  room = null;
  isRead();
  await nextTurn();
  expect(begun).toEqual([1]);
});

test('nothing is read for a client that has gone', async () => {
  const { begun, ask } = requestsThrough(
    new AnswerGate<AnsweredConnection>({ isOpen: false }, READS),
  );
  await expect(ask(1)).rejects.toMatchObject({ code: 'unavailable' });
  expect(begun).toEqual([]);
});

test('what it leaves unread of an answer is looked at when the answer was written', async () => {
  const answered: AnsweredConnection[] = [];
  const ann = { isOpen: true };
  const gate = new AnswerGate<AnsweredConnection>(ann, {
    ...READS,
    answered: (connection) => answered.push(connection),
  });
  await gate.pass(() => Promise.resolve('a page'));
  expect(answered).toEqual([]);
  await nextTurn();
  expect(answered).toEqual([ann]);
});
