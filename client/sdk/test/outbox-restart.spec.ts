import { describe, expect, test } from '@jest/globals';
import type { RestoredOutcome } from '../src/publication.js';
import { admit, type Bench, bench, connected } from './support/client.js';
import { Disk } from './support/disk.js';
import { rejectionOf } from './support/rejection.js';
import { LOBBY } from './support/wire-examples.js';

function receipt(id: string, offset = 1) {
  return { id, channel: LOBBY, epoch: 'e1', offset, at: 1, duplicate: false };
}

function ids({ time }: Bench): string[] {
  return time.socket.requests('publish').map(({ id }) => id);
}

describe('an outbox in a store', () => {
  async function restarted(disk: Disk, user = 'ann') {
    const store = disk.run();
    const made = bench({ store });
    const outcomes: RestoredOutcome[] = [];
    made.carillon.onRestored((outcome) => outcomes.push(outcome));
    made.carillon.connect();
    await admit(made, { user });
    return { made, outcomes, crash: () => store.crash() };
  }

  /** The outcome of `a` is unknown, `b` was never sent. */
  async function interrupted(disk: Disk): Promise<void> {
    const store = disk.run();
    const made = await connected({ store });
    const channel = made.carillon.channel(LOBBY);
    void channel.publish({ id: 'a' }, { id: 'a' });
    await made.time.settle();
    made.time.socket.refuseRequest('publish', { code: 'unavailable', retryable: true });
    void channel.publish({ id: 'b' }, { id: 'b' });
    await made.time.settle();
    expect(ids(made)).toEqual(['a']);
    store.crash();
  }

  test('survives a restart, in order and under the same ids, before anything newer', async () => {
    const disk = new Disk();
    await interrupted(disk);
    const { made, outcomes, crash } = await restarted(disk);
    void made.carillon.channel(LOBBY).publish('c', { id: 'c' });
    expect(ids(made)).toEqual(['a']);
    made.time.socket.answer('publish', receipt('a'));
    await made.time.settle();
    expect(ids(made)).toEqual(['a', 'b', 'c']);
    made.time.socket.answer('publish', receipt('b'));
    await made.time.settle();
    expect(outcomes.map(({ id }) => id)).toEqual(['a', 'b']);
    crash();
    const third = await restarted(disk);
    expect(ids(third.made)).toEqual(['c']);
  });

  test('does not send what the server may have forgotten, and tells it', async () => {
    const disk = new Disk();
    await interrupted(disk);
    const made = bench({ store: disk.run() });
    const outcomes: RestoredOutcome[] = [];
    made.carillon.onRestored((outcome) => outcomes.push(outcome));
    made.carillon.connect();
    await admit(made, { serverTime: 1_700_000_000_000 + 3_600_000 });
    expect(ids(made)).toEqual(['b']);
    expect(outcomes).toMatchObject([{ id: 'a', error: { outcome: 'unknown' } }]);
  });

  test('counts how wrong its clock may be', async () => {
    const disk = new Disk();
    await interrupted(disk);
    const made = bench({ store: disk.run() });
    made.carillon.connect();
    await made.time.settle();
    // 570 s may pass; it is said to be 565, by a word that may have been 9 s on its way.
    await made.time.advance(9_000);
    await admit(made, { serverTime: 1_700_000_000_000 + 565_000 });
    expect(ids(made)).toEqual(['b']);
  });

  test('does not publish under the name of another user', async () => {
    const disk = new Disk();
    await interrupted(disk);
    const { made, outcomes, crash } = await restarted(disk, 'bob');
    expect(ids(made)).toEqual([]);
    expect(outcomes).toMatchObject([
      { id: 'a', error: { code: 'forbidden', outcome: 'unknown' } },
      { id: 'b', error: { code: 'forbidden', outcome: 'failed' } },
    ]);
    crash();
    expect(ids((await restarted(disk)).made)).toEqual([]);
  });

  test('keeps what a clean close left for the next run, and says that it is unknown', async () => {
    const disk = new Disk();
    const made = bench({ store: disk.run() });
    made.carillon.connect();
    await made.time.settle();
    const left = made.carillon.channel(LOBBY).publish('a', { id: 'a' });
    const outcome = rejectionOf(left);
    await made.carillon.close();
    expect(await outcome).toMatchObject({ code: 'closed', outcome: 'unknown' });
    expect(ids((await restarted(disk)).made)).toEqual(['a']);
  });
});
