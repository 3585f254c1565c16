import { testSecret } from '../../support/carillon-process.js';
import { tokenFor } from '../../support/token.js';
import type { Row } from '../row.js';
import { answerTo } from '../stranger.js';
import type { Instance } from '../world.js';

const NEW_SECRET = 'another-secret-for-tests-of-at-least-32-bytes';

export const secretsRotated: Row = {
  name: 'F49',
  title: 'a new secret is taken up beside the old one by instances that are restarted one by one',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim }) {
    const before = random.pick(world.instances);
    claim(
      (await answerBy(before, NEW_SECRET)) === 'unauthenticated',
      `${before.name} took a token of a secret that it had not been given`,
    );
    for (const instance of world.instances) {
      const clients = world.clientsOf(instance);
      await world.stop(instance);
      await world.restart(instance, { AUTH_JWT_SECRET: `${NEW_SECRET},${testSecret}` });
      bites(clients > 0, `${clients} clients were connected to ${instance.name}`);
      for (const secret of [NEW_SECRET, testSecret]) {
        const answer = await answerBy(instance, secret);
        claim(answer === 'session', `${instance.name} answered a good token with ${answer}`);
      }
    }
    await workload.acknowledged(20);
    const after = random.pick(world.instances);
    await world.stop(after);
    await world.restart(after);
    claim(
      (await answerBy(after, NEW_SECRET)) === 'unauthenticated',
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

function answerBy(instance: Instance, secret: string): Promise<string> {
  return tokenFor(secret, { sub: 'stranger' }).then((token) => answerTo(instance, token));
}
