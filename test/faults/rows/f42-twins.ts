import { lasting, type Row } from '../row.js';

export const twins: Row = {
  name: 'F42',
  title: 'two connections of one client come back to the same places at once',
  keepsStore: true,
  hasTwins: true,
  async inject({ world, workload, history, random, bites }) {
    const both = [...workload.plain, ...workload.twins];
    const startedAt = history.facts.length;
    for (let round = 0; round < 5; round += 1) {
      for (const reader of both) reader.leave();
      workload.burst(random.between(1, 6));
      await lasting(random.between(20, 300));
      for (const reader of both) reader.comeBack();
      workload.burst(random.between(1, 6));
      await lasting(random.between(100, 500));
      // One of each pair goes alone, and the other one must not notice.
      for (const door of random.pick(workload.twins).doors) door.reset();
      await lasting(random.between(20, 200));
    }
    world.note('the last round is over');
    return () => {
      const connected = (name: string) =>
        history.facts
          .slice(startedAt)
          .filter((it) => it.kind === 'state' && it.who === name && it.state === 'connected')
          .length;
      for (const [index, { name }] of workload.twins.entries()) {
        const [twin, plain] = [connected(name), connected(`plain${index}`)];
        bites(twin > 2 && plain > 2, `${name} came back ${twin} times, the other ${plain} times`);
      }
    };
  },
};
