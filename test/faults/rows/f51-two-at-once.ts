import { seededRandom } from '../../../client/cli/src/verify/seeded-random.js';
import { lasting, type Row, type Scene } from '../row.js';
import { busCut } from './f16-bus-cut.js';
import { clientsReset } from './f20-clients-reset.js';
import { commandsCut } from './f17-commands-cut.js';
import { instanceKilled } from './f1-instance-killed.js';
import { redisFar } from './f22-redis-far.js';
import { redisKilled } from './f12-redis-killed.js';
import { repliesLost } from './f19-replies-lost.js';
import { scriptsFlushed } from './f32-scripts-flushed.js';

/** Those on the side of clients and instances, and those on the side of the store. */
const NEAR: readonly Row[] = [instanceKilled, clientsReset, repliesLost];
const FAR: readonly Row[] = [busCut, commandsCut, redisKilled, scriptsFlushed, redisFar];

export const twoAtOnce: Row = {
  name: 'F51',
  title: 'two faults at once, one among the instances and one at the store',
  keepsStore: true,
  async inject(scene) {
    const { random, world, bites } = scene;
    const [near, far] = [random.pick(NEAR), random.pick(FAR)];
    world.note(`${near.name} and ${far.name}`);
    const hits: string[] = [];
    // Each has its own chance, so that the order in which they ask for it does not matter. What one
    // claims of itself alone, that no socket is dropped say, the other may break.
    const part = (): Scene => ({
      ...scene,
      random: seededRandom(random.between(1, 2 ** 31)),
      bites: (hit, because) => {
        if (hit) hits.push(because);
      },
      claim: () => undefined,
      measure: () => undefined,
    });
    const [first, second] = [part(), part()];
    const lateness = random.between(0, 400);
    const [look] = await Promise.all([
      near.inject(first),
      lasting(lateness).then(() => far.inject(second)),
    ]);
    return async () => {
      await look?.();
      bites(hits.length > 1, `${near.name} and ${far.name}: ${hits.join('; ')}`);
    };
  },
};
