import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LISTENING_MS = 10_000;
const AGAIN_MS = 20;

/** Settles when somebody takes connections there. @throws when nobody does in time */
export async function untilListening(port: number): Promise<void> {
  const deadline = performance.now() + LISTENING_MS;
  while (!(await takes(port))) {
    if (performance.now() > deadline) throw new Error(`nobody listens on port ${port}`);
    await delay(AGAIN_MS);
  }
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
