import { readLog } from '../read-log.js';
import { lasting, type Row } from '../row.js';

export const logCutOff: Row = {
  name: 'F30',
  title: 'Redis is killed and the end of its file is gone, as after a power cut',
  keepsStore: false,
  async inject({ world, workload, history, random, bites }) {
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
    return async () => {
      const url = world.instance(0).process.url;
      const logs = await Promise.all(workload.channels.map((channel) => readLog(url, channel)));
      const kept = new Set(
        logs.flatMap(({ channel, entries }) => entries.map(({ id }) => `${channel} ${id}`)),
      );
      const lost = history.of('ok').filter(({ channel, id }) => !kept.has(`${channel} ${id}`));
      bites(lost.length > 0, `${lost.length} acknowledged messages are gone`);
    };
  },
};
