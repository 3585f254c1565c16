import { lasting, type Row } from '../row.js';

export const fanOutThrew: Row = {
  name: 'F8',
  title: 'an exception between two sockets of a fan-out',
  keepsStore: true,
  crowd: 9,
  async inject({ world, workload, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const drops = workload.drops;
    const failpoint = { place: 'fan-out', deed: 'throw', after: random.between(1, 2) } as const;
    const met = await world.breakAt(victim, { ...failpoint, times: random.between(1, 3) });
    await lasting(random.between(200, 1_000));
    const isAlive = await fetch(`${victim.process.url}/health/live`).then(
      ({ status }) => status === 200,
      () => false,
    );
    const dropped = workload.drops - drops;
    bites(clients > 3, `${clients} clients were connected to it`);
    bites(met > 0, `${met} exceptions after ${failpoint.after} sockets had the message`);
    claim(isAlive, `${victim.name} did not outlive it`);
    claim(dropped <= met, `${dropped} connections were lost over ${met} exceptions`);
  },
};

export const publishThrew: Row = {
  name: 'F8b',
  title: 'exceptions in the middle of publishes',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const drops = workload.drops;
    const times = random.between(1, 10);
    const met = await world.breakAt(victim, { place: 'publish', deed: 'throw', times });
    await workload.acknowledged(40);
    bites(met > 0, `${met} publishes met an exception`);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
    return () => {
      const refused = history.facts.flatMap((fact) =>
        fact.kind === 'fail' || fact.kind === 'unknown' ? [fact] : [],
      );
      const codes = [...new Set(refused.map(({ code }) => code))].join(', ');
      // The copies of one broadcast may meet several, and it has one answer.
      const others = met - refused.length;
      const isAccounted = workload.brokenBroadcasts === 0 ? others === 0 : others > 0;
      claim(isAccounted, `${met} exceptions, ${refused.length} refused: ${codes}`);
      claim(codes === 'internal', `they were refused as ${codes}`);
    };
  },
};
