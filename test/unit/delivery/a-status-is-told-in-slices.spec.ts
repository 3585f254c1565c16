import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { deliveryUnderTest, turns } from './delivery-under-test.js';

/** As long as one write takes here, in milliseconds. */
const WRITE_MS = 0.1;

describe('that the store is away', () => {
  let clock: number;

  beforeEach(() => {
    clock = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => clock);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  /** So many connections; what each is told, as buffers. */
  function connections(count: number) {
    const { service, openSession } = deliveryUnderTest();
    const heard = Array.from({ length: count }, () => {
      const { wire } = openSession();
      const frames: Buffer[] = [];
      wire.write = (joined) => {
        clock += WRITE_MS;
        frames.push(joined);
      };
      return frames;
    });
    return { service, heard };
  }

  function statesOf(frames: readonly Buffer[]): unknown[] {
    return frames.map((frame) => /"since":(?<since>\d+)/u.exec(frame.toString())?.groups?.since);
  }

  test('is one frame for all, and many are told in slices', async () => {
    const { service, heard } = connections(200);
    service.tellStatus({ state: 'degraded', since: 1 });
    expect(clock - 1_000).toBeLessThanOrEqual(2 + 16 * WRITE_MS);
    expect(heard.at(-1)).toEqual([]);
    await turns();
    expect(new Set(heard.flat()).size).toBe(1);
    expect(heard.every((frames) => frames.length === 1)).toBe(true);
    expect(heard[0]?.[0]?.toString()).toContain('42["status",{"state":"degraded","since":1}]');
  });

  test('is told to the end before the next, and of those that came meanwhile the last is', async () => {
    const { service, heard } = connections(200);
    service.tellStatus({ state: 'degraded', since: 1 });
    service.tellStatus({ state: 'ok', since: 2 });
    service.tellStatus({ state: 'degraded', since: 3 });
    service.tellStatus({ state: 'ok', since: 4 });
    expect(statesOf(heard[0] ?? [])).toEqual(['1']);
    await turns(40);
    for (const frames of heard) expect(statesOf(frames)).toEqual(['1', '4']);
  });

  test('is told to who is behind, too, and counts for what waits for it', () => {
    const { service, openSession } = deliveryUnderTest();
    const { wire } = openSession();
    wire.takes = false;
    wire.write(Buffer.alloc(200_000), [], []);
    service.tellStatus({ state: 'degraded', since: 1 });
    expect(wire.frames.at(-1)).toContain('"degraded"');
    expect(wire.unflushed()).toBeGreaterThan(200_000);
    expect(service.outboxBytes).toBe(wire.unflushed());
  });

  test('is not told to who was not told its session yet', async () => {
    const { service, heard } = connections(1);
    const { wire, session } = (() => {
      const { wire: other } = deliveryUnderTest().openSession();
      return { wire: other, session: service.open('not yet', 'ann', other) };
    })();
    service.tellStatus({ state: 'degraded', since: 1 });
    await turns();
    expect([heard[0]?.length, wire.writes, session.outbox.isOpen]).toEqual([1, [], false]);
  });

  test('is told to who begins after it, while it is so', async () => {
    const { service, openSession } = deliveryUnderTest();
    const begin = () => {
      const { wire, session } = openSession();
      service.tellWhereDegraded(session);
      return wire.frames;
    };
    expect(begin()).toEqual([]);
    service.tellStatus({ state: 'degraded', since: 1 });
    expect(begin().join('')).toContain('"degraded"');
    service.tellStatus({ state: 'ok', since: 2 });
    await turns();
    expect(begin()).toEqual([]);
  });
});
