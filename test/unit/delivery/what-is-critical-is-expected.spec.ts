import { expect, test } from '@jest/globals';
import { deliveryUnderTest } from './delivery-under-test.js';

test('something urgent is under way from the publish on until that has settled', async () => {
  const { service } = deliveryUnderTest();
  const settle: { resolve?: (value: string) => void; reject?: (error: Error) => void } = {};
  const first = service.expectUrgent(
    new Promise<string>((resolve) => {
      settle.resolve = resolve;
    }),
  );
  const second = service.expectUrgent(
    new Promise<string>((_, reject) => {
      settle.reject = reject;
    }),
  );
  expect(service.hasUrgent).toBe(true);
  settle.resolve?.('stored');
  expect(await first).toBe('stored');
  expect(service.hasUrgent).toBe(true);
  settle.reject?.(new Error('refused'));
  await expect(second).rejects.toThrow('refused');
  expect(service.hasUrgent).toBe(false);
});
