import { expect, test } from '@jest/globals';
import { EPOCH, message, outboxUnderTest } from './outbox-under-test.js';

const OTHER_EPOCH = 'f'.repeat(16);

test('what was sent before its turn is forgotten when its place was passed, or is of another history', () => {
  const { subscription } = outboxUnderTest();
  const places = [2, 3, 4].map((offset) => message(offset).place);
  for (const place of places) subscription.overtakes(place);
  subscription.startAt({ epoch: EPOCH, offset: 3, chain: message(3).place.chain });
  expect(places.map((place) => subscription.wasSentAhead(place))).toEqual([false, false, true]);
  subscription.startAt({ epoch: OTHER_EPOCH, offset: 0, chain: '0'.repeat(16) });
  expect(subscription.hasNoneAhead(places.map((place) => ({ place })))).toBe(true);
});

test('so many passed places take nothing from those that come', () => {
  const { subscription } = outboxUnderTest();
  for (let offset = 1; offset <= 256; offset += 1) subscription.overtakes(message(offset).place);
  expect(subscription.overtakes(message(257).place)).toBe(false);
  subscription.startAt(message(256).place);
  expect(subscription.overtakes(message(257).place)).toBe(true);
});
