import type { Place } from '../../../client/cli/src/verify/place.js';
import { eventually } from '../../support/eventually.js';
import { lasting, type Row, type Scene } from '../row.js';
import { REDIS_CLOCK } from '../world.js';

const MINUTE_MS = 60_000;
const JUMPS_MS = [10 * MINUTE_MS, -60 * MINUTE_MS] as const;

export const storeClockJumped: Row = {
  name: 'F33',
  title: 'the wall clock of Redis jumps by ten minutes or back by an hour, then it is set right',
  keepsStore: true,
  needs: 'a C compiler',
  async inject(scene) {
    const { world, random, bites, claim, workload } = scene;
    const aheadMs = random.pick(JUMPS_MS);
    const drops = workload.drops;
    const before = workload.publishers.map(({ name }) => lastOf(scene, name));
    await world.jump(REDIS_CLOCK, aheadMs);
    const [seconds] = (await world.redis.command('TIME')) as [string, string];
    const seenMs = Number(seconds) * 1000 - Date.now();
    bites(Math.abs(seenMs - aheadMs) < 5_000, `Redis was ${seenMs} ms ahead by its own TIME`);
    await workload.acknowledged(20);
    await repeatsAreKnown(scene, before, 'after the jump');
    await lasting(random.between(300, 1_500));
    const meanwhile = workload.publishers.map(({ name }) => lastOf(scene, name));
    await world.jump(REDIS_CLOCK, 0);
    await workload.acknowledged(20);
    await repeatsAreKnown(scene, before, 'after both jumps');
    await repeatsAreKnown(scene, meanwhile, 'when the clock was right again');
    await readRightAgain(scene);
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};

export const instanceClockJumped: Row = {
  name: 'F34',
  title: 'the wall clock of an instance jumps by forty minutes or back by an hour',
  keepsStore: true,
  needs: 'a C compiler',
  async inject({ world, workload, history, random, bites, claim }) {
    const victim = random.pick(world.instances);
    const clients = world.clientsOf(victim);
    const drops = workload.drops;
    const aheadMs = random.pick([40 * MINUTE_MS, -60 * MINUTE_MS]);
    workload.burst(2);
    const before = history.of('ok').length;
    await world.jump(victim.name, aheadMs);
    const answer = await fetch(`${victim.process.url}/health/live`);
    const seenMs = Date.parse(answer.headers.get('date') ?? '') - Date.now();
    // The header is made once a second, so the first answer may be older than the jump.
    await lasting(random.between(1_200, 2_000));
    const later = await fetch(`${victim.process.url}/health/live`);
    const laterMs = Date.parse(later.headers.get('date') ?? '') - Date.now();
    const isSeen = [seenMs, laterMs].some((ms) => Math.abs(ms - aheadMs) < 5_000);
    bites(clients > 0, `${clients} clients were connected to it`);
    bites(isSeen, `it was ${laterMs} ms ahead by its own word`);
    bites(history.of('ok').length > before, 'publishes went on');
    claim(workload.drops === drops, `${workload.drops - drops} connections were lost`);
  },
};

interface Acknowledged extends Place {
  readonly publisher: string;
  readonly channel: string;
  readonly id: string;
}

/** The last publish of a publisher that was acknowledged so far. */
function lastOf({ history }: Scene, publisher: string): Acknowledged | undefined {
  return history.of('ok').findLast((fact) => fact.publisher === publisher);
}

/** Every instance takes its time from Redis: soon after it was set, all have the same again. */
async function readRightAgain({ workload }: Scene): Promise<void> {
  for (const publisher of workload.publishers) {
    await eventually(
      `what ${publisher.name} publishes has the time of the store`,
      async () => {
        const receipt = await publisher.publish(workload.channels[0] ?? '');
        return receipt !== null && Math.abs(receipt.at - Date.now()) < 5_000;
      },
      // Two samples: a few more would be those of the time that is no more.
      { deadlineMs: 6_000 },
    );
  }
}

/** Sends what was acknowledged before once more: it must be recognised. */
async function repeatsAreKnown(
  { workload, claim }: Scene,
  acknowledged: readonly (Acknowledged | undefined)[],
  when: string,
): Promise<void> {
  for (const [number, one] of acknowledged.entries()) {
    if (one === undefined) continue;
    const again = await workload.publisher(number).repeat(one.channel, one.id);
    const isKnown = again?.duplicate === true && again.offset === one.offset;
    claim(isKnown, `${one.id} was not recognised ${when}: ${JSON.stringify(again)}`);
  }
}
