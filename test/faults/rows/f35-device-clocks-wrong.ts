import { lasting, type Row } from '../row.js';

const DAY_MS = 86_400_000;

export const deviceClocksWrong: Row = {
  name: 'F35',
  title: 'the wall clocks of devices are wrong by a day, and jump by two while they reconnect',
  keepsStore: true,
  hasWrongClocks: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const { clock } = workload;
    const misled = clock.misled;
    let jumps = 0;
    for (let round = 0; round < 4; round += 1) {
      clock.aheadMs = clock.aheadMs > 0 ? -DAY_MS : DAY_MS;
      jumps += 1;
      world.note(`devices are ${clock.aheadMs} ms ahead`);
      workload.burst(2);
      for (const door of world.doors) if (random.next() < 0.5) door.reset();
      await lasting(random.between(100, 600));
    }
    await workload.acknowledged(20);
    bites(misled > 0, `${misled} times a device looked at a clock that was wrong`);
    bites(jumps === 4, `it jumped ${jumps} times by two days`);
    return () => {
      const refused = history.facts.flatMap((fact) =>
        fact.kind === 'fail' || fact.kind === 'unknown' ? [fact] : [],
      );
      claim(
        refused.length === 0,
        `${refused.length} publishes were given up: ${refused[0]?.code ?? ''}`,
      );
    };
  },
};
