import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { atExit } from './at-exit.js';
import { Child, type Core } from './child.js';
import { findOnPath } from './find-on-path.js';
import { freePort } from './free-port.js';

/** A Redis of one server's own: loopback, nothing kept. */
export interface PrivateRedis {
  readonly url: string;
  readonly child: Child;
  stop(): Promise<void>;
}

export async function startRedis(core: Core): Promise<PrivateRedis> {
  const program = process.env['REDIS_SERVER'] ?? findOnPath('redis-server');
  if (program === null)
    throw new Error('There is no redis-server: install it, or set REDIS_SERVER.');
  const folder = mkdtempSync(path.join(tmpdir(), 'carillon-bench-'));
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const child = new Child('redis-server', core, program, [
    ...place,
    ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  ]);
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  const removed = atExit(removeFolder);
  await child.announced(/Ready to accept connections/);
  return {
    url: `redis://127.0.0.1:${port}`,
    child,
    stop: async () => {
      await child.stop();
      removed();
      removeFolder();
    },
  };
}
