import { lasting, type Row } from '../row.js';

export const commandsCut: Row = {
  name: 'F17',
  title: 'command connections are cut in the middle',
  keepsStore: true,
  async inject({ world, workload, random, bites }) {
    const cuts = random.between(2, 5);
    let most = 0;
    for (let cut = 0; cut < cuts; cut += 1) {
      workload.burst(4);
      await lasting(random.between(1, 8));
      most = Math.max(most, workload.open);
      const killed = Number(
        await world.redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      );
      world.note(`CLIENT KILL TYPE normal: ${killed}`);
      bites(killed > 0, `${killed} command connections were killed`);
      await lasting(random.between(50, 400));
    }
    bites(most > 0, `up to ${most} publishes were under way`);
  },
};
