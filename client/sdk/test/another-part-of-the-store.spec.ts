import { describe, expect, test } from '@jest/globals';
import type { Store } from '../src/store.js';
import { admit, type Bench, bench } from './support/client.js';
import { Disk } from './support/disk.js';
import { LOBBY, message, subscribed } from './support/wire-examples.js';

interface Tab extends Bench {
  readonly shown: unknown[];
}

const EVERYONE = { channel: '$everyone', epoch: 'e1', position: 'p0', recovered: true };

async function tab(disk: Disk): Promise<Tab> {
  const made = bench({ store: disk.run(), client: undefined });
  const shown: unknown[] = [];
  made.time.idPrefix = `tab${disk.runs}-`;
  made.carillon.onBroadcast(({ data }) => shown.push(data));
  made.carillon.channel(LOBBY).onMessage(({ data }) => shown.push(data));
  made.carillon.connect();
  await admit(made, { channels: [EVERYONE] });
  return { ...made, shown };
}

/** Follows the lobby, which keeps its place, and is given so many of its messages. */
async function follow({ carillon, time }: Bench, last: number): Promise<void> {
  void carillon.channel(LOBBY, { durable: true }).subscribe();
  await time.settle();
  time.socket.answer('subscribe', subscribed());
  for (let offset = 1; offset <= last; offset += 1) time.socket.push('message', message(offset));
  await time.settle();
}

/** Comes back when another tab has the part that this one was in. */
async function comeBack(made: Bench, disk: Disk): Promise<void> {
  await made.carillon.close();
  await tab(disk);
  made.carillon.connect();
  await admit(made, { channels: [EVERYONE] });
}

const last = ({ time }: Bench) => time.addresses.at(-1)?.auth;

describe('a client that comes back into another part of the store', () => {
  test('goes by another id than who has its own now', async () => {
    const disk = new Disk();
    const first = await tab(disk);
    await first.carillon.close();
    const second = await tab(disk);
    first.carillon.connect();
    await admit(first);
    expect(last(first)?.client).not.toBe(last(second)?.client);
    expect([...disk.held.keys()]).toEqual(['place 0', 'place 1']);
  });

  test.each([
    ['further on', 9],
    ['not as far', 1],
  ])(
    'goes on in a channel from what it was shown, where somebody left a place %s',
    async (_, at) => {
      const disk = new Disk();
      const first = await tab(disk);
      const other = await tab(disk);
      await follow(other, at);
      await other.carillon.close();
      await follow(first, 3);
      await comeBack(first, disk);
      void first.carillon.channel(LOBBY, { durable: true }).subscribe();
      await first.time.settle();
      expect(first.time.socket.requests('subscribe').at(-1)).toEqual({
        channel: LOBBY,
        since: 'p3',
      });
      expect(disk.values.get(`1/cursor:${LOBBY}`)).toMatchObject({
        record: { cursor: { position: 'p3' } },
      });
    },
  );

  test.each([
    ['where somebody left another place', true],
    ['where nobody was before', false],
  ])('goes on in the channels of the server from what it was shown, %s', async (_, wasUsed) => {
    const disk = new Disk();
    const first = await tab(disk);
    if (wasUsed) {
      const other = await tab(disk);
      for (const offset of [1, 2, 3]) {
        other.time.socket.push('message', message(offset, { channel: '$everyone' }));
      }
      await other.time.settle();
      await other.carillon.close();
    }
    first.time.socket.push('message', message(1, { channel: '$everyone' }));
    await first.time.settle();
    await comeBack(first, disk);
    expect(last(first)?.since).toEqual({ $everyone: 'p1' });
  });

  test('is shown a broadcast that only the one before it in that part was shown', async () => {
    const disk = new Disk();
    const told = { broadcast: { id: 'b1', receipt: 'none' as const }, data: 'told' };
    const first = await tab(disk);
    const other = await tab(disk);
    other.time.socket.push('message', message(1, { channel: '$everyone', ...told }));
    await other.time.settle();
    await other.carillon.close();
    await comeBack(first, disk);
    await follow(first, 0);
    first.time.socket.push('message', message(1, told));
    await first.time.settle();
    expect(first.shown).toEqual(['told']);
  });

  test('is not shown again what it was shown before', async () => {
    const disk = new Disk();
    const told = { broadcast: { id: 'b1', receipt: 'none' as const }, data: 'told' };
    const first = await tab(disk);
    first.time.socket.push('message', message(1, { channel: '$everyone', ...told }));
    await first.time.settle();
    await comeBack(first, disk);
    await follow(first, 0);
    first.time.socket.push('message', message(1, told));
    await first.time.settle();
    expect(first.shown).toEqual(['told']);
  });
});

test('a client that slept and lost its part throws away nothing that was left in another one', async () => {
  const disk = new Disk();
  const run = disk.run();
  let lose = (): void => undefined;
  const store: Store = {
    load: (key) => run.load(key),
    save: (key, value) => run.save(key, value),
    remove: (key) => run.remove(key),
    hold: (name, lost) => {
      if (name === 'place 0' && lost) lose = lost;
      return run.hold(name);
    },
  };
  const made = bench({ store, client: undefined });
  made.time.idPrefix = 'a-';
  made.carillon.connect();
  await admit(made);
  const goneRun = disk.run();
  const gone = bench({ store: goneRun, client: undefined });
  gone.time.idPrefix = 'b-';
  gone.carillon.connect();
  await admit(gone);
  void gone.carillon.channel(LOBBY).publish('left', { id: 'left' });
  await gone.time.settle();
  goneRun.crash();

  disk.held.delete('place 0');
  await disk.run().hold('place 0');
  lose();
  void made.carillon.channel(LOBBY).publish('own', { id: 'own' });
  await made.time.settle();
  expect(disk.values.get('1/outbox')).toMatchObject({ keys: ['publish:b-3'] });
  expect(disk.values.get('2/outbox')).toMatchObject({ keys: ['publish:a-3'] });
});
