import { lasting, type Row } from '../row.js';

/** What may wait for one connection, by the contract, and the message that was begun with before it was full. */
const OUTBOX_BYTES = 131_072;
const MESSAGE_BYTES = 60_000;
const ENVELOPE_BYTES = 400;
const EVERY_MS = 100;
const LEAST = 25;
const MOST = 75;

export const slowReader: Row = {
  name: 'F37',
  title: 'readers take what they are sent, but more slowly than it comes',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    const slow = [random.pick(workload.readers.slice(0, 6)), random.pick(workload.plain)];
    const bytesPerSecond = random.pick([10_000, 100_000, 600_000]);
    for (const { doors } of slow) {
      for (const door of doors) door.set('down', { kind: 'trickle', bytesPerSecond });
    }
    world.note(`${slow.map(({ name }) => name).join(' and ')}: ${bytesPerSecond} bytes a second`);
    let most = 0;
    const sent: Promise<unknown>[] = [];
    // How much the kernel takes before anything waits here, nobody knows beforehand.
    for (let round = 0; round < LEAST || (most === 0 && round < MOST); round += 1) {
      for (let n = 0; n < 12; n += 1) {
        const priority = n % 6 === 0 ? 'high' : 'normal';
        const channel = random.pick(workload.channels);
        const bytes = random.between(30_000, MESSAGE_BYTES);
        sent.push(workload.publisher(n).publish(channel, priority, bytes));
      }
      await lasting(EVERY_MS);
      for (const { process } of world.instances)
        most = Math.max(most, await waitingAt(process.url));
    }
    await Promise.all(sent);
    const before = history.facts.length;
    for (const { doors } of slow) for (const door of doors) door.heal();
    world.note('the readers read as fast as they can again');
    bites(most > 0, `up to ${most} bytes waited for connections of one instance`);
    // What the streams hold is counted: no write is begun with more than half of it there, but it may be of a whole message.
    const bound = OUTBOX_BYTES + MESSAGE_BYTES + ENVELOPE_BYTES;
    claim(most <= 2 * bound, `${most} bytes waited for the two of them`);
    return () => {
      for (const { name, drops } of slow) {
        const late = history.facts
          .slice(before)
          .filter((it) => 'reader' in it && it.reader === name);
        const told = history.of('gap').filter(({ reader }) => reader === name).length;
        bites(
          late.length > 0,
          `${name} had ${late.length} to catch up with, ${told} gaps, ${drops} drops`,
        );
      }
    };
  },
};

/** What waits for all connections of an instance, by its own count. */
async function waitingAt(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^carillon_outbox_bytes(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1]);
}
