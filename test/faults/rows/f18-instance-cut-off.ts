import { eventually } from '../../support/eventually.js';
import { lasting, type Row } from '../row.js';

export const instanceCutOff: Row = {
  name: 'F18',
  title: 'an instance is cut off from Redis, both ways and without a word',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    workload.burst(2);
    // New connections too: a network that drops packets drops all of them.
    for (const way of ['up', 'down'] as const) victim.redis.set(way, { kind: 'blackhole' });
    const before = history.of('ok').length;
    await eventually(
      `${victim.name} says that it is not ready`,
      async () => (await fetch(`${victim.process.url}/health/ready`)).status === 503,
      { deadlineMs: 10_000 },
    );
    await lasting(random.between(200, 2_500));
    const meanwhile = history.of('ok').length - before;
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(meanwhile > 0, `${meanwhile} publishes were acknowledged meanwhile by others`);
  },
};
