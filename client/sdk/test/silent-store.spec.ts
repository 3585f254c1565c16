import { describe, expect, test } from '@jest/globals';
import { SILENT } from '../src/logger.js';
import { MemoryStore, type Store } from '../src/store.js';
import { admit, bench } from './support/client.js';
import { rejectionOf } from './support/rejection.js';
import { LOBBY } from './support/wire-examples.js';

function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}

/** A store that stops answering when it is told to, and what the logger was told. */
function locked() {
  const memory = new MemoryStore();
  let isLocked = false;
  const store: Store = {
    load: (key) => (isLocked ? never() : memory.load(key)),
    save: (key, value) => (isLocked ? never() : memory.save(key, value)),
    remove: (key) => (isLocked ? never() : memory.remove(key)),
  };
  const errors: string[] = [];
  const made = bench({ store, logger: { ...SILENT, error: (text) => errors.push(text) } });
  const lock = () => {
    isLocked = true;
  };
  return { made, errors, lock };
}

describe('a store that takes a call and does not answer', () => {
  test('is told of after a while, and waited for', async () => {
    const { made, errors, lock } = locked();
    lock();
    made.carillon.connect();
    await made.time.advance(4_999);
    expect(errors).toEqual([]);
    await made.time.advance(60_000);
    expect(errors).toEqual([expect.stringMatching(/has not answered `save place` for 5 s/)]);
    expect(made.carillon.state).toBe('connecting');
  });

  test('does not keep `close` from its end', async () => {
    const { made, lock } = locked();
    made.carillon.connect();
    await admit(made);
    lock();
    const outcome = rejectionOf(made.carillon.channel(LOBBY).publish('a'));
    await made.time.settle();
    let isClosed = false;
    void made.carillon.close().then(() => {
      isClosed = true;
    });
    await made.time.advance(4_000);
    expect(isClosed).toBe(true);
    expect(await outcome).toMatchObject({ code: 'closed' });
  });

  test('and answers in time is not told of', async () => {
    const { made, errors } = locked();
    made.carillon.connect();
    await admit(made);
    await made.carillon.close();
    await made.time.advance(60_000);
    expect([errors, made.time.timers]).toEqual([[], 0]);
  });
});
