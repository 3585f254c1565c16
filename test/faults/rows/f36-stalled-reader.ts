import { lasting, type Row } from '../row.js';

const BYTES = 40_000;
/** Critical messages to it once it reads again. */
const URGENT = 10;

export const stalledReader: Row = {
  name: 'F36',
  title: 'a reader stops reading while much is published',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const victim = workload.reader(random.between(0, workload.readers.length - 1));
    const channel = random.pick(workload.channels);
    for (const door of victim.doors) door.set('down', { kind: 'stall' });
    const sent: Promise<unknown>[] = [];
    // More than the kernel takes on both ends of a loopback connection and the outbox together.
    for (let batch = 0; batch < 20; batch += 1) {
      for (let n = 0; n < 20; n += 1) {
        sent.push(workload.publisher(n).publish(channel, 'normal', BYTES));
      }
      sent.push(workload.publisher(batch).publish(channel, 'critical'));
      await lasting(20);
    }
    await Promise.all(sent);
    const before = history.facts.length;
    world.note(`${victim.name} reads again`);
    for (const door of victim.doors) door.heal();
    // These go ahead of what it is sent again, or of what still waits for it.
    for (let n = 0; n < URGENT; n += 1) {
      sent.push(workload.publisher(n).publish(channel, 'critical'));
      await lasting(random.between(0, 30));
    }
    await Promise.all(sent);
    return () => {
      const late = history.facts
        .slice(before)
        .filter((fact) => 'reader' in fact && fact.reader === victim.name);
      const told = late.filter(({ kind }) => kind === 'gap').length;
      bites(late.length > 0, `${late.length} messages and ${told} gaps came after the stall`);
      bites(
        told > 0 || victim.drops > 0,
        `the server gave up on it: ${told} gaps, ${victim.drops} drops`,
      );
    };
  },
};
