import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting, type Row } from '../row.js';

export const killedBeforeAppend: Row = {
  name: 'F10',
  title: 'an instance dies with publishes that never reached the store',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victim = random.pick(world.instances);
    // What it sends to the store is gone, though nobody tells it so.
    victim.redis.set('up', { kind: 'swallow' }, ({ isSubscriber }) => !isSubscriber);
    workload.burst(4);
    await lasting(random.between(100, 400));
    const killedAt = monotonicNs();
    const swallowed = victim.redis.links.reduce((sum, link) => sum + link.swallowed, 0);
    await world.kill(victim);
    await lasting(random.between(0, 1_000));
    bites(swallowed > 0, `${swallowed} bytes of commands never reached the store`);
    return () => {
      const invokedAt = new Map(
        history.of('invoke').map(({ channel, id, at }) => [`${channel} ${id}`, at]),
      );
      const late = history
        .of('ok')
        .filter(
          ({ channel, id, duplicate, at }) =>
            !duplicate && at > killedAt && (invokedAt.get(`${channel} ${id}`) ?? at) < killedAt,
        );
      bites(late.length > 0, `${late.length} publishes were stored by their retry`);
    };
  },
};
