import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';
import { SetupError } from '../setup/run.mjs';

const usualPort = 3000;

/**
 * Chooses a port for each instance: those from the asked one on, or the usual ones, or free ones
 * where nobody asked and a usual one is taken.
 *
 * @throws SetupError when a port that was asked for is taken
 */
export async function choosePorts({ asked, count, host }) {
  if (asked === 0) return freePorts(count);
  const wanted = Array.from({ length: count }, (_, i) => (asked ?? usualPort) + i);
  const taken = [];
  for (const port of wanted) if (!(await isFree(port, host))) taken.push(port);
  if (taken.length === 0) return wanted;
  const sentence = `port ${taken.join(', ')} cannot be listened on, most likely because another program has it`;
  if (asked !== null) throw new SetupError(`${sentence}: choose another with --port`);
  process.stderr.write(`· ${sentence}: taking a free one\n`);
  return freePorts(count);
}

/** Loopback ports that were free a moment ago. */
export async function freePorts(count) {
  // All are held until the last is known, or the same one could come twice.
  const servers = [];
  for (let i = 0; i < count; i++) servers.push(await listen(0, '127.0.0.1'));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map(close));
  return ports;
}

async function isFree(port, host) {
  // A listener on one address of this machine does not show on the others, so both are tried.
  for (const address of new Set([host, '127.0.0.1'])) {
    try {
      await close(await listen(port, address));
    } catch {
      // Taken, out of range, or not ours to use: in each case not free.
      return false;
    }
  }
  return true;
}

async function listen(port, host) {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function close(server) {
  server.close();
  await once(server, 'close');
}
