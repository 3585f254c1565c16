import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Heartbeat } from '../../../src/broker/redis/heartbeat.js';

beforeEach(() => {
  // What is due is then run by hand, as a loop would that has just been let go.
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A heartbeat that notes what each judgement would find. */
function heartbeatUnderTest() {
  const found: boolean[] = [];
  const seen = { sent: 0, deaf: 0, isTaken: true };
  const heartbeat: Heartbeat = new Heartbeat({
    isOpen: () => true,
    send: () => {
      seen.sent += 1;
      return seen.isTaken ? Promise.resolve() : Promise.reject(new Error('not taken'));
    },
    deaf: () => {
      seen.deaf += 1;
    },
    judge: () => {
      found.push(heartbeat.isFresh);
    },
  });
  return { heartbeat, found, seen };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('a bus', () => {
  test('is fresh when a beat was heard, and is judged when none was heard for 1.2 s', async () => {
    const { heartbeat, found } = heartbeatUnderTest();
    heartbeat.heard();
    expect(found).toEqual([true]);
    jest.advanceTimersByTime(1_199);
    await turn();
    expect(found).toEqual([true]);
    jest.advanceTimersByTime(10);
    await turn();
    expect(found).toEqual([true, false]);
    heartbeat.stop();
  });

  test('a loop that stood still is judged after what came meanwhile was read', async () => {
    const { heartbeat, found } = heartbeatUnderTest();
    heartbeat.heard();
    jest.advanceTimersByTime(2_000);
    // In the same turn, after the timers: what the kernel had kept.
    heartbeat.heard();
    await turn();
    expect(found).not.toContain(false);
    heartbeat.stop();
  });

  test('is left as deaf when beats are taken and none comes back', async () => {
    const { heartbeat, seen } = heartbeatUnderTest();
    heartbeat.listening();
    heartbeat.start();
    for (let beat = 0; beat < 4; beat += 1) {
      jest.advanceTimersByTime(500);
      await turn();
    }
    expect(seen.deaf).toBeGreaterThan(0);
    heartbeat.stop();
  });

  test('is not left while beats are not even taken: then the store is away', async () => {
    const { heartbeat, seen } = heartbeatUnderTest();
    seen.isTaken = false;
    heartbeat.listening();
    heartbeat.start();
    for (let beat = 0; beat < 6; beat += 1) {
      jest.advanceTimersByTime(500);
      await turn();
    }
    expect(seen).toMatchObject({ deaf: 0 });
    expect(seen.sent).toBeGreaterThan(3);
    heartbeat.stop();
  });
});
