import { lasting, type Row } from '../row.js';

export const scriptsFlushed: Row = {
  name: 'F32',
  title: 'the scripts are flushed',
  keepsStore: true,
  async inject({ world, workload, random, bites }) {
    const times = random.between(2, 5);
    for (let time = 0; time < times; time += 1) {
      workload.burst(2);
      const before = await world.redis.info('memory', 'number_of_cached_scripts');
      await world.redis.command('SCRIPT', 'FLUSH', random.pick(['SYNC', 'ASYNC']));
      world.note(`SCRIPT FLUSH: ${before} scripts`);
      bites(before > 0, `${before} scripts were flushed`);
      bites(workload.open > 0, `${workload.open} publishes were under way`);
      await lasting(random.between(30, 300));
    }
    bites(
      (await world.redis.info('memory', 'number_of_cached_scripts')) > 0,
      'the scripts were loaded again',
    );
  },
};
