import { io } from 'socket.io-client';
import { testSecret } from '../../support/carillon-process.js';
import { within } from '../../support/eventually.js';
import { tokenFor } from '../../support/token.js';
import type { Row } from '../row.js';
import type { Instance } from '../world.js';

const NEW_SECRET = 'another-secret-for-tests-of-at-least-32-bytes';

export const secretsRotated: Row = {
  name: 'F49',
  title: 'a new secret is taken up beside the old one by instances that are restarted one by one',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim }) {
    const before = random.pick(world.instances);
    claim(
      (await answerTo(before, NEW_SECRET)) === 'unauthenticated',
      `${before.name} took a token of a secret that it had not been given`,
    );
    for (const instance of world.instances) {
      const clients = world.clientsOf(instance);
      await world.stop(instance);
      await world.restart(instance, { AUTH_JWT_SECRET: `${NEW_SECRET},${testSecret}` });
      bites(clients > 0, `${clients} clients were connected to ${instance.name}`);
      for (const secret of [NEW_SECRET, testSecret]) {
        const answer = await answerTo(instance, secret);
        claim(answer === 'session', `${instance.name} answered a good token with ${answer}`);
      }
    }
    await workload.acknowledged(20);
    const after = random.pick(world.instances);
    await world.stop(after);
    await world.restart(after);
    claim(
      (await answerTo(after, NEW_SECRET)) === 'unauthenticated',
      `${after.name} took a token of a secret that had been taken away`,
    );
    // With what instances have by themselves.
    for (const instance of world.instances) {
      if (instance === after) continue;
      await world.stop(instance);
      await world.restart(instance);
    }
  },
};

/** How an instance answers a token of the secret: `session`, or the code of the refusal. */
async function answerTo({ name, process: { url } }: Instance, secret: string): Promise<string> {
  const token = await tokenFor(secret, { sub: 'stranger' });
  const socket = io(url, {
    ...{ forceNew: true, reconnection: false },
    ...{ transports: ['websocket'], auth: { token } },
  });
  const answer = new Promise<string>((resolve) => {
    socket.once('session', () => resolve('session'));
    socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
      resolve(error.data?.code ?? error.message),
    );
  });
  try {
    return await within(`${name} answers a token`, 10_000, answer);
  } finally {
    socket.disconnect();
  }
}
