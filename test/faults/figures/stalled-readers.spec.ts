import { expect, test } from '@jest/globals';
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
/** So that it is the outbox which bounds them and not the ping, which would end them sooner. */
const patient = { PING_INTERVAL_MS: '30000', PING_TIMEOUT_MS: '30000' };

interface Leg {
  readonly mostKiB: number;
  /** Sessions that were there at the end. */
  readonly sessions: number;
  readonly lost: number;
}

describeWithRedis('while much is published', () => {
  test('a reader that has stopped reading costs at most 256 KiB of its instance', async () => {
    const values: number[] = [];
    const beyondIdle: number[] = [];
    const ends: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const idle = await leg('idle');
      const reading = await leg('reading');
      const stalled = await leg('stalled');
      values.push((stalled.mostKiB - reading.mostKiB) / STALLED);
      beyondIdle.push(Math.round((stalled.mostKiB - idle.mostKiB) / STALLED));
      // Two of them publish.
      ends.push(stalled.sessions - READERS - 2);
      expect([idle.lost, reading.lost, stalled.lost]).toEqual([0, 0, 0]);
    }
    const breach = tell({
      name: `memory of an instance per reader, ${STALLED} stalled and reading`,
      values,
      unit: 'KiB',
      bound: { of: 'max', atMost: BOUND_KIB },
      beside: {
        'against as many that subscribe to nothing, KiB': beyondIdle.join(', '),
        'stalled sessions left at the end': ends.join(', '),
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
  const sessions = await cluster.sessions(0);
  await Promise.all([readers.close(), crowd.close()]);
  await cluster.end();
  return { mostKiB, sessions, lost };
}
