import { readLog, topOf } from '../read-log.js';
import { lasting, type Row } from '../row.js';

export const redisRewound: Row = {
  name: 'F24',
  title: 'Redis comes back with an older log, as after an asynchronous failover',
  keepsStore: false,
  async inject({ world, workload, history, random, bites }) {
    const copy = await world.redis.copy();
    const copiedAt = history.of('ok').length;
    await workload.acknowledged(random.between(5, 120));
    const url = world.instance(0).process.url;
    const before = await Promise.all(workload.channels.map((channel) => topOf(url, channel)));
    const acked = history.of('ok').length - copiedAt;
    await world.redis.kill();
    await world.redis.restore(copy);
    await lasting(random.between(50, 800));
    await world.redis.restart();
    world.note(`Redis is back without its last ${acked} messages`);
    bites(acked > 0, `${acked} publishes had been acknowledged since the copy`);
    await workload.acknowledged(40);
    return async () => {
      const logs = await Promise.all(workload.channels.map((channel) => readLog(url, channel)));
      const kept = new Set(
        logs.flatMap(({ channel, entries }) => entries.map(({ id }) => `${channel} ${id}`)),
      );
      const lost = history.of('ok').filter(({ channel, id }) => !kept.has(`${channel} ${id}`));
      bites(
        lost.length > 0,
        `${lost.length} acknowledged messages are gone, of tops ${before.join(', ')}`,
      );
    };
  },
};
