import { expect, test } from '@jest/globals';
import { limitsUnderTest } from './limits-at.js';

test('a user has as many connections as the setting says, and one more when one is gone', () => {
  const { limits } = limitsUnderTest({}, { env: { MAX_CONNECTIONS_PER_USER: '2' } });
  expect(limits.connected('ann')).toBeNull();
  expect(limits.connected('ann')).toBeNull();
  const refusal = limits.connected('ann')?.toBody();
  expect(refusal).toMatchObject({
    code: 'too_many_connections',
    retryable: true,
    details: { connections: 2 },
  });
  expect(refusal?.retryAfterMs).toBeGreaterThanOrEqual(5_000);
  expect(refusal?.retryAfterMs).toBeLessThanOrEqual(10_000);
  expect(limits.connected('bob')).toBeNull();

  limits.disconnected('ann');
  expect(limits.connected('ann')).toBeNull();
  expect(limits.connected('ann')).not.toBeNull();
});

test('without the setting a user has as many as there is room for', () => {
  const { limits } = limitsUnderTest({});
  for (let count = 0; count < 1_000; count += 1) expect(limits.connected('ann')).toBeNull();
});

test('who has left is not remembered', () => {
  const { limits } = limitsUnderTest({}, { env: { MAX_CONNECTIONS_PER_USER: '1' } });
  for (let count = 0; count < 5; count += 1) {
    expect(limits.connected('ann')).toBeNull();
    limits.disconnected('ann');
  }
  // Once more than it came: the count does not go below nothing.
  limits.disconnected('ann');
  expect(limits.connected('ann')).toBeNull();
  expect(limits.connected('ann')).not.toBeNull();
});
