import { lasting, type Row } from '../row.js';

const PAUSE_MS = 2_000;

export const redisPaused: Row = {
  name: 'F15',
  title: 'Redis stands still for 2 s',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const drops = workload.drops;
    const isStopped = random.next() < 0.5;
    if (isStopped) world.redis.signal('SIGSTOP');
    else await world.redis.command('CLIENT', 'PAUSE', PAUSE_MS, 'ALL');
    world.note(isStopped ? 'SIGSTOP Redis' : 'CLIENT PAUSE');
    // What was on its way is answered by then.
    await lasting(200);
    const before = history.of('ok').length;
    await lasting(PAUSE_MS - 400);
    const answered = history.of('ok').length - before;
    const waiting = workload.open;
    if (isStopped) world.redis.signal('SIGCONT');
    bites(answered === 0, `${answered} publishes were acknowledged meanwhile`);
    bites(waiting > 0, `${waiting} publishes waited`);
    await workload.acknowledged(waiting);
    claim(workload.drops === drops, `${workload.drops - drops} sockets were dropped meanwhile`);
  },
};
