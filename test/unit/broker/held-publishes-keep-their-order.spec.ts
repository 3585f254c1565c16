import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { Command } from 'ioredis';
import { Appender } from '../../../src/broker/redis/appender.js';
import type { Publication } from '../../../src/broker/broker.port.js';
import { Keys } from '../../../src/redis/keys.js';
import type { RedisClient } from '../../../src/redis/redis-client.js';
import { newChannel, publication } from '../../contract/broker-under-test.js';
import { idsOf, stored } from './append-calls.js';

const WINDOW_MS = 5;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A Redis that runs calls in the order they were sent, and may forget its scripts between two. */
class SlowRedis {
  readonly stored: string[] = [];
  #calls: Command[] = [];
  #knowsScript = true;

  /** What the appender calls. */
  sendCommand(command: Command): Promise<unknown> {
    this.#calls.push(command);
    return command.promise;
  }

  call(): Promise<number> {
    return Promise.resolve(1);
  }

  forget(): void {
    this.#knowsScript = false;
  }

  answer(): boolean {
    const call = this.#calls.shift();
    if (!call) return false;
    if (call.name === 'EVAL') this.#knowsScript = true;
    if (!this.#knowsScript) {
      call.reject(new Error('NOSCRIPT No matching script.'));
      return true;
    }
    const ids = idsOf(call);
    this.stored.push(...ids);
    call.resolve(ids.flatMap((_, index) => stored(index + 1)));
    return true;
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ publish: fc.nat({ max: 2 }), isUrgent: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ passMs: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 3, arbitrary: fc.constant('answer' as const) },
  { weight: 1, arbitrary: fc.constant('forget' as const) },
);

test.each([0, 1])(
  'with %i replicas: a channel is stored in the order it was published in, whatever was held and forgotten',
  async (replicas) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const redis = new SlowRedis();
        const appender = new Appender({
          // Only what the appender calls.
          client: redis as unknown as RedisClient,
          keys: new Keys('test'),
          isSharded: false,
          replicas,
          joinWindowMs: WINDOW_MS,
        });
        const channels = [newChannel(), newChannel(), newChannel()];
        const published: string[] = [];
        const outcomes: Promise<unknown>[] = [];
        for (const one of steps) {
          if (one === 'forget') redis.forget();
          else if (one === 'answer') redis.answer();
          else if ('passMs' in one) jest.advanceTimersByTime(one.passMs);
          else {
            const channel = channels[one.publish];
            if (!channel) continue;
            const id = `${one.publish}.${published.length}`;
            published.push(id);
            const wish: Publication = {
              ...publication(channel, { id }),
              lane: one.isUrgent ? 0 : 2,
            };
            outcomes.push(appender.append(wish));
          }
          if (published.length % 3 !== 0) await nextTurn();
        }
        while (redis.stored.length < published.length) {
          jest.advanceTimersByTime(WINDOW_MS);
          await nextTurn();
          redis.answer();
          await nextTurn();
        }
        await Promise.all(outcomes);
        for (const index of channels.keys()) {
          const ofChannel = (id: string): boolean => id.startsWith(`${index}.`);
          expect(redis.stored.filter(ofChannel)).toEqual(published.filter(ofChannel));
        }
      }),
    );
  },
);
