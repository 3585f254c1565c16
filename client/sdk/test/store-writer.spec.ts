import { describe, expect, test } from '@jest/globals';
import { SILENT } from '../src/logger.js';
import { MemoryStore } from '../src/store.js';
import { StoreWriter } from '../src/store-writer.js';

const whole = { prefix: async () => '' };

class RecordingStore extends MemoryStore {
  readonly writes: string[] = [];

  override async save(key: string, value: unknown): Promise<void> {
    this.writes.push(`${key}=${String(value)}`);
    await super.save(key, value);
  }
}

describe('writing behind', () => {
  test('writes only the last of several changes, keys in the order they first changed', async () => {
    const store = new RecordingStore();
    const writer = new StoreWriter(store, SILENT, whole);
    void writer.save('index', () => 1);
    void writer.save('entry', () => 'a');
    void writer.save('index', () => 2);
    await writer.flush();
    expect(store.writes).toEqual(['index=2', 'entry=a']);
  });

  test('a change resolves when it is written', async () => {
    const store = new MemoryStore();
    const writer = new StoreWriter(store, SILENT, whole);
    await writer.save('a', () => 1);
    expect(await store.load('a')).toBe(1);
    void writer.remove('a');
    expect(await writer.load('a')).toBeUndefined();
  });

  test('what is read while it is written is what is written, though a read may overtake', async () => {
    for (const changes of [1, 2]) {
      const store = new MemoryStore();
      const arrivals: (() => void)[] = [];
      const slow = {
        load: (key: string) => store.load(key),
        save: async (key: string, value: unknown) => {
          await new Promise<void>((resolve) => arrivals.push(resolve));
          await store.save(key, value);
        },
        remove: (key: string) => store.remove(key),
      };
      const writer = new StoreWriter(slow, SILENT, whole);
      for (let value = 1; value <= changes; value += 1) {
        void writer.save('a', () => value);
        await new Promise(setImmediate);
      }
      const read = writer.load('a');
      for (let write = 1; write <= changes; write += 1) {
        await new Promise(setImmediate);
        arrivals.shift()?.();
      }
      expect(await read).toBe(changes);
    }
  });

  test('a store that fails is told to the logger and stops nothing', async () => {
    const errors: string[] = [];
    const store = {
      load: () => Promise.reject(new Error('broken')),
      save: () => Promise.reject(new Error('full')),
      remove: () => Promise.reject(new Error('broken')),
    };
    const writer = new StoreWriter(store, { ...SILENT, error: (text) => errors.push(text) }, whole);
    await writer.save('a', () => 1);
    expect(await writer.load('a')).toBeUndefined();
    expect(errors).toEqual(['The store could not write a.', 'The store could not load a.']);
  });
});
