import { lasting, type Row } from '../row.js';

export const emptiedWhileResuming: Row = {
  name: 'F46',
  title: 'Redis loses everything while readers are paging through what they missed',
  keepsStore: false,
  async inject({ world, workload, history, random, bites }) {
    for (const reader of workload.plain) reader.leave();
    // More than one answer holds, so that the rest comes in pages.
    for (let burst = 0; burst < 12; burst += 1) {
      workload.burst(10);
      await lasting(20);
    }
    const before = history.facts.length;
    for (const reader of workload.plain) reader.comeBack();
    await lasting(random.between(5, 120));
    await world.redis.command('FLUSHALL');
    const got = history.facts
      .slice(before)
      .filter((fact) => fact.kind === 'deliver' && fact.reader.startsWith('plain')).length;
    world.note(`FLUSHALL, after ${got} messages of the past`);
    await workload.acknowledged(40);
    return () => {
      const told = new Set(
        history
          .of('gap')
          .filter(({ reason }) => reason === 'epoch')
          .map(({ reader }) => reader),
      );
      bites(told.size > 0, `${told.size} readers were told of another epoch`);
    };
  },
};
