import { lasting, type Row } from '../row.js';

export const slowDisk: Row = {
  name: 'F29',
  title: 'the disk of Redis is slow, so that answers come late or too late',
  keepsStore: true,
  needs: 'a C compiler',
  async inject({ world, workload, history, random, bites, claim }) {
    const drops = workload.drops;
    await world.redis.syncs('always');
    // Some within the time that a call is given, some beyond it.
    const ms = random.between(150, 1_400);
    await world.redis.slowDisk(ms);
    world.note(`each fsync takes ${ms} ms more`);
    const { syncs } = await world.redis.diskFacts();
    const before = history.facts.length;
    workload.burst(2);
    await lasting(random.between(3_000, 4_500));
    await world.redis.slowDisk(0);
    world.note('the disk is itself again');
    const slowed = (await world.redis.diskFacts()).syncs - syncs;
    await workload.acknowledged(20);
    const invokedAt = new Map(
      history.of('invoke').map(({ channel, id, at }) => [`${channel} ${id}`, at]),
    );
    const late = history.facts.slice(before).filter((fact) => {
      if (fact.kind !== 'ok') return false;
      return fact.at - (invokedAt.get(`${fact.channel} ${fact.id}`) ?? fact.at) > ms * 1e6;
    }).length;
    bites(slowed > 1, `${slowed} times the disk took ${ms} ms more`);
    bites(late > 10, `${late} publishes were acknowledged after more than that`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};
