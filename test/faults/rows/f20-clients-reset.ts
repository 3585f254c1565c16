import { lasting, type Row } from '../row.js';

export const clientsReset: Row = {
  name: 'F20',
  title: 'all client connections are reset',
  keepsStore: true,
  async inject({ world, workload, random, bites }) {
    const times = random.between(1, 3);
    for (let time = 0; time < times; time += 1) {
      workload.burst(2);
      const underWay = workload.open;
      let count = 0;
      for (const door of world.doors) count += door.reset();
      bites(count > 0, `${count} connections were reset`);
      bites(underWay > 0, `${underWay} publishes were under way`);
      await lasting(random.between(100, 1_000));
    }
  },
};
