import { readLog } from '../read-log.js';
import { lasting, type Row, type Scene } from '../row.js';

export const logCutOff: Row = {
  name: 'F30',
  title: 'Redis is killed and the end of its file is gone, as after a power cut',
  keepsStore: false,
  async inject(scene) {
    const { world, workload, random } = scene;
    await workload.acknowledged(random.between(20, 80));
    const bytes = random.between(500, 40_000);
    await world.redis.kill();
    const left = await world.redis.cutOff(bytes);
    await lasting(random.between(50, 800));
    await world.redis.restart();
    world.note(
      `Redis is back without the last ${bytes} bytes of its file, of which ${left} are left`,
    );
    await workload.acknowledged(40);
    return () => lookForLoss(scene);
  },
};

export const logDamaged: Row = {
  name: 'F30b',
  title: 'a bit of the file of Redis has flipped: it does not start, and the file is repaired',
  keepsStore: false,
  async inject(scene) {
    const { world, workload, random, bites, claim } = scene;
    // What earlier injections wrote is none of this one, and its readers know nothing of it.
    await world.redis.beginLog();
    const before = await world.redis.logBytes();
    await workload.acknowledged(random.between(80, 200));
    await world.redis.kill();
    const after = await world.redis.logBytes();
    // In what was written under this load, and not in its last part, which F30 takes.
    const at = await world.redis.flipBit(
      Math.trunc(before + (after - before) * (0.2 + 0.6 * random.next())),
    );
    const said = await world.redis.restart().then(
      () => null,
      (error: Error) => error.message,
    );
    bites(said !== null && said.includes('Bad file format'), 'Redis finds the damage');
    claim(said !== null, `Redis has started though byte ${at} of its file is wrong`);
    if (said === null) return;
    const left = await world.redis.repairLog();
    claim(left <= at, `of the file ${left} bytes are left, though byte ${at} was wrong`);
    await lasting(random.between(50, 800));
    await world.redis.restart();
    world.note(`Redis is back with ${left} of ${after} bytes of its file`);
    await workload.acknowledged(40);
    return () => lookForLoss(scene);
  },
};

async function lookForLoss({ world, workload, history, bites }: Scene): Promise<void> {
  const url = world.instance(0).process.url;
  const logs = await Promise.all(workload.channels.map((channel) => readLog(url, channel)));
  const kept = new Set(
    logs.flatMap(({ channel, entries }) => entries.map(({ id }) => `${channel} ${id}`)),
  );
  const lost = history.of('ok').filter(({ channel, id }) => !kept.has(`${channel} ${id}`));
  bites(lost.length > 0, `${lost.length} acknowledged messages are gone`);
}
