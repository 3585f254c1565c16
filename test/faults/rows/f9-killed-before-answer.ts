import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting, type Row } from '../row.js';

export const killedBeforeAnswer: Row = {
  name: 'F9',
  title: 'an instance dies between the append and its answer',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victim = random.pick(world.instances);
    // The append reaches the store, its answer does not reach the instance.
    victim.redis.set('down', { kind: 'swallow' }, ({ isSubscriber }) => !isSubscriber);
    workload.burst(4);
    await lasting(random.between(100, 400));
    const killedAt = monotonicNs();
    await world.kill(victim);
    await lasting(random.between(0, 1_000));
    return () => {
      const invokedAt = new Map(
        history.of('invoke').map(({ channel, id, at }) => [`${channel} ${id}`, at]),
      );
      const repeated = history
        .of('ok')
        .filter(
          ({ channel, id, duplicate, at }) =>
            duplicate && at > killedAt && (invokedAt.get(`${channel} ${id}`) ?? at) < killedAt,
        );
      bites(repeated.length > 0, `${repeated.length} publishes had been stored without an answer`);
    };
  },
};
