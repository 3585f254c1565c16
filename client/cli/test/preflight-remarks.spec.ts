import { expect, test } from '@jest/globals';
import { remarksOn } from '../src/verify/preflight.js';
import type { Plan } from '../src/verify/plan.js';

const plan: Plan = {
  ...{ run: 'r', seed: 1, seconds: 10, publishers: 2, subscribers: 4, channels: 1 },
  ...{ perSecond: 100, bytes: 100, leavers: 0, settleSeconds: 5, namespace: 'chat' },
};

test('a plan that one session may not publish is remarked on, by the limits of its namespace', () => {
  const remark = (most: number, publishers: number) =>
    `one session may publish ${most} a second, the plan is 50: what is above waits; --publishers ${publishers} would not`;
  const limits = { publishPerSecond: 50, namespaces: { chat: { publishPerSecond: 20 } } };
  expect(remarksOn({ limits }, plan)).toEqual([remark(20, 5)]);
  expect(remarksOn({ limits }, { ...plan, namespace: 'news' })).toEqual([]);
  expect(remarksOn({ limits: { publishPerSecond: 40 } }, plan)).toEqual([remark(40, 3)]);
});

test('a server that tells no limits is not remarked on', () => {
  for (const session of [{}, { limits: null }, { limits: { namespaces: 7 } }]) {
    expect(remarksOn(session, plan)).toEqual([]);
  }
});
