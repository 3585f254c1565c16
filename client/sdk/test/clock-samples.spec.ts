import { describe, expect, test } from '@jest/globals';
import { type Bench, connected, reconnect } from './support/client.js';

const EPOCH_MS = 1_700_000_000_000;

/** Lets time pass and answers every `clock` at once; how many there were. */
async function asked({ time }: Bench, ms: number): Promise<number> {
  let count = 0;
  for (let passed = 0; passed < ms; passed += 100) {
    while (time.socket.sent.some(({ name, isAnswered }) => name === 'clock' && !isAnswered)) {
      count += 1;
      time.socket.answer('clock', { sentAt: 0, serverTime: EPOCH_MS + time.nowMs });
    }
    await time.advance(100);
  }
  return count;
}

describe('how often the server is asked for the time', () => {
  test('a handful in the first second, then now and again', async () => {
    const made = await connected({}, { serverTime: EPOCH_MS });
    expect(await asked(made, 1_000)).toBe(5);
    expect(await asked(made, 29_000)).toBe(0);
    expect(await asked(made, 2_000)).toBe(1);
  });

  test('who comes back with a clock that still fits asks once, at some time of the next ten seconds', async () => {
    const made = await connected({}, { serverTime: EPOCH_MS });
    await asked(made, 1_000);
    await reconnect(made, { serverTime: EPOCH_MS + made.time.nowMs + 300 });
    expect(await asked(made, 4_900)).toBe(0);
    expect(await asked(made, 5_100)).toBe(1);
  });

  test('who was cut before it had a handful begins with the handful again', async () => {
    const made = await connected({}, { serverTime: EPOCH_MS });
    expect(await asked(made, 200)).toBe(1);
    await reconnect(made, { serverTime: EPOCH_MS + made.time.nowMs });
    expect(await asked(made, 1_000)).toBe(5);
  });

  test('who comes back to another time than its own measures anew', async () => {
    const made = await connected({}, { serverTime: EPOCH_MS });
    await asked(made, 1_000);
    await reconnect(made, { serverTime: EPOCH_MS + 3_600_000 });
    expect(await asked(made, 1_000)).toBe(5);
  });
});
