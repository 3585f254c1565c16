import { describe, expect, test } from '@jest/globals';
import { leave, takeUp } from '../src/left-behind.js';
import type { Store } from '../src/store.js';
import { admit, bench, reconnect } from './support/client.js';
import { Disk } from './support/disk.js';
import { VirtualTime } from './support/virtual-time.js';
import { LOBBY, message, session, subscribed } from './support/wire-examples.js';

const KEY = `cursor:${LOBBY}`;

function place(age: number, change: object = {}) {
  const position = `p${age}`;
  const cursor = { epoch: 'e1', position, through: age, isExact: true, overtakers: [], lost: [] };
  return { version: 1, record: { cursor, held: [], age, ...change } };
}

/** What the store holds of `key` when the run after `left` has begun. */
async function afterwards(key: string, stored: unknown, left: unknown, run = 'run1') {
  const disk = new Disk();
  if (stored !== undefined) disk.values.set(key, stored);
  disk.words.set('', typeof left === 'string' ? left : String(leave('run1', [[key, left]])));
  const store = disk.run();
  await takeUp(store, store.lastWords, { prefix: '', run });
  return disk.values.get(key);
}

/** A run of the application that follows the lobby; nothing is written any more after `stall`. */
async function follower(disk: Disk) {
  const run = disk.run();
  let isStalled = false;
  const store: Store = {
    load: (key) => run.load(key),
    save: (key, value) => (isStalled ? new Promise(() => {}) : run.save(key, value)),
    remove: (key) => run.remove(key),
    hold: (name) => run.hold(name),
    lastWords: run.lastWords,
  };
  const time = new VirtualTime();
  time.idPrefix = `run${disk.runs}-`;
  const made = bench({ store }, time);
  made.carillon.connect();
  await admit(made);
  const channel = made.carillon.channel(LOBBY, { durable: true });
  const offsets: number[] = [];
  channel.onMessage(({ offset }) => offsets.push(offset));
  void channel.subscribe();
  await made.time.settle();
  const [request] = made.time.socket.requests('subscribe');
  made.time.socket.answer('subscribe', subscribed({ position: request?.since ?? 'p0' }));
  await made.time.settle();
  const stall = () => {
    isStalled = true;
  };
  return { made, run, offsets, since: request?.since, stall };
}

describe('what a page showed and had not written when it ended', () => {
  test('is where the next run goes on from', async () => {
    const disk = new Disk();
    const first = await follower(disk);
    first.made.time.socket.push('message', message(1));
    await first.made.time.settle();
    first.stall();
    first.made.time.socket.push('message', message(2));
    await first.made.time.settle();
    first.run.end();
    expect((await follower(disk)).since).toBe('p2');
  });

  test('counts for nothing once somebody else was in that part of the store', async () => {
    const disk = new Disk();
    const first = await follower(disk);
    first.stall();
    for (const offset of [1, 2, 3]) first.made.time.socket.push('message', message(offset));
    first.run.end();
    const left = String(disk.words.get(''));
    // The other one is in a process that has not heard of it yet.
    disk.words.clear();
    const other = await follower(disk);
    other.made.time.socket.push('message', message(1));
    await other.made.time.settle();
    other.run.crash();
    disk.words.set('', left);
    expect((await follower(disk)).since).toBe('p1');
  });

  test('is not what a page that went on and wrote more goes back to', async () => {
    const disk = new Disk();
    const first = await follower(disk);
    first.made.time.socket.push('message', message(1));
    first.run.hide();
    first.made.time.socket.push('message', message(2));
    await first.made.time.settle();
    first.run.crash();
    expect((await follower(disk)).since).toBe('p2');
  });

  test('is not left by a page that was closed in order', async () => {
    const disk = new Disk();
    const first = await follower(disk);
    await first.made.carillon.close();
    first.made.time.socket.push('message', message(1));
    first.run.end();
    expect(disk.words.size).toBe(0);
  });

  test('goes with the broadcasts that came there', async () => {
    const disk = new Disk();
    const first = await follower(disk);
    first.stall();
    const broadcast = { id: 'b1', receipt: 'none' } as const;
    first.made.time.socket.push('message', message(1, { broadcast }));
    first.run.end();
    const second = await follower(disk);
    const heard: number[] = [];
    second.made.carillon.onBroadcast(({ offset }) => heard.push(offset));
    await reconnect(second.made, session({ channels: [] }));
    second.made.time.socket.push('message', message(1, { channel: '$everyone', broadcast }));
    expect(heard).toEqual([]);
  });
});

describe('what was left', () => {
  test('replaces what is older, and nothing that is as new', async () => {
    expect(await afterwards(KEY, place(1), place(2))).toEqual(place(2));
    expect(await afterwards(KEY, place(3), place(2))).toEqual(place(3));
    expect(await afterwards(KEY, undefined, place(2))).toEqual(place(2));
    const channels = { $everyone: place(4), '$user:ann': place(1) };
    const left = { $everyone: place(2), '$user:ann': place(2) };
    const later = { $everyone: place(4), '$user:ann': place(2) };
    expect(await afterwards('cursors', channels, left)).toEqual(later);
    expect(await afterwards('broadcasts', ['b1'], ['b1', 'b2'])).toEqual(['b1', 'b2']);
  });

  test('by another run than the one that wrote last is ignored', async () => {
    expect(await afterwards(KEY, place(1), place(2), 'run2')).toEqual(place(1));
  });

  test('and cannot be read is ignored', async () => {
    const texts = [
      '',
      '{',
      'null',
      '{"run":"run1","values":7}',
      '{"run":"run1","values":[["x"],3]}',
    ];
    for (const text of texts) expect(await afterwards(KEY, place(1), text)).toEqual(place(1));
    expect(await afterwards(KEY, place(1), { version: 9 })).toEqual(place(1));
    expect(await afterwards('cursors', { $everyone: place(1) }, 'nonsense')).toEqual({
      $everyone: place(1),
    });
  });

  test('beside what no version wrote leaves it for its reader to tell', async () => {
    expect(await afterwards(KEY, 'garbage', place(2))).toBe('garbage');
  });

  test('is bounded, and ends before the first that does not fit', () => {
    const values = Array.from({ length: 100 }, (_, n) => {
      const held = [message(n, { data: 'x'.repeat(10_000) })];
      return [`cursor:c${n}`, place(n, { held })] as const;
    });
    const text = String(leave('run1', [...values, ['broadcasts', ['b1']]]));
    expect(text.length).toBeLessThan(300_000);
    const kept = (JSON.parse(text) as { values: [string][] }).values.map(([key]) => key);
    expect(kept).toEqual(values.slice(0, kept.length).map(([key]) => key));
    expect(kept.length).toBeGreaterThan(20);
  });

  test('has binary as it was', async () => {
    const data = { view: Uint8Array.of(1, 255), list: [Uint8Array.of(7).buffer] };
    const held = [message(1, { data })];
    expect(await afterwards(KEY, place(0), place(1, { held }))).toEqual(place(1, { held }));
  });

  test('ends before what cannot be read at once', () => {
    const held = [message(1, { data: { bytes: new Blob(['x']) } })];
    expect(
      leave('run1', [
        [KEY, place(1, { held })],
        ['broadcasts', ['b1']],
      ]),
    ).toBeNull();
  });
});
