import { Redis } from 'ioredis';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { redisServerPath } from '../support/requires.js';
import { Disk, type DiskFacts } from './disk.js';

/** Where a Redis lives. */
interface Surroundings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null without a C compiler. */
  readonly disk: Disk | null;
}

/**
 * A Redis that keeps its data over crashes, always on the same port.
 *
 * `appendfsync no`: each write is handed to the kernel before it is answered, so a killed process
 * loses nothing that it had acknowledged. `everysec` may postpone that write for two seconds while
 * the disk is slow; rows about the disk ask for it.
 */
export class RedisNode {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #disk: Disk | null;
  #server: RedisServer;
  #isUp = true;

  private constructor(
    readonly port: number,
    { folder, env, disk }: Surroundings,
    server: RedisServer,
  ) {
    this.#folder = folder;
    this.#env = env;
    this.#disk = disk;
    this.#server = server;
  }

  /** @param more of an environment for the server, at every start */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<RedisNode> {
    const disk = await Disk.build();
    const env: Record<string, string> = { ...more, ...disk?.environment };
    const libraries = [more['LD_PRELOAD'], disk?.environment['LD_PRELOAD']];
    if (disk !== null) env['LD_PRELOAD'] = libraries.filter((it) => it !== undefined).join(' ');
    const folder = await mkdtemp(path.join(tmpdir(), 'carillon-faults-'));
    register({ name: 'Redis data', end: () => rm(folder, { recursive: true, force: true }) });
    const port = await freePort();
    return new RedisNode(port, { folder, env, disk }, await launch(port, folder, env));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server.kill(signal);
  }

  /** Becomes a replica of another one; resolves when it has what that one has. */
  async follow(primary: RedisNode): Promise<void> {
    await primary.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
    await this.command('REPLICAOF', '127.0.0.1', primary.port);
    await eventually('the replica has caught up', async () => {
      return String(await this.command('INFO', 'replication')).includes('master_link_status:up');
    });
  }

  /** SIGKILL, and waits for its end. */
  async kill(): Promise<void> {
    this.#isUp = false;
    this.#server.kill('SIGKILL');
    await this.#server.stop();
  }

  /** When it brings its log to the disk, from now on; `no` leaves that to the kernel. */
  async syncs(when: 'always' | 'everysec' | 'no'): Promise<void> {
    await this.command('CONFIG', 'SET', 'appendfsync', when);
    if (when === 'no') return;
    const { syncs } = await this.diskFacts();
    await eventually('the log is brought to the disk', async () => {
      return (await this.diskFacts()).syncs > syncs;
    });
  }

  /** From now on the disk takes so much longer for each fsync. */
  async slowDisk(ms: number): Promise<void> {
    await this.#disk?.slowDown(ms);
  }

