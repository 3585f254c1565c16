import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { eventually } from '../../support/eventually.js';
import { lasting, type Row, type Scene } from '../row.js';
import { BRIEF_SECONDS } from '../world.js';

/** An entry may be kept for an eighth longer than it is to be, and expires where somebody looks. */
const SURELY_EXPIRED_MS = BRIEF_SECONDS * 1_000 * 1.125 + 250;

export const asleepBeyondRetention: Row = {
  name: 'F44',
  title: 'readers sleep for longer than a history of ten lasts',
  keepsStore: true,
  namespace: 'small',
  async inject(scene) {
    const { workload, history, random } = scene;
    const sleptAt = fallAsleep(scene);
    // More than all histories together hold, spread as chance has it.
    await workload.acknowledged(workload.channels.length * random.between(25, 60));
    const missed = (channel: string) =>
      history.of('ok').filter((fact) => fact.channel === channel && fact.at > sleptAt).length;
    const short = workload.channels.filter((channel) => channel.startsWith('small:'));
    const passed = short.filter((channel) => missed(channel) > 20);
    return wakeUp(scene, { passed, sleptAt });
  },
};

export const asleepBeyondTime: Row = {
  name: 'F44b',
  title: 'readers sleep for longer than a history keeps its messages',
  keepsStore: true,
  namespace: 'brief',
  async inject(scene) {
    const { workload, history, random } = scene;
    const sleptAt = fallAsleep(scene);
    // So that there is something in each of them that expires.
    workload.burst(2);
    await workload.acknowledged(random.between(40, 80));
    const missedBy = monotonicNs();
    await lasting(SURELY_EXPIRED_MS + random.between(0, 1_500));
    const missed = new Set(
      history
        .of('ok')
        .filter(({ at }) => at > sleptAt && at < missedBy)
        .map(({ channel }) => channel),
    );
    const passed = [...missed].filter((channel) => channel.startsWith('brief:'));
    return wakeUp(scene, { passed, sleptAt });
  },
};

function fallAsleep({ workload }: Scene): number {
  for (const reader of workload.plain) reader.leave();
  return monotonicNs();
}

interface Sleep {
  /** Channels whose history let go of what was missed. */
  readonly passed: readonly string[];
  readonly sleptAt: number;
}

/** Resolves with the claim: each is told once of each of these channels, and of no other. */
async function wakeUp(
  { world, workload, history, bites, claim }: Scene,
  { passed, sleptAt }: Sleep,
): Promise<() => void> {
  const sleepers = workload.plain;
  for (const reader of sleepers) reader.comeBack();
  world.note(`${sleepers.length} readers wake up`);
  await eventually('they are back', () => sleepers.every(({ isConnected }) => isConnected), {
    deadlineMs: 20_000,
  });
  const wokeAt = monotonicNs();
  bites(passed.length > 0, `${passed.length} histories have passed them by`);
  return () => {
    for (const { name } of sleepers) {
      for (const channel of passed) {
        const isOwn = (fact: { reader: string; channel: string; at: number }) =>
          fact.reader === name && fact.channel === channel;
        const told = history.of('gap').filter((gap) => isOwn(gap) && gap.at > sleptAt);
        const reasons = told.map(({ reason }) => reason).join(', ');
        claim(reasons === 'trimmed', `${name} was told of ${channel}: ${reasons || 'nothing'}`);
        const live = history.of('deliver').some((fact) => isOwn(fact) && fact.at > wokeAt);
        claim(live, `${name} was given nothing of ${channel} after it was back`);
      }
    }
  };
}
