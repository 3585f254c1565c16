import { lasting, type Row } from '../row.js';

export const repliesLost: Row = {
  name: 'F19',
  title: 'only the answers of Redis are lost',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victims = random.next() < 0.5 ? [random.pick(world.instances)] : world.instances;
    const before = history.of('ok').length;
    for (const { redis } of victims) {
      redis.set('down', { kind: 'swallow' }, ({ isSubscriber }) => !isSubscriber);
    }
    workload.burst(3);
    await lasting(random.between(800, 2_000));
    for (const { redis } of victims) redis.heal();
    return () => {
      const repeated = history
        .of('ok')
        .slice(before)
        .filter(({ duplicate }) => duplicate);
      bites(repeated.length > 0, `${repeated.length} publishes had been stored without an answer`);
    };
  },
};
