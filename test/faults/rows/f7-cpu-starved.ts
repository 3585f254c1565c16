import { lasting, type Row } from '../row.js';

/** A fifth of a processor, as a quota grants it: in slices. */
const GRANTED_MS = 20;
const WITHHELD_MS = 80;

export const cpuStarved: Row = {
  name: 'F7',
  title: 'an instance gets a fifth of a processor for some seconds',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const drops = workload.drops;
    const before = history.of('ok').length;
    const slices = random.between(25, 45);
    world.note(`${victim.name} is starved for ${slices} slices of ${WITHHELD_MS} ms`);
    for (let slice = 0; slice < slices; slice += 1) {
      victim.process.kill('SIGSTOP');
      if (slice % 10 === 0) workload.burst(1);
      await lasting(WITHHELD_MS);
      victim.process.kill('SIGCONT');
      await lasting(GRANTED_MS);
    }
    world.note(`${victim.name} has its processor again`);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(history.of('ok').length > before, 'publishes went on');
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
    await workload.acknowledged(1);
  },
};
