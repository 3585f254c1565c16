import { afterEach, expect, test } from '@jest/globals';
import { LoopDelay } from '../../../src/kernel/loop-delay.js';
import { eventually } from '../../support/eventually.js';

const delay = new LoopDelay();

afterEach(() => delay.stop());

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** Turns of the loop that each last longer than the probe's period. */
async function turns(count: number): Promise<void> {
  let turn = 0;
  await eventually('the loop turns', () => ++turn > count);
}

test('a blocked event loop shows in the delay once', async () => {
  expect(delay.takeP99Ms()).toBe(0);
  delay.start();
  // The probe has to have run before the block, or there is nothing to be late against.
  await turns(3);
  block(200);
  await turns(3);

  const blockedMs = delay.takeP99Ms();
  expect(blockedMs).toBeGreaterThan(100);
  expect(delay.takeP99Ms()).toBe(0);
});

test('what waited for its turn is late, though the loop is not', () => {
  delay.start();
  delay.waited(300);
  delay.waited(700);
  expect(delay.takeP99Ms()).toBe(700);
  expect(delay.takeP99Ms()).toBeLessThan(700);
});
