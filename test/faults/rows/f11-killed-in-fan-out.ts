import { lasting, type Row } from '../row.js';

export const killedInFanOut: Row = {
  name: 'F11',
  title: 'an instance dies between two sockets of a fan-out',
  keepsStore: true,
  crowd: 9,
  async inject({ world, workload, random, bites }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const failpoint = { place: 'fan-out', deed: 'die', after: random.between(1, 4) } as const;
    workload.burst(2);
    const met = await world.breakAt(victim, { ...failpoint, times: 1 });
    await world.ended(victim);
    bites(clients > 4, `${clients} clients were connected to it`);
    bites(met === 1, `it died when ${failpoint.after} sockets had the message`);
    await lasting(random.between(0, 1_500));
  },
};