  async diskFacts(): Promise<DiskFacts> {
    if (this.#disk === null) throw new Error('without a C compiler nothing is known of the disk');
    return this.#disk.facts();
  }

  /** SIGKILL, and what was not brought to the disk is gone; resolves with how many bytes that was. */
  async cutPower(): Promise<number> {
    await this.kill();
    const { safeBytes } = await this.diskFacts();
    const file = await this.#log();
    const { size } = await stat(file);
    await truncate(file, Math.min(size, safeBytes));
    return size - Math.min(size, safeBytes);
  }

  /** Comes back with what it had; resolves when it answers. */
  async restart(): Promise<void> {
    this.#server = await launch(this.port, this.#folder, this.#env);
    this.#isUp = true;
    await eventually('Redis answers', async () => (await this.command('PING')) === 'PONG');
  }

  /** Ends it for good; nothing that it had matters any more. */
  async end(): Promise<void> {
    this.#isUp = false;
    await this.#server.stop();
  }

  /** From now on it refuses writes, as when its disk is full: a save that was due has failed. */
  async breakSaving(): Promise<void> {
    // Nothing can be renamed over a folder that holds something.
    await mkdir(path.join(this.#folder, 'live/dump.rdb/taken'), { recursive: true });
    await this.command('CONFIG', 'SET', 'save', '3600 1');
    await this.command('BGSAVE');
    await eventually('the save has failed', async () => {
      return String(await this.command('INFO', 'persistence')).includes('last_bgsave_status:err');
    });
  }

  async mendSaving(): Promise<void> {
    await this.slowDisk(0);
    await this.command('CONFIG', 'SET', 'appendfsync', 'no');
    await this.command('CONFIG', 'SET', 'save', '');
    await rm(path.join(this.#folder, 'live/dump.rdb'), { recursive: true, force: true });
  }

  /** A copy of its data as it is now, for `restore`. */
  async copy(): Promise<string> {
    const copy = path.join(this.#folder, 'copy');
    await rm(copy, { recursive: true, force: true });
    await cp(path.join(this.#folder, 'live'), copy, { recursive: true });
    return copy;
  }

  /** Puts the copy in place of what a Redis that is down had; without one, nothing. */
  async restore(copy: string | null): Promise<void> {
    const live = path.join(this.#folder, 'live');
    await rm(live, { recursive: true, force: true });
    if (copy !== null) await cp(copy, live, { recursive: true });
  }

  /** Takes the last bytes from the file of a Redis that is down; resolves with the bytes that are left. */
  async cutOff(bytes: number): Promise<number> {
    const file = await this.#log();
    const left = Math.max(0, (await stat(file)).size - bytes);
    await truncate(file, left);
    return left;
  }

  /**
   * Begins a new file, and keeps what it has in another. A file of which an end was cut off within a transaction
   * has the beginning of it for good: Redis reads on, but a repair later on takes everything from there.
   */
  async beginLog(): Promise<void> {
    await this.command('BGREWRITEAOF');
    await eventually('Redis writes to a new file', async () => {
      const isWaiting = await this.info('persistence', 'aof_rewrite_scheduled');
      return isWaiting + (await this.info('persistence', 'aof_rewrite_in_progress')) === 0;
    });
  }

  /** How long the file is that it writes to. */
  async logBytes(): Promise<number> {
    return (await stat(await this.#log())).size;
  }

  /**
   * Flips a bit in the file of a Redis that is down, in the first command behind a place: in what Redis
   * reads as a command, as it has no checksum for the rest. Resolves with where.
   */
  async flipBit(from: number): Promise<number> {
    const file = await this.#log();
    const bytes = await readFile(file);
    const at = bytes.indexOf('\r\n*', from, 'latin1') + 2;
    if (at < 2) throw new Error('no command is behind that place');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(file, bytes);
    return at;
  }

  /** Does to its file what the runbook says; resolves with the bytes that are left. */
  async repairLog(): Promise<number> {
    const folder = path.join(this.#folder, 'live/appendonlydir');
    const manifest = (await readdir(folder)).find((name) => name.endsWith('.manifest'));
    if (redisServerPath === null || manifest === undefined) throw new Error('nothing to repair');
    // The server is the checker, too, where it goes by that name.
    const check = spawn(redisServerPath, ['--fix', path.join(folder, manifest)], {
      argv0: 'redis-check-aof',
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    check.stdin.end('y\n');
    const [code] = (await once(check, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`redis-check-aof ended with ${code}`);
    return this.logBytes();
  }

  /** Runs a command on a connection of its own, as an administrator beside the cluster. */
  async command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis({
      port: this.port,
      host: '127.0.0.1',
      lazyConnect: true,
      // A Redis that is busy with a script answers little, but it answers.
      enableReadyCheck: false,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** The file that it writes to. */
  async #log(): Promise<string> {
    const folder = path.join(this.#folder, 'live/appendonlydir');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
    // Numbered, and the tenth is not before the second.
    const last = names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
    if (last === undefined) throw new Error('Redis has no file that could be cut');
    return path.join(folder, last);
  }

  /** One number of `INFO`. */
  async info(section: string, field: string): Promise<number> {
    const text = String(await this.command('INFO', section));
    const value = new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`INFO ${section} has no ${field}`);
    return Number(value);
  }
}

async function launch(
  port: number,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<RedisServer> {
  const live = path.join(folder, 'live');
  await mkdir(live, { recursive: true });
  const persistence = ['--dir', live, '--appendonly', 'yes', '--appendfsync', 'no'];
  const copying = ['--auto-aof-rewrite-percentage', '0', '--maxmemory-policy', 'noeviction'];
  return startRedis({ port, env, args: [...persistence, ...copying] });
}
