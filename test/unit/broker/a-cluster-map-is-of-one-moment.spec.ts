import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Cluster } from 'ioredis';
import { ClusterMap } from '../../../src/broker/redis/cluster-map.js';
import { PARTITIONS } from '../../../src/redis/keys.js';
import { slotOf } from '../../../src/redis/slots.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** A client that says where slots are: all at `a`, until the test moves them. */
function mapUnderTest() {
  const refreshSlotsCache = jest.fn();
  const state: Pick<Cluster, 'slots' | 'status'> = {
    slots: Array.from({ length: 16_384 }, () => ['a:1']),
    status: 'ready',
  };
  const client = Object.assign(new EventEmitter(), state, { refreshSlotsCache });
  const changed = jest.fn();
  const map = new ClusterMap(client, changed);
  return { client, map, changed, refreshSlotsCache };
}

describe('where partitions lie', () => {
  test('is not known before the cluster has told it', () => {
    const { client, map, changed } = mapUnderTest();
    expect(map.ownerOf(5)).toBeNull();
    expect(map.primaries().size).toBe(0);
    client.emit('refresh');
    expect(map.ownerOf(5)).toBe('a:1');
    expect(map.primaries().get('a:1')).toHaveLength(PARTITIONS);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  test('is taken over when it was told anew, and not while the client corrects itself', () => {
    const { client, map, changed } = mapUnderTest();
    client.emit('refresh');
    client.slots[slotOf('5')] = ['b:1'];
    expect(map.ownerOf(5)).toBe('a:1');
    client.emit('refresh');
    expect(map.ownerOf(5)).toBe('b:1');
    expect(map.primaries().get('b:1')).toEqual([5]);
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test('is told to nobody again when it is as it was', () => {
    const { client, changed } = mapUnderTest();
    client.emit('refresh');
    client.emit('refresh');
    expect(changed).toHaveBeenCalledTimes(1);
  });

  test('is asked for anew when somebody doubts it, four times a second at most', () => {
    const { map, refreshSlotsCache } = mapUnderTest();
    map.doubt();
    map.doubt();
    expect(refreshSlotsCache).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(250);
    map.doubt();
    expect(refreshSlotsCache).toHaveBeenCalledTimes(2);
  });

  test('is not asked for while the client has no connection, which asks by itself', () => {
    const { client, map, refreshSlotsCache } = mapUnderTest();
    client.status = 'reconnecting';
    map.doubt();
    expect(refreshSlotsCache).not.toHaveBeenCalled();
  });
});
