import type { Store } from './store.js';

const TABLE = 'values';

/** A store in the browser's IndexedDB. Give every tab that runs at the same time a name of its own. */
export class IndexedDbStore implements Store {
  readonly #name: string;
  #opened: Promise<IDBDatabase> | null = null;

  constructor({ name = 'carillon' }: { readonly name?: string } = {}) {
    this.#name = name;
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
