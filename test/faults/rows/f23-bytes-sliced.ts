import { lasting, type Row } from '../row.js';

export const bytesSliced: Row = {
  name: 'F23',
  title: 'bytes arrive one by one, and a connection is cut between two of them',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victim = workload.reader(random.between(0, workload.readers.length - 1));
    const publisher = workload.publisher(random.between(0, workload.publishers.length - 1));
    const instance = random.pick(world.instances);
    const doors = [...victim.doors, ...publisher.doors, instance.redis];
    for (const door of doors) {
      door.set('up', { kind: 'slice' });
      door.set('down', { kind: 'slice' });
    }
    const before = history.facts.length;
    await lasting(1_200);
    const pieces = doors.flatMap(({ links }) => links).reduce((sum, link) => sum + link.pieces, 0);
    for (const door of victim.doors) door.reset();
    const got = history.facts
      .slice(before)
      .filter((fact) => fact.kind === 'deliver' && fact.reader === victim.name).length;
    bites(pieces > 500, `${pieces} pieces were written on their own`);
    bites(got > 0, `${got} messages arrived in pieces`);
    await lasting(random.between(50, 400));
  },
};
