import { readLog } from '../read-log.js';
import { lasting, type Row, type Scene } from '../row.js';
import { type Death, DEATH_PLACES } from '../mortal/life.js';

const DEATHS = 6;
/** Others were given something in this time around its end. */
const MEANWHILE_NS = 250e6;

export const clientKilled: Row = {
  name: 'F43',
  title: 'a client that keeps its places and its outbox on disk is killed again and again',
  keepsStore: true,
  hasMortal: true,
  async inject(scene) {
    const { world, workload, random, claim } = scene;
    const { mortal } = workload;
    let death: Death | null = null;
    for (let count = 1; count <= DEATHS; count += 1) {
      if (death === null) {
        await lasting(random.between(50, 600));
        await mortal.kill();
      } else await mortal.died();
      world.note(
        `the client is killed ${death === null ? 'by others' : `${death.place} ${death.after}`}`,
      );
      await lasting(random.between(0, 500));
      // The last life is not to end; a third of the others ends at any moment, the rest in a place.
      const isPlaced = count < DEATHS && random.next() < 0.7;
      death = isPlaced ? { place: random.pick(DEATH_PLACES), after: random.between(1, 40) } : null;
      await mortal.live(death);
    }
    await workload.acknowledged(40);
    await mortal.rest();
    look(scene);
    return async () => {
      const url = world.instance(0).process.url;
      for (const { channel, id } of mortal.untold) {
        const { entries } = await readLog(url, channel);
        const count = entries.filter((entry) => entry.id === id).length;
        claim(count === 1, `${id} was answered, and ${channel} has it ${count} times`);
      }
    };
  },
};

function look({ world, workload, history, bites }: Scene): void {
  const { name, ended } = workload.mortal;
  const others = history.of('deliver').filter(({ reader }) => reader !== name);
  const amid = ended.filter(
    (life) => life.shown > 0 && others.some(({ at }) => Math.abs(at - life.at) < MEANWHILE_NS),
  );
  const unsettled = ended.reduce((sum, life) => sum + life.unsettled, 0);
  const journaled = ended.reduce((sum, life) => sum + life.journaled, 0);
  const repeats = ended.reduce((sum, life) => sum + life.repeats, 0);
  bites(amid.length === DEATHS, `${amid.length} lives ended while messages were coming`);
  bites(unsettled > 0, `${unsettled} publishes were unsettled then, ${journaled} journaled`);
  world.note(`over all lives ${repeats} messages came again`);
}
