import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { register } from '../support/actors.js';

export interface MutingProxy {
  readonly url: string;
  readonly port: number;
  /** Connections that have subscribed get nothing more from the server, and notice nothing. */
  mute(): void;
}

/** Stands between a client and a Redis, as a network does that forgets one direction of a connection. */
export async function startMutingProxy(port: number): Promise<MutingProxy> {
  const sockets = new Set<Socket>();
  const subscribed = new Set<Socket>();
  const muted = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (/\r\ns?subscribe\r\n/i.test(chunk.toString('latin1'))) subscribed.add(client);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!muted.has(client)) client.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  register({
    name: 'a proxy',
    end: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${ownPort}`,
    port: ownPort,
    mute: () => {
      for (const socket of subscribed) muted.add(socket);
    },
  };
}
