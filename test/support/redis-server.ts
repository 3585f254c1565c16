import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { register } from './actors.js';
import { Child } from './child-process.js';
import { freePort } from './free-port.js';
import { redisServerPath } from './requires.js';

/** A Redis of the test's own: loopback, no persistence, its folder removed with it. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it and removes its folder; again, it does nothing. */
  stop(): Promise<void>;
  /** SIGKILL is a crash, SIGSTOP a stall that SIGCONT ends. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a Redis that is ended after the last test of the file.
 *
 * @param options.port a port to come back on after a crash; otherwise a free one
 * @param options.args more command-line arguments; the last one of a name wins
 * @param options.env beside what this process has
 */
export async function startRedis(
  options: { port?: number; args?: string[]; env?: Readonly<Record<string, string>> } = {},
): Promise<RedisServer> {
  if (redisServerPath === null) throw new Error('redis-server is not installed');
  const folder = await mkdtemp(path.join(tmpdir(), 'carillon-redis-'));
  // Somebody else may take the free port first; a port that was asked for has no second choice.
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    const quiet = ['--save', '', '--appendonly', 'no', '--daemonize', 'no'];
    const child = new Child(
      `redis-server on ${port}`,
      redisServerPath,
      [...args, ...quiet, ...(options.args ?? [])],
      { cwd: folder, env: { ...process.env, ...options.env } },
    );
    const stop = async () => {
      await child.stop(5_000);
      await rm(folder, { recursive: true, force: true });
    };
    register({ name: child.name, end: stop });
    const ready = await child.line('accepts connections', 10_000, (line) =>
      line.includes('Ready to accept connections') ? true : null,
    );
    if (ready !== null) {
      const url = `redis://127.0.0.1:${port}`;
      return { url, port, pid: child.pid, stop, kill: (signal) => child.kill(signal) };
    }
    if (options.port !== undefined || attempt === 5) {
      throw new Error(`${child.name} ended at once:\n${child.lines.join('\n')}`);
    }
  }
}
