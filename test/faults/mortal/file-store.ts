import type { Store } from '@carillon/sdk';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** Where a store tells what it does, as it does it. */
export interface StoreSteps {
  /** The value is taken. */
  saving(key: string, value: unknown): void;
  /** It stands under its name; whoever waits for it has not heard yet. */
  saved(key: string, value: unknown): void;
  removed(key: string): void;
}

/**
 * A file for each key, in a folder of its own. A value takes the place of the one before by a rename, so
 * after SIGKILL either one is there as a whole. Nothing is brought to the disk: a process that is
 * killed takes nothing with it that the kernel was handed, and a power cut is another fault.
 */
export class FileStore implements Store {
  constructor(
    private readonly folder: string,
    private readonly steps: StoreSteps,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  async load(key: string): Promise<unknown> {
    try {
      return deserialize(await readFile(this.#fileOf(key))) as unknown;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async save(key: string, value: unknown): Promise<void> {
    const bytes = serialize(value);
    const file = this.#fileOf(key);
    this.steps.saving(key, value);
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
    this.steps.saved(key, value);
  }

  async remove(key: string): Promise<void> {
    await rm(this.#fileOf(key), { force: true });
    this.steps.removed(key);
  }

  #fileOf(key: string): string {
    return path.join(this.folder, encodeURIComponent(key));
  }
}

/** What a folder of a `FileStore` holds whose process is gone. */
export function valuesIn(folder: string): Map<string, unknown> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.new'));
  return new Map(
    names.map((name) => [
      decodeURIComponent(name),
      deserialize(readFileSync(path.join(folder, name))) as unknown,
    ]),
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
