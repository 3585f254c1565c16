import { freePort } from '../../support/free-port.js';
import { lasting, type Row } from '../row.js';

export const redisDemoted: Row = {
  name: 'F26',
  title: 'Redis becomes a replica, which refuses writes, and is promoted again',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    workload.burst(2);
    // Of a primary that is not there, so that it keeps what it has.
    await world.redis.command('REPLICAOF', '127.0.0.1', await freePort());
    world.note('Redis is a replica');
    await lasting(200);
    const before = history.of('ok').length;
    workload.burst(2);
    await lasting(random.between(300, 2_000));
    const stored = history.of('ok').length - before;
    const waiting = workload.open;
    await world.redis.command('REPLICAOF', 'NO', 'ONE');
    world.note('Redis is the primary again');
    bites(stored === 0, `${stored} publishes were acknowledged by a replica`);
    bites(waiting > 0, `${waiting} publishes waited`);
    await workload.acknowledged(1);
  },
};
