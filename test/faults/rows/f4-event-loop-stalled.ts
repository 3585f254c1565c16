import { lasting, type Row } from '../row.js';
import { STALL_MS } from '../world.js';

export const eventLoopStalled: Row = {
  name: 'F4',
  title: 'the event loop of an instance is busy for 2 s',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const drops = workload.drops;
    workload.burst(2);
    world.stall(victim);
    await lasting(200);
    const before = history.of('ok').length;
    const isReady = await fetch(`${victim.process.url}/health/ready`, {
      signal: AbortSignal.timeout(STALL_MS - 1_000),
    }).then(
      ({ status }) => status === 200,
      () => false,
    );
    const meanwhile = history.of('ok').length - before;
    await lasting(STALL_MS - 1_000);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(!isReady, 'it did not say that it was ready meanwhile');
    bites(meanwhile > 0, `${meanwhile} publishes were acknowledged meanwhile by others`);
    await workload.acknowledged(1);
    // The stall is shorter than the ping timeout, so nobody has a reason to leave.
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};
