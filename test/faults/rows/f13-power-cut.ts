import { readLog } from '../read-log.js';
import { lasting, type Row, type Scene } from '../row.js';

export const powerCut: Row = {
  name: 'F13',
  title: 'the power of Redis is cut: what its disk had not got is gone',
  keepsStore: false,
  needs: 'a C compiler',
  async inject(scene) {
    const { world, workload, history, random, bites, claim } = scene;
    await world.redis.syncs('everysec');
    await workload.acknowledged(random.between(20, 200));
    const bytes = await cut(scene);
    await workload.acknowledged(40);
    bites(bytes > 0, `${bytes} bytes of the log had not been brought to the disk`);
    return async () => {
      const url = world.instance(0).process.url;
      const logs = await Promise.all(workload.channels.map((channel) => readLog(url, channel)));
      const kept = new Set(
        logs.flatMap(({ channel, entries }) => entries.map(({ id }) => `${channel} ${id}`)),
      );
      const lost = history.of('ok').filter(({ channel, id }) => !kept.has(`${channel} ${id}`));
      const spanMs = ((lost.at(-1)?.at ?? 0) - (lost[0]?.at ?? 0)) / 1e6;
      bites(lost.length > 0, `${lost.length} acknowledged messages are gone`);
      // What Redis says of itself: a second, and as long again while the disk is slow.
      claim(spanMs < 2_500, `acknowledged messages of ${spanMs.toFixed(0)} ms are gone`);
    };
  },
};

export const powerCutWhileSyncing: Row = {
  name: 'F13b',
  title: 'the power of Redis is cut, and its disk had all that was answered',
  keepsStore: true,
  needs: 'a C compiler',
  async inject(scene) {
    const { world, workload, random, bites } = scene;
    await world.redis.syncs('always');
    const { syncs } = await world.redis.diskFacts();
    // A moment in which something is written and not yet brought to the disk.
    await world.redis.slowDisk(random.between(1, 20));
    await workload.acknowledged(random.between(10, 60));
    workload.burst(3);
    await lasting(random.between(2, 30));
    const underWay = workload.open;
    await cut(scene);
    const { syncs: after } = await world.redis.diskFacts();
    bites(after - syncs > 10, `${after - syncs} times the log was brought to the disk`);
    bites(underWay > 0, `${underWay} publishes were under way`);
    await workload.acknowledged(1);
  },
};

/** Resolves with how many bytes were lost, when Redis is back. */
async function cut({ world, random }: Scene): Promise<number> {
  const bytes = await world.redis.cutPower();
  world.note(`the power is cut, and ${bytes} bytes of the log are gone`);
  await world.redis.slowDisk(0);
  await lasting(random.between(50, 800));
  await world.redis.restart();
  world.note('Redis is back');
  return bytes;
}
