import path from 'node:path';
import process from 'node:process';
import { findRedis } from '../setup/find-redis.mjs';
import { SetupError } from '../setup/run.mjs';
import { freePorts } from './ports.mjs';

const warden = path.join(import.meta.dirname, 'redis-warden.mjs');

/**
 * Starts a Redis for this run alone: loopback, a free port, nothing kept. It never touches one
 * that is running already.
 *
 * @returns its URL
 * @throws SetupError when there is none to start
 */
export async function startPrivateRedis(children) {
  const found = await findRedis();
  if (found.missing !== undefined) {
    throw new SetupError(`a cluster needs Redis. ${found.missing}; or set REDIS_URL.`);
  }
  const [port] = await freePorts(1);
  const lines = [];
  const isReady = new Promise((resolve) => {
    const args = ['--port', String(port), '--bind', '127.0.0.1'];
    const redis = children.start(
      'redis',
      process.execPath,
      [warden, found.path, ...args, '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      {
        output: (line) => {
          lines.push(line);
          if (line.includes('Ready to accept connections')) resolve(true);
        },
      },
    );
    void redis.exited.then(() => resolve(false));
  });
  if (!(await isReady)) throw new SetupError(`Redis ended at once:\n${lines.join('\n')}`);
  return `redis://127.0.0.1:${port}`;
}
