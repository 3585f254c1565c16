import { describe, expect, test } from '@jest/globals';
import type { RestoredOutcome } from '../src/publication.js';
import type { Store } from '../src/store.js';
import { admit, type Bench, bench } from './support/client.js';
import { Disk, type DiskRun } from './support/disk.js';
import { LOBBY, message, subscribed } from './support/wire-examples.js';

interface Tab extends Bench {
  readonly run: DiskRun;
  readonly outcomes: RestoredOutcome[];
  readonly client: unknown;
}

async function tab(disk: Disk, user = 'ann'): Promise<Tab> {
  const run = disk.run();
  const made = bench({ store: run, client: undefined });
  const outcomes: RestoredOutcome[] = [];
  made.carillon.onRestored((outcome) => outcomes.push(outcome));
  // Two tabs have the same dice here; their ids must differ all the same.
  made.time.idPrefix = `tab${disk.runs}-`;
  made.carillon.connect();
  await admit(made, { user });
  return { ...made, run, outcomes, client: made.time.addresses[0]?.auth.client };
}

function ids({ time }: Bench): string[] {
  return time.socket.requests('publish').map(({ id }) => id);
}

/** A tab that publishes and is gone before the answer. */
async function lostTab(disk: Disk, id: string, user = 'ann'): Promise<void> {
  const made = await tab(disk, user);
  void made.carillon.channel(LOBBY).publish(id, { id });
  await made.time.settle();
  made.run.crash();
}

function receipt(id: string) {
  return { id, channel: LOBBY, epoch: 'e1', offset: 1, at: 1, duplicate: false };
}

/** What is found is taken at the second look. */
const TWO_LOOKS_MS = 10_000;

describe('two tabs with one store', () => {
  test('go by ids of their own, and each finds its own again', async () => {
    const disk = new Disk();
    const first = await tab(disk);
    const second = await tab(disk);
    expect(first.client).not.toBe(second.client);
    first.run.crash();
    expect((await tab(disk)).client).toBe(first.client);
    await second.carillon.close();
    expect((await tab(disk)).client).toBe(second.client);
  });

  test('keep their places apart', async () => {
    const disk = new Disk();
    for (const last of [1, 2]) {
      const made = await tab(disk);
      void made.carillon.channel(LOBBY, { durable: true }).subscribe();
      await made.time.settle();
      expect(made.time.socket.requests('subscribe')).toEqual([{ channel: LOBBY }]);
      made.time.socket.answer('subscribe', subscribed());
      for (let n = 1; n <= last; n += 1) made.time.socket.push('message', message(n));
      await made.time.settle();
    }
    const places = ['', '1/'].map((prefix) => disk.values.get(`${prefix}cursor:${LOBBY}`));
    expect(places).toMatchObject([
      { record: { cursor: { position: 'p1' } } },
      { record: { cursor: { position: 'p2' } } },
    ]);
  });

  test('do not publish what the other has under way', async () => {
    const disk = new Disk();
    const first = await tab(disk);
    void first.carillon.channel(LOBBY).publish('a', { id: 'a' });
    await first.time.settle();
    const second = await tab(disk);
    await second.time.advance(3 * TWO_LOOKS_MS);
    expect(ids(second)).toEqual([]);
  });

  test('what one left that is gone is published by the other, once', async () => {
    const disk = new Disk();
    const [stays, goes] = [await tab(disk), await tab(disk)];
    void goes.carillon.channel(LOBBY).publish('a', { id: 'a' });
    await goes.time.settle();
    goes.run.crash();
    await stays.time.advance(TWO_LOOKS_MS);
    expect(ids(stays)).toEqual(['a']);
    stays.run.crash();
    // Neither place has lost it, and only one has it.
    const again = await tab(disk);
    expect(ids(again)).toEqual(['a']);
    again.time.socket.answer('publish', receipt('a'));
    await again.time.settle();
    expect(again.outcomes).toMatchObject([{ id: 'a', receipt: { offset: 1 } }]);
    await again.time.advance(3 * TWO_LOOKS_MS);
    expect(ids(again)).toEqual(['a']);
  });

  test('one that reloads keeps its own, though the other looks for orphans', async () => {
    const disk = new Disk();
    const goes = await tab(disk);
    const stays = await tab(disk);
    void goes.carillon.channel(LOBBY).publish('a', { id: 'a' });
    await goes.time.settle();
    goes.run.crash();
    await stays.time.advance(TWO_LOOKS_MS / 2);
    const back = await tab(disk);
    await stays.time.advance(3 * TWO_LOOKS_MS);
    expect([back.client, ids(back), ids(stays)]).toEqual([goes.client, ['a'], []]);
  });

  test('one that comes back while the other looks waits for the end of that', async () => {
    const disk = new Disk();
    const goes = await tab(disk);
    goes.run.crash();
    const visitor = disk.run();
    const ends = await Promise.all(['visit 0', 'place 0'].map((name) => visitor.hold(name)));
    const made = bench({ store: disk.run(), client: undefined });
    made.carillon.connect();
    await made.time.advance(100);
    expect(made.time.addresses).toEqual([]);
    for (const end of ends) end?.();
    await made.time.advance(50);
    expect(made.time.addresses[0]?.auth.client).toBe(goes.client);
  });

  test('what another user left is not published under this name', async () => {
    const disk = new Disk();
    const [stays, goes] = [await tab(disk), await tab(disk, 'bob')];
    void goes.carillon.channel(LOBBY).publish('a', { id: 'a' });
    await goes.time.settle();
    goes.run.crash();
    await stays.time.advance(3 * TWO_LOOKS_MS);
    expect(ids(stays)).toEqual([]);
    // Bob comes back while ann is still there.
    expect(ids(await tab(disk, 'bob'))).toEqual(['a']);
  });

  test('of many that are gone nothing is left behind', async () => {
    const disk = new Disk();
    const open = await tab(disk);
    await lostTab(disk, 'a');
    const second = await tab(disk);
    await lostTab(disk, 'b');
    second.run.crash();
    await open.time.advance(TWO_LOOKS_MS);
    open.time.socket.answer('publish', receipt(String(ids(open)[0])));
    await open.time.settle();
    expect(new Set(ids(open))).toEqual(new Set(['a', 'b']));
  });

  test('a store that cannot say who holds it works for one client', async () => {
    const disk = new Disk();
    const { load, save, remove } = bound(disk.run());
    const made = bench({ store: { load, save, remove }, client: undefined });
    made.carillon.connect();
    await admit(made);
    expect(disk.values.get('client')).toBe(made.time.addresses[0]?.auth.client);
  });
});

