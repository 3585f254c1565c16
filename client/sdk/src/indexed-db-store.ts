import { type LastWords, pageLastWords } from './last-words.js';
import type { Store } from './store.js';
import { holdByLease } from './store-lease.js';

const TABLE = 'values';

/**
 * A store in the browser's IndexedDB. Tabs may share one name: each gets a part of its own, kept apart
 * by Web Locks, or by leases in the database where a page may not use locks (it did not come by https).
 */
export class IndexedDbStore implements Store {
  readonly lastWords: LastWords;
  readonly #name: string;
  #opened: Promise<IDBDatabase> | null = null;

  constructor({ name = 'carillon' }: { readonly name?: string } = {}) {
    this.#name = name;
    this.lastWords = pageLastWords(name);
  }

  load(key: string): Promise<unknown> {
    return this.#run('readonly', (table) => table.get(key));
  }

  async save(key: string, value: unknown): Promise<void> {
    await this.#run('readwrite', (table) => table.put(value, key));
  }

  async remove(key: string): Promise<void> {
    await this.#run('readwrite', (table) => table.delete(key));
  }

  hold(name: string, lost: () => void): Promise<(() => void) | null> {
    // Typed as if it were always there.
    const locks = navigator.locks as LockManager | undefined;
    if (locks === undefined) {
      const change = (next: (before: unknown) => unknown) => this.#change(`lease ${name}`, next);
      return holdByLease({ key: `${this.#name}: ${name}`, change, lost });
    }
    return new Promise((resolve, reject) => {
      const held = (lock: Lock | null) => {
        if (lock !== null) return new Promise<void>((release) => resolve(release));
        resolve(null);
        return undefined;
      };
      locks.request(`${this.#name}: ${name}`, { ifAvailable: true }, held).catch(reject);
    });
  }

  /** One step: nobody else changes the value between. Undefined removes it. */
  async #change(key: string, next: (before: unknown) => unknown): Promise<void> {
    await this.#run('readwrite', (table) => {
      const before: IDBRequest<unknown> = table.get(key);
      before.onsuccess = () => {
        const value = next(before.result);
        if (value === undefined) table.delete(key);
        else table.put(value, key);
      };
      return before;
    });
  }

  async #run(
    mode: IDBTransactionMode,
    ask: (table: IDBObjectStore) => { readonly result: unknown },
  ): Promise<unknown> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = ask(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up.'));
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(this.#name, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(TABLE);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab upgrades or the browser evicts: open it again with the next call.
        database.onclose = database.onversionchange = () => this.#forget(database);
        resolve(database);
      };
      request.onerror = () => {
        this.#opened = null;
        reject(request.error ?? new Error('IndexedDB cannot be opened.'));
      };
    });
    return this.#opened;
  }

  #forget(database: IDBDatabase): void {
    database.close();
    this.#opened = null;
  }
}
