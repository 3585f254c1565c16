import { lasting, type Row } from '../row.js';

export const instancePaused: Row = {
  name: 'F3',
  title: 'an instance is stopped for 3 s and goes on',
  keepsStore: true,
  async inject({ world, workload, random, bites, history }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const before = history.of('ok').length;
    world.note(`SIGSTOP ${victim.name}`);
    victim.process.kill('SIGSTOP');
    await lasting(3_000);
    const missed = history.of('ok').length - before;
    victim.process.kill('SIGCONT');
    world.note(`SIGCONT ${victim.name}`);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(missed > 0, `${missed} publishes were acknowledged meanwhile by others`);
    await workload.acknowledged(1);
  },
};
