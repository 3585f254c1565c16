import { expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { describeWithRedis } from '../../support/requires.js';
import { lasting } from '../row.js';
import { Cluster } from './cluster.js';
import { tell } from './figure.js';
import { Generator } from './generator.js';

const STALLED = 100;
const READERS = 10;
const PAIRS = 3;
const BOUND_KIB = 256;
/** 20 MB for each reader, far more than the kernel takes on both ends of a connection. */
const TRAFFIC = { perSecond: 500, bytes: 4_000 };
const SECONDS = 10;
/** Beyond what a connection that is read ever has in the kernel: as much as may wait in the outbox before it. */
const UNREAD_BYTES = 131_072;
/** So that it is the outbox which bounds them and not the ping, which would end them sooner. */
const patient = { PING_INTERVAL_MS: '30000', PING_TIMEOUT_MS: '30000' };

interface Leg {
  readonly mostKiB: number;
  /** Sessions that were there at the end. */
  readonly sessions: number;
  readonly lost: number;
  /** Connections for which the kernel holds more than `UNREAD_BYTES`, and the least that it holds for one of them. */
  readonly unread: number;
  readonly leastUnread: number;
  /** Messages that the outboxes had no room for. */
  readonly overflowed: number;
}

describeWithRedis('while much is published', () => {
  test('a reader that has stopped reading costs at most 256 KiB of its instance', async () => {
    const values: number[] = [];
    const beyondIdle: number[] = [];
    const ends: number[] = [];
    const unread: number[] = [];
    const overflowed: number[] = [];
    const behind: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const idle = await leg('idle');
      const reading = await leg('reading');
      const stalled = await leg('stalled');
      values.push((stalled.mostKiB - reading.mostKiB) / STALLED);
      beyondIdle.push(Math.round((stalled.mostKiB - idle.mostKiB) / STALLED));
      // Two of them publish.
      ends.push(stalled.sessions - READERS - 2);
      unread.push(stalled.leastUnread);
      overflowed.push(stalled.overflowed);
      behind.push(reading.overflowed);
      expect([idle.lost, reading.lost, stalled.lost]).toEqual([0, 0, 0]);
      // The bite, by the kernel for each of them and by the server for all; nobody else stalls.
      expect([idle.unread, reading.unread, stalled.unread]).toEqual([0, 0, STALLED]);
      expect(stalled.overflowed).toBeGreaterThanOrEqual(STALLED);
    }
    const breach = tell({
      name: `memory of an instance per reader, ${STALLED} stalled and reading`,
      values,
      unit: 'KiB',
      bound: { of: 'max', atMost: BOUND_KIB },
      beside: {
        'against as many that subscribe to nothing, KiB': beyondIdle.join(', '),
        'stalled sessions left at the end': ends.join(', '),
        'bytes in the kernel for the stalled reader that has the least': unread.join(', '),
        'messages that outboxes dropped': overflowed.join(', '),
        'the same where everybody reads, as fast as the machine lets them': behind.join(', '),
        'published bytes for each': TRAFFIC.perSecond * TRAFFIC.bytes * SECONDS,
      },
    });
    expect(breach).toBeNull();
  }, 300_000);
});

/**
 * A fresh instance under the same load, with as many connections: those in question stall, read, or
 * subscribe to nothing, which shows what the load itself costs.
 */
async function leg(others: 'idle' | 'reading' | 'stalled'): Promise<Leg> {
  const cluster = await Cluster.start(1, patient);
  const { urls } = cluster;
  const hot = ['chat:hot'];
  const readers = await Generator.open({ kind: 'plain', urls, clients: READERS, channels: hot });
  const crowd = await Generator.open({
    ...{ kind: 'plain', urls, clients: STALLED },
    channels: others === 'idle' ? ['chat:quiet'] : hot,
  });
  if (others === 'stalled') await crowd.stall(STALLED);
  await readers.publish(TRAFFIC);
  let mostKiB = 0;
  for (let sample = 0; sample < SECONDS * 10; sample += 1) {
    await lasting(100);
    mostKiB = Math.max(mostKiB, await cluster.residentKiB());
  }
  const { lost } = await readers.settle();
  const heldNow = async () => (await cluster.unread(0)).filter((bytes) => bytes > UNREAD_BYTES);
  if (others !== 'stalled') {
    await eventually('who reads has taken it', async () => (await heldNow()).length === 0);
  }
  const held = await heldNow();
  const overflowed = await cluster.overflowed(0);
  const sessions = await cluster.sessions(0);
  await Promise.all([readers.close(), crowd.close()]);
  await cluster.end();
  const [unread, leastUnread] = [held.length, Math.min(...held)];
  return { mostKiB, sessions, lost, unread, leastUnread, overflowed };
}