function bound(run: DiskRun) {
  return {
    load: run.load.bind(run),
    save: run.save.bind(run),
    remove: run.remove.bind(run),
  };
}

describe('a client that is closed', () => {
  /** Runs until `closeAfter` reads of its store have come to an end, and is closed then. */
  async function hasty(disk: Disk, closeAfter: number): Promise<void> {
    const run = disk.run();
    let left = closeAfter;
    let close = () => {};
    const closing = new Promise<void>((resolve) => {
      close = resolve;
    });
    const read = async <T>(answer: Promise<T>): Promise<T> => {
      if (left === 0) close();
      left -= 1;
      return answer;
    };
    const store: Store = {
      load: (key) => read(run.load(key)),
      save: (key, value) => run.save(key, value),
      remove: (key) => run.remove(key),
      hold: (name) => read(run.hold(name)),
    };
    const made = bench({ store, client: undefined });
    made.time.idPrefix = `tab${disk.runs}-`;
    void made.carillon
      .channel(LOBBY, { durable: true })
      .subscribe()
      .catch(() => undefined);
    made.carillon.connect();
    await Promise.race([closing, made.time.settle()]);
    await made.carillon.close();
    await made.time.settle();
  }

  test('while it reads its store leaves its place to the next one, however far it had come', async () => {
    for (let closeAfter = 0; closeAfter <= 8; closeAfter += 1) {
      const disk = new Disk();
      const first = await tab(disk);
      await first.carillon.close();
      await hasty(disk, closeAfter);
      expect([...disk.held.keys()]).toEqual([]);
      expect((await tab(disk)).client).toBe(first.client);
    }
  });

  test('enters no place until it is opened again', async () => {
    const disk = new Disk();
    const made = await tab(disk);
    const channel = made.carillon.channel(LOBBY);
    void channel.subscribe();
    await made.time.settle();
    await made.carillon.close();
    void made.carillon
      .channel(LOBBY, { durable: true })
      .subscribe()
      .catch(() => undefined);
    await made.time.settle();
    expect([...disk.held.keys()]).toEqual([]);
    await made.carillon.close();
    expect([...disk.held.keys()]).toEqual([]);
    const next = await tab(disk);
    made.carillon.connect();
    await made.time.settle();
    expect(made.time.addresses.at(-1)?.auth.client).not.toBe(undefined);
    expect(next.client).not.toBe(undefined);
    expect(disk.held.size).toBe(2);
  });

  test('and opened again at once, and closed again, holds nothing', async () => {
    const disk = new Disk();
    const made = await tab(disk);
    const closes = [made.carillon.close()];
    made.carillon.connect();
    closes.push(made.carillon.close(), made.carillon.close());
    await made.time.settle();
    await Promise.all(closes);
    expect([...disk.held.keys()]).toEqual([]);
    expect((await tab(disk)).client).toBe(made.client);
  });
});
