import { lasting, type Row } from '../row.js';

export const hotChannel: Row = {
  name: 'F39',
  title: 'one channel gets a burst of two priorities, and the urgent ones overtake',
  keepsStore: true,
  async inject({ world, workload, history, random, bites }) {
    const channel = random.pick(workload.channels);
    const before = history.facts.length;
    // Two who do not read for a while, or there is nothing to overtake.
    const slow = random.pick([workload.readers.slice(0, 2), workload.plain.slice(0, 2)]);
    for (const { doors } of slow) for (const door of doors) door.set('down', { kind: 'stall' });
    const sent: Promise<unknown>[] = [];
    for (let burst = 0; burst < 8; burst += 1) {
      for (let n = 0; n < 25; n += 1) {
        const priority = n % 5 === 0 ? 'high' : 'normal';
        sent.push(workload.publisher(n).publish(channel, priority, random.between(20_000, 60_000)));
      }
      await lasting(random.between(20, 80));
    }
    await Promise.all(sent);
    for (const { doors } of slow) for (const door of doors) door.heal();
    world.note('the readers read again');
    return () => {
      const highest = new Map<string, number>();
      let overtaken = 0;
      for (const fact of history.facts.slice(before)) {
        if (fact.kind !== 'deliver' || fact.channel !== channel) continue;
        const top = highest.get(fact.reader) ?? 0;
        if (fact.offset < top) overtaken += 1;
        highest.set(fact.reader, Math.max(top, fact.offset));
      }
      const told = history.of('gap').filter(({ reason }) => reason === 'overflow').length;
      bites(sent.length === 200, `${sent.length} messages were published in a burst`);
      bites(
        overtaken + told > 0,
        `${overtaken} messages were overtaken and ${told} gaps told of an overflow`,
      );
    };
  },
};
