import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { register } from '../support/actors.js';
import { compilerPath } from './wall-clocks.js';

/** What a disk has done so far. */
export interface DiskFacts {
  /** How often the log was brought to it. */
  readonly syncs: number;
  /** So many bytes of the log outlive a power cut. */
  readonly safeBytes: number;
}

const NUMBERS = 3;
const NUMBER_BYTES = 8;

/**
 * The disk of one Redis: a preloaded library makes it slow, and notes what was brought to it, because the
 * kernel keeps for a killed process what a power cut would take.
 */
export class Disk {
  private constructor(
    private readonly folder: string,
    private readonly library: string,
  ) {}

  /** Builds the library; null where there is no C compiler. */
  static async build(): Promise<Disk | null> {
    if (compilerPath === null) return null;
    const folder = await mkdtemp(path.join(tmpdir(), 'carillon-disk-'));
    register({ name: 'a disk', end: () => rm(folder, { recursive: true, force: true }) });
    const disk = new Disk(folder, path.join(folder, 'disk.so'));
    const source = path.join(import.meta.dirname, 'preload/disk.c');
    const options = ['-shared', '-fPIC', '-O2', '-o', disk.library, source];
    await promisify(execFile)(compilerPath, options);
    await writeFile(disk.#file, Buffer.alloc(NUMBERS * NUMBER_BYTES));
    return disk;
  }

  /** What a Redis needs in its environment to have this disk. */
  get environment(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.library, DISK_FILE: this.#file };
  }

  /** From now on each fsync takes so many milliseconds more. */
  async slowDown(ms: number): Promise<void> {
    const bytes = Buffer.alloc(NUMBER_BYTES);
    bytes.writeBigInt64LE(BigInt(ms) * 1_000_000n);
    const file = await open(this.#file, 'r+');
    await file.write(bytes, 0, NUMBER_BYTES, 0);
    await file.close();
  }

  async facts(): Promise<DiskFacts> {
    const bytes = Buffer.alloc(NUMBERS * NUMBER_BYTES);
    const file = await open(this.#file);
    await file.read(bytes, 0, bytes.length, 0);
    await file.close();
    const number = (place: number) => Number(bytes.readBigInt64LE(place * NUMBER_BYTES));
    return { syncs: number(1), safeBytes: number(2) };
  }

  get #file(): string {
    return path.join(this.folder, 'disk');
  }
}
