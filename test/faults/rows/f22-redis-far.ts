import { lasting, type Row } from '../row.js';

export const redisFar: Row = {
  name: 'F22',
  title: 'Redis is far: every byte comes 30 to 200 ms late, unevenly',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const drops = workload.drops;
    const ms = random.between(30, 120);
    const victims = random.next() < 0.5 ? [random.pick(world.instances)] : world.instances;
    for (const { redis } of victims) {
      for (const way of ['up', 'down'] as const) {
        redis.set(way, { kind: 'delay', ms, jitterMs: random.between(0, Math.min(ms, 80)) });
      }
    }
    const before = history.facts.length;
    for (let burst = 0; burst < 4; burst += 1) {
      workload.burst(3);
      await lasting(random.between(200, 500));
    }
    const invokedAt = new Map(
      history.of('invoke').map(({ channel, id, at }) => [`${channel} ${id}`, at]),
    );
    const slow = history.facts.slice(before).filter((fact) => {
      if (fact.kind !== 'ok') return false;
      const at = invokedAt.get(`${fact.channel} ${fact.id}`) ?? fact.at;
      return fact.at - at > 2 * ms * 1e6;
    }).length;
    bites(slow > 10, `${slow} publishes took more than ${2 * ms} ms`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};
