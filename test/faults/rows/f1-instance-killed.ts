import { caughtUpAfter } from '../caught-up.js';
import { monotonicNs } from '../history.js';
import { lasting, type Row } from '../row.js';

export const instanceKilled: Row = {
  name: 'F1',
  title: 'an instance is killed under load',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, measure }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    workload.burst(2);
    const underWay = workload.open;
    const killedAt = monotonicNs();
    await world.kill(victim);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(underWay > 0, `${underWay} publishes were under way`);
    await lasting(random.between(500, 2_500));
    return () => {
      for (const ms of caughtUpAfter(history, killedAt)) measure('instance kill to caught up', ms);
    };
  },
};
