import { lasting, type Row } from '../row.js';

export const diskFull: Row = {
  name: 'F28',
  title: 'Redis cannot save and refuses writes, while it still reads and announces',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const drops = workload.drops;
    await world.redis.breakSaving();
    world.note('MISCONF');
    await lasting(100);
    const before = history.of('ok').length;
    workload.burst(2);
    await lasting(random.between(300, 1_500));
    const stored = history.of('ok').length - before;
    const waiting = workload.open;
    await world.redis.mendSaving();
    world.note('Redis can save again');
    bites(stored === 0, `${stored} publishes were acknowledged meanwhile`);
    bites(waiting > 0, `${waiting} publishes waited`);
    await workload.acknowledged(1);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};
