import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting, type Row } from '../row.js';

export const redisKilled: Row = {
  name: 'F12',
  title: 'Redis is killed and comes back with its log',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim, measure }) {
    workload.burst(2);
    const underWay = workload.open;
    const drops = workload.drops;
    await world.redis.kill();
    world.note('Redis killed');
    await lasting(random.between(300, 1_500));
    await world.redis.restart();
    const backAt = monotonicNs();
    world.note('Redis answers');
    bites(underWay > 0, `${underWay} publishes were under way`);
    await workload.acknowledged(1);
    const first = history.of('ok').find(({ at }) => at > backAt);
    if (first !== undefined) measure('Redis back to publish accepted', (first.at - backAt) / 1e6);
    claim(workload.drops === drops, `${workload.drops - drops} sockets were dropped meanwhile`);
  },
};
