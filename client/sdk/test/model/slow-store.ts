import type { Store } from '../../src/store.js';
import type { DiskRun } from '../support/disk.js';

/** What has begun and not ended; calling one brings it to its end. */
export interface UnderWay {
  readonly writes: (() => void)[];
  readonly reads: (() => void)[];
}

/** Reads and writes take their time, and a read may come before a write that began before it. */
export function slowStore(disk: DiskRun, { writes, reads }: UnderWay): Store {
  const step = async <T>(waiting: (() => void)[], act: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return act();
  };
  return {
    load: (key) => step(reads, () => disk.load(key)),
    save: (key, value) => {
      const copy: unknown = structuredClone(value);
      return step(writes, () => disk.save(key, copy));
    },
    remove: (key) => step(writes, () => disk.remove(key)),
    hold: (name) => step(reads, () => disk.hold(name)),
    lastWords: disk.lastWords,
  };
}
