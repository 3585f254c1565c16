import { lasting, type Row } from '../row.js';

export const redisBusy: Row = {
  name: 'F31',
  title: "somebody else's script keeps Redis busy until it is killed",
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const drops = workload.drops;
    await world.redis.command('CONFIG', 'SET', 'busy-reply-threshold', '100');
    // It ends with an error when it is killed.
    const script = world.redis
      .command('EVAL', 'while true do end', 0)
      .catch((error: Error) => error);
    await lasting(200);
    const before = history.of('ok').length;
    workload.burst(2);
    await lasting(random.between(300, 1_500));
    const answered = history.of('ok').length - before;
    const waiting = workload.open;
    await world.redis.command('SCRIPT', 'KILL');
    const ended = await script;
    world.note(`the script ended: ${String(ended)}`);
    bites(answered === 0, `${answered} publishes were acknowledged meanwhile`);
    bites(waiting > 0, `${waiting} publishes waited`);
    await workload.acknowledged(1);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};
