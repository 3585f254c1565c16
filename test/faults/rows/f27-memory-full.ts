import { testAdminKey } from '../../support/carillon-process.js';
import { lasting, type Row } from '../row.js';

export const memoryFull: Row = {
  name: 'F27',
  title: 'the memory of Redis is full, then it is not',
  keepsStore: true,
  async inject({ world, workload, random, bites, claim }) {
    const drops = workload.drops;
    await world.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    world.note('maxmemory reached');
    await lasting(random.between(100, 600));
    const channel = workload.channels[0] ?? '';
    const url = `${world.instance(0).process.url}/v1/channels/${encodeURIComponent(channel)}/messages`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${testAdminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'probe', data: null }),
    });
    const { code } = (await answer.json()) as { code?: string };
    bites(answer.status >= 400, `a publish was answered with ${answer.status} ${code}`);
    claim(
      answer.status === 503 && (code === 'overloaded' || code === 'unavailable'),
      `a publish was answered with ${answer.status} ${code}`,
    );
    await lasting(random.between(100, 1_000));
    await world.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    world.note('maxmemory lifted');
    await workload.acknowledged(1);
    claim(workload.drops === drops, `${workload.drops - drops} sockets were dropped meanwhile`);
  },
};
