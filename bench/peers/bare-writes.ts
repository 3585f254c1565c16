import { startProgram } from './node-program.js';
import type { Peer } from './peer.js';

/** The floor of a server that writes each message to each socket by itself. */
export const bareWrites: Peer = {
  name: 'bare-writes',
  title: 'ready frames on bare sockets, one write each, no broker',
  missing: () => null,

  async start(options) {
    const instance = await startProgram('bare-writes', 'bare-writes/main.js', options, {});
    return {
      name: 'bare-writes',
      dialect: { name: 'room' },
      instances: [instance],
      redisPid: null,
      check: () => instance.child.check(),
      stop: () => instance.child.stop(),
    };
  },
};
