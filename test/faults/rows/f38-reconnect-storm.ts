import { lasting, type Row } from '../row.js';

export const reconnectStorm: Row = {
  name: 'F38',
  title: 'a crowd is cut off at once, kept out for a while, and comes back at once',
  keepsStore: true,
  crowd: 60,
  async inject({ world, workload, history, random, bites }) {
    const crowd = workload.crowd.filter(({ isConnected }) => isConnected).length;
    workload.burst(2);
    const before = history.of('ok').length;
    let cut = 0;
    for (const door of world.doors) {
      // The publishers stay, so that there is something to catch up with.
      if (workload.publishers.some(({ doors }) => doors.includes(door))) continue;
      door.refuse();
      cut += door.reset();
    }
    await lasting(random.between(300, 1_500));
    const missed = history.of('ok').length - before;
    for (const door of world.doors) door.heal();
    bites(crowd > 50, `${crowd} of the crowd were connected`);
    bites(cut > crowd, `${cut} connections were cut`);
    bites(missed > 0, `${missed} messages were published meanwhile`);
  },
};
