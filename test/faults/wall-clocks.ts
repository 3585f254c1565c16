import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { register } from '../support/actors.js';
import { findOnPath } from '../support/find-on-path.js';

/** The C compiler that the shim for wall clocks is built with, or null: then clocks cannot jump. */
export const compilerPath = findOnPath(['cc', 'gcc', 'clang']);

/**
 * Wall clocks of single processes, each of which can be set apart from the machine's: a preloaded
 * library adds what a file says. The monotonic clock and the machine's own clock are left alone.
 */
export class WallClocks {
  private constructor(
    private readonly folder: string,
    private readonly library: string,
  ) {}

  /** Builds the library; null where there is no C compiler. */
  static async build(): Promise<WallClocks | null> {
    if (compilerPath === null) return null;
    const folder = await mkdtemp(path.join(tmpdir(), 'carillon-clocks-'));
    register({ name: 'wall clocks', end: () => rm(folder, { recursive: true, force: true }) });
    const library = path.join(folder, 'wall-clock.so');
    const source = path.join(import.meta.dirname, 'preload/wall-clock.c');
    await promisify(execFile)(compilerPath, ['-shared', '-fPIC', '-O2', '-o', library, source]);
    return new WallClocks(folder, library);
  }

  /** What a process needs in its environment to have a clock of this name, which runs right at first. */
  async environment(name: string): Promise<Readonly<Record<string, string>>> {
    await this.set(name, 0);
    return { LD_PRELOAD: this.library, WALL_CLOCK_OFFSET_FILE: this.#file(name) };
  }

  /** From now on this clock is so many milliseconds ahead of the machine's; less than 0: behind. */
  async set(name: string, aheadMs: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(aheadMs) * 1_000_000n);
    // In place: the processes have mapped the file.
    await writeFile(this.#file(name), bytes, { flag: 'r+' }).catch(() =>
      writeFile(this.#file(name), bytes),
    );
  }

  #file(name: string): string {
    return path.join(this.folder, name);
  }
}
