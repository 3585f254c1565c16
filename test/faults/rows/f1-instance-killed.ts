import { caughtUpAfter } from '../caught-up.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting, type Row } from '../row.js';

export const instanceKilled: Row = {
  name: 'F1',
  title: 'an instance is killed under load',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, measure }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const held = new Set(
      workload.readers
        .filter(({ doors }) =>
          doors.some(({ name, links }) => name.endsWith(`-to-${victim.name}`) && links.length > 0),
        )
        .map(({ name }) => name),
    );
    workload.burst(2);
    const underWay = workload.open;
    const killedAt = monotonicNs();
    await world.kill(victim);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(underWay > 0, `${underWay} publishes were under way`);
    await lasting(random.between(500, 2_500));
    return () => {
      for (const ms of caughtUpAfter(history, killedAt, held))
        measure('instance kill to caught up', ms);
    };
  },
};
