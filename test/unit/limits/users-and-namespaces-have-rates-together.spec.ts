import { describe, expect, test } from '@jest/globals';
import { limitsUnderTest } from './limits-at.js';

const chat = {
  userRate: { perSecond: 2, burst: 4 },
  totalRate: { perSecond: 10, burst: 10 },
};

describe('a user', () => {
  test('has one rate over all sessions, and is told how long to wait', async () => {
    const { publish, allowed, clock, refused } = limitsUnderTest({ chat });
    expect(await allowed(6, 'chat')).toBe(4);
    expect(await publish('chat')).toEqual({
      code: 'rate_limited',
      message:
        'Publish at most 2 messages a second here over all your connections; send this one again later.',
      retryable: true,
      retryAfterMs: 500,
      details: { scope: 'user', perSecond: 2, burst: 4 },
    });
    clock.ms = 500;
    expect(await allowed(3, 'chat')).toBe(1);
    expect(refused).toEqual(Array.from({ length: 5 }, () => 'user'));
  });

  test('does not use up what another user may', async () => {
    const { allowed } = limitsUnderTest({ chat });
    await allowed(50, 'chat', 'ann');
    expect(await allowed(5, 'chat', 'bob')).toBe(4);
  });

  test('has a rate for each namespace, and none where the policy has none', async () => {
    const { limits, allowed } = limitsUnderTest({ chat, news: chat, open: {} });
    await allowed(50, 'chat');
    expect(await allowed(5, 'news')).toBe(4);
    expect(await allowed(500, 'open')).toBe(500);
    const rules = { userRate: null, totalRate: null };
    // Null and no promise: where nothing is limited a publish does not even wait a turn.
    expect(limits.countPublish({ namespace: 'open', rules, user: 'ann' })).toBeNull();
  });
});

describe('a namespace', () => {
  test('has one rate for all users and back ends together', async () => {
    const { publish, allowed } = limitsUnderTest({ chat });
    expect(await allowed(9, 'chat', 'ann')).toBe(4);
    expect(await allowed(9, 'chat', 'bob')).toBe(4);
    expect(await allowed(9, 'chat', null)).toBe(2);
    expect(await publish('chat', 'cara')).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 100,
      details: { scope: 'namespace', perSecond: 10, burst: 10 },
    });
  });

  test('that is exhausted costs a user nothing of its own rate', async () => {
    const { publish, allowed, clock } = limitsUnderTest({ chat });
    await allowed(10, 'chat', null);
    for (let count = 0; count < 20; count += 1) {
      expect(await publish('chat')).toMatchObject({ details: { scope: 'namespace' } });
    }
    clock.ms = 1_000;
    expect(await allowed(9, 'chat')).toBe(4);
  });

  test('may be limited without its users being', async () => {
    const { allowed } = limitsUnderTest({ bulk: { totalRate: { perSecond: 5, burst: 20 } } });
    expect(await allowed(50, 'bulk', 'ann')).toBe(20);
  });
});

describe('what is left', () => {
  const countedAs = (user: string | null) => ({
    namespace: 'chat',
    rules: { userRate: chat.userRate, totalRate: chat.totalRate },
    user,
  });

  test('is that of the nearest limit', async () => {
    const { limits, allowed, clock } = limitsUnderTest({ chat });
    expect(limits.allowance(countedAs('ann'))).toEqual({ limit: 4, remaining: 4, waitMs: 0 });
    expect(limits.allowance(countedAs(null))).toEqual({ limit: 10, remaining: 10, waitMs: 0 });
    await allowed(4, 'chat', 'ann');
    expect(limits.allowance(countedAs('ann'))).toEqual({ limit: 4, remaining: 0, waitMs: 500 });
    expect(limits.allowance(countedAs(null))).toEqual({ limit: 10, remaining: 6, waitMs: 0 });
    clock.ms = 250;
    expect(limits.allowance(countedAs('ann'))).toEqual({ limit: 4, remaining: 0, waitMs: 250 });
    clock.ms = 60_000;
    expect(limits.allowance(countedAs('ann'))).toEqual({ limit: 4, remaining: 4, waitMs: 0 });
  });

  test('is nothing to tell where nothing is limited', () => {
    const { limits } = limitsUnderTest({ open: {} });
    const rules = { userRate: null, totalRate: null };
    expect(limits.allowance({ namespace: 'open', rules, user: 'ann' })).toBeNull();
  });
});
