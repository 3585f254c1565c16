import path from 'node:path';
import process from 'node:process';
import { Child } from '../processes/child.js';
import { nodeOptions } from './node-options.js';
import type { Peer } from './peer.js';

/** The floor of a server that writes each message to each socket by itself. */
export const bareWrites: Peer = {
  name: 'bare-writes',
  title: 'ready frames on bare sockets, one write each, no broker',

  async start({ profiles }) {
    const program = path.join(import.meta.dirname, 'bare-writes/main.js');
    const args = [...nodeOptions('bare-writes', profiles), program];
    const child = new Child('bare-writes', 'measured', process.execPath, args, {
      NODE_ENV: 'production',
    });
    const port = Number(await child.announced(/listening on (\d+)/));
    return {
      name: 'bare-writes',
      port,
      dialect: { name: 'room' },
      pid: child.pid,
      redisPid: null,
      check: () => child.check(),
      stop: () => child.stop(),
    };
  },
};
