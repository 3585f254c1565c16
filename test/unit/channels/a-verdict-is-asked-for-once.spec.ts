import { afterEach, expect, jest, test } from '@jest/globals';
import type { Verdict } from '../../../src/channels/channel-authorizer.port.js';
import { Verdicts } from '../../../src/channels/verdicts.js';
import type { Caller } from '../../../src/identity/caller.js';

const NOW = 1_700_000_000_000;

function caller(): Caller {
  return { user: 'ann', name: null, tags: [], grants: null, scopes: [], expiresAt: null };
}

interface Question {
  readonly about: string;
  readonly answer: (verdict: Verdict) => void;
  readonly fail: () => void;
}

/** An authorizer that answers when the test says so. */
function askedVerdicts() {
  const asked: Question[] = [];
  const verdicts = new Verdicts({
    authorize: (_caller, action, channel) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error('the database is away'));
        asked.push({ about: `${action} ${channel}`, answer: resolve, fail });
      }),
  });
  return { asked, verdicts };
}

const yes: Verdict = { allowed: true, until: null };
const no: Verdict = { allowed: false };

afterEach(() => {
  jest.restoreAllMocks();
});

test('what was answered is not asked again, for yes and for no', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const [open, closed] = [
    verdicts.allows(ann, 'publish', 'a'),
    verdicts.allows(ann, 'publish', 'b'),
  ];
  asked[0]?.answer(yes);
  asked[1]?.answer(no);
  expect(await Promise.all([open, closed])).toEqual([true, false]);
  expect(await verdicts.allows(ann, 'publish', 'a')).toBe(true);
  await expect(verdicts.require(ann, 'publish', 'b')).rejects.toMatchObject({ code: 'forbidden' });
  expect(asked).toHaveLength(2);
});

test('another action, another channel and a renewed token are questions of their own', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const all = [
    verdicts.allows(ann, 'publish', 'a'),
    verdicts.allows(ann, 'subscribe', 'a'),
    verdicts.allows(ann, 'publish', 'b'),
    verdicts.allows(caller(), 'publish', 'a'),
  ];
  expect(asked.map(({ about }) => about)).toEqual([
    'publish a',
    'subscribe a',
    'publish b',
    'publish a',
  ]);
  for (const { answer } of asked) answer(yes);
  expect(await Promise.all(all)).toEqual([true, true, true, true]);
});

test('requests that wait for one answer go on in the order they came', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (n) => {
    await verdicts.require(ann, 'publish', 'a');
    order.push(n);
  });
  expect(asked).toHaveLength(1);
  asked[0]?.answer(yes);
  // Came when the answer was there but had not been handed on yet.
  waiting.push(
    (async () => {
      await verdicts.require(ann, 'publish', 'a');
      order.push(4);
    })(),
  );
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3, 4]);
});

test('who asks when it is known need not wait', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const first = verdicts.require(ann, 'publish', 'a');
  expect(first).not.toBeNull();
  asked[0]?.answer(yes);
  await first;
  expect(verdicts.require(ann, 'publish', 'a')).toBeNull();
});

test('an answer holds until the instant that it names, and is then asked for again', async () => {
  const now = jest.spyOn(Date, 'now').mockReturnValue(NOW);
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const first = verdicts.allows(ann, 'publish', 'a');
  asked[0]?.answer({ allowed: true, until: NOW + 1_000 });
  expect(await first).toBe(true);

  now.mockReturnValue(NOW + 999);
  expect(await verdicts.allows(ann, 'publish', 'a')).toBe(true);
  expect(asked).toHaveLength(1);

  now.mockReturnValue(NOW + 1_000);
  const renewed = verdicts.allows(ann, 'publish', 'a');
  expect(asked).toHaveLength(2);
  asked[1]?.answer(no);
  expect(await renewed).toBe(false);
});

test('an authorizer that fails is unavailable, and asked again by the next request', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const refused = verdicts.require(ann, 'publish', 'a');
  asked[0]?.fail();
  await expect(refused).rejects.toMatchObject({ code: 'unavailable' });

  const again = verdicts.require(ann, 'publish', 'a');
  expect(asked).toHaveLength(2);
  asked[1]?.answer(yes);
  await expect(again).resolves.toBeUndefined();
});

test('remembers so many for one caller, and the oldest makes room', async () => {
  const { asked, verdicts } = askedVerdicts();
  const ann = caller();
  const ask = async (channel: string) => {
    const before = asked.length;
    const allowed = verdicts.allows(ann, 'publish', channel);
    asked[before]?.answer(yes);
    await allowed;
    return asked.length > before;
  };
  for (let n = 1; n <= 513; n += 1) await ask(`c${n}`);
  expect(await ask('c513')).toBe(false);
  expect(await ask('c2')).toBe(false);
  expect(await ask('c1')).toBe(true);
});
