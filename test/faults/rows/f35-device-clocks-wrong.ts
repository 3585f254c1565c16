import { lasting, type Row } from '../row.js';

const DAY_MS = 86_400_000;

export const deviceClocksWrong: Row = {
  name: 'F35',
  title: 'the wall clocks of devices are wrong by a day, and jump by two while they reconnect',
  keepsStore: true,
  hasWrongClocks: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const { clock } = workload;
    const drops = workload.drops;
    for (let round = 0; round < 4; round += 1) {
      clock.aheadMs = clock.aheadMs > 0 ? -DAY_MS : DAY_MS;
      world.note(`devices are ${clock.aheadMs} ms ahead`);
      workload.burst(2);
      for (const door of world.doors) if (random.next() < 0.5) door.reset();
      await lasting(random.between(100, 600));
    }
    await workload.acknowledged(20);
    // The SDK looks once, when it begins, and by design never again: so it must have begun with a wrong
    // clock, and have come back after a jump.
    bites(clock.misled > 0, `${clock.misled} devices began with a clock that was wrong`);
    const back = workload.drops - drops;
    bites(back > 0, `${back} connections were lost while it jumped by two days`);
    return () => {
      const refused = history.facts.flatMap((fact) =>
        // Where ids are remembered for two seconds alone, a cut is reason enough.
        (fact.kind === 'fail' || fact.kind === 'unknown') && !fact.channel.startsWith('own:')
          ? [fact]
          : [],
      );
      claim(
        refused.length === 0,
        `${refused.length} publishes were given up: ${refused[0]?.code ?? ''}`,
      );
    };
  },
};
