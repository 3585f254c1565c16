import { describe, expect, test } from '@jest/globals';
import type { RestoredOutcome } from '../src/publication.js';
import type { Store } from '../src/store.js';
import { admit, type Bench, bench } from './support/client.js';
import { Disk } from './support/disk.js';
import { rejectionOf } from './support/rejection.js';
import { VirtualTime } from './support/virtual-time.js';
import { LOBBY } from './support/wire-examples.js';

/** A run of the application; nothing is written any more after `stall`. */
async function publisher(disk: Disk, serverTime = 1_700_000_000_000) {
  const run = disk.run();
  let isStalled = false;
  const unlessStalled = (write: Promise<void>) => (isStalled ? new Promise<void>(() => {}) : write);
  const store: Store = {
    load: (key) => run.load(key),
    save: (key, value) => unlessStalled(isStalled ? Promise.resolve() : run.save(key, value)),
    remove: (key) => unlessStalled(isStalled ? Promise.resolve() : run.remove(key)),
    hold: (name) => run.hold(name),
    lastWords: run.lastWords,
  };
  const time = new VirtualTime();
  time.idPrefix = `run${disk.runs}-`;
  const made = bench({ store }, time);
  const outcomes: RestoredOutcome[] = [];
  made.carillon.onRestored((outcome) => outcomes.push(outcome));
  made.carillon.connect();
  await admit(made, { serverTime });
  const publish = (id: string, data: unknown = id) =>
    made.carillon.channel(LOBBY).publish(data, { id });
  const stall = () => {
    isStalled = true;
  };
  return { made, run, outcomes, publish, stall };
}

function sent({ time }: Bench): unknown[] {
  return time.socket.requests('publish').map(({ id, data }) => ({ id, data }));
}

function keptPublishes(disk: Disk): string[] {
  return [...disk.values.keys()].filter((key) => key.startsWith('publish:'));
}

describe('a publish that was called just before its page ended', () => {
  test('is sent by the next run, in the order of the calls and with its bytes', async () => {
    const disk = new Disk();
    const first = await publisher(disk);
    first.stall();
    void first.publish('a', { file: Uint8Array.of(1, 2) });
    void first.publish('b');
    await first.made.time.settle();
    expect(sent(first.made)).toEqual([]);
    first.run.end();
    const second = await publisher(disk);
    const [a, b] = [
      { id: 'a', data: { file: Uint8Array.of(1, 2) } },
      { id: 'b', data: 'b' },
    ];
    // It was to be sent in that moment: nobody can know that it was not.
    expect(sent(second.made)).toEqual([a]);
    const receipt = { id: 'a', channel: LOBBY, epoch: 'e1', offset: 1, at: 1, duplicate: false };
    second.made.time.socket.answer('publish', receipt);
    await second.made.time.settle();
    expect(sent(second.made)).toEqual([a, b]);
  });

  test('is sent by another page that is there when its own does not come back', async () => {
    const disk = new Disk();
    const first = await publisher(disk);
    const second = await publisher(disk);
    first.stall();
    void first.publish('a');
    first.run.end();
    await second.made.time.advance(120_000);
    expect(sent(second.made)[0]).toEqual({ id: 'a', data: 'a' });
  });

  test('is not sent anew by a later run when the page went on, and sent it', async () => {
    const disk = new Disk();
    const first = await publisher(disk);
    void first.publish('a');
    // Nothing of it is written yet.
    first.run.hide();
    expect(disk.words.size).toBe(1);
    await first.made.time.settle();
    expect(sent(first.made)).toHaveLength(1);
    expect(disk.words.size).toBe(0);
    first.run.crash();
    const second = await publisher(disk, 1_700_000_000_000 + 3_600_000);
    expect(sent(second.made)).toEqual([]);
    expect(second.outcomes).toMatchObject([{ id: 'a', error: { outcome: 'unknown' } }]);
  });

  test('is not sent when its end was told before the page ended', async () => {
    const disk = new Disk();
    const first = await publisher(disk);
    const refused = rejectionOf(first.publish('a'));
    await first.made.time.settle();
    first.stall();
    first.made.time.socket.refuseRequest('publish', { code: 'forbidden', retryable: false });
    await refused;
    first.run.end();
    expect(keptPublishes(disk)).toHaveLength(1);
    const second = await publisher(disk);
    expect(sent(second.made)).toEqual([]);
    expect(keptPublishes(disk)).toHaveLength(0);
  });

  test('goes as it is marked in the store, where that knows that it was sent', async () => {
    const disk = new Disk();
    const first = await publisher(disk);
    void first.publish('a');
    await first.made.time.settle();
    const [key = ''] = keptPublishes(disk);
    const kept = disk.values.get(key) as { firstSentAt: number };
    const words = {
      run: disk.values.get('place'),
      values: [[key, { ...kept, firstSentAt: null }]],
    };
    first.run.crash();
    disk.words.set('', JSON.stringify(words));
    const second = await publisher(disk, 1_700_000_000_000 + 3_600_000);
    expect(sent(second.made)).toEqual([]);
    expect(second.outcomes).toMatchObject([{ id: 'a', error: { outcome: 'unknown' } }]);
  });
});
