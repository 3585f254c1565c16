import { eventually } from '../../support/eventually.js';
import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { lasting, type Row } from '../row.js';

/** The contract's: what an instance lost of its broker it knows within this. */
const BOUND_MS = 2_000;
/** How often it is looked whether there is a new subscription: the time is too long by up to this. */
const STEP_MS = 5;

export const busCut: Row = {
  name: 'F16',
  title: 'the subscriptions to the bus are cut',
  keepsStore: true,
  async inject({ world, workload, random, bites }) {
    const cuts = random.between(1, 3);
    for (let cut = 0; cut < cuts; cut += 1) {
      workload.burst(3);
      const killed = Number(await world.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      workload.burst(3);
      world.note(`CLIENT KILL TYPE pubsub: ${killed}`);
      bites(killed > 0, `${killed} subscriber connections were killed`);
      bites(workload.open > 0, `${workload.open} publishes were under way`);
      await lasting(random.between(20, 700));
    }
  },
};

export const busSilenced: Row = {
  name: 'F16b',
  title: 'the subscriptions to the bus fall silent and their connection stays open',
  keepsStore: true,
  async inject({ world, random, bites, measure, claim }) {
    const { redis, name } = random.pick(world.instances);
    const deaf = redis.links.filter(({ isSubscriber }) => isSubscriber);
    const isDeaf = (number: number) => deaf.some((link) => link.number === number);
    redis.set('down', { kind: 'swallow' }, ({ number }) => isDeaf(number));
    // From the cut itself, not from the first announcement that did not come.
    const silentAt = monotonicNs();
    await eventually(
      `${name} leaves the silent connection`,
      () => redis.links.some(({ isSubscriber, number }) => isSubscriber && !isDeaf(number)),
      { deadlineMs: 10_000, everyMs: STEP_MS },
    );
    const noticedMs = (monotonicNs() - silentAt) / 1e6;
    measure('silent bus cut to a new subscription', noticedMs);
    claim(
      noticedMs <= BOUND_MS + STEP_MS,
      `the silence was noticed after ${noticedMs.toFixed(0)} ms`,
    );
    const swallowed = deaf.reduce((sum, link) => sum + link.swallowed, 0);
    bites(swallowed > 1_000, `${swallowed} bytes of announcements never came`);
  },
};
