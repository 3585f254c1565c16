import { monotonicNs } from '../../../client/cli/src/verify/history.js';
import { eventually } from '../../support/eventually.js';
import type { Row } from '../row.js';

export const asleepBeyondRetention: Row = {
  name: 'F44',
  title: 'readers sleep for longer than a history of ten lasts',
  keepsStore: true,
  namespace: 'small',
  async inject({ world, workload, history, random, bites, claim }) {
    const sleepers = workload.plain;
    for (const reader of sleepers) reader.leave();
    const sleptAt = monotonicNs();
    // More than all histories together hold, spread as chance has it.
    await workload.acknowledged(workload.channels.length * random.between(25, 60));
    const missed = (channel: string) =>
      history.of('ok').filter((fact) => fact.channel === channel && fact.at > sleptAt).length;
    const short = workload.channels.filter((channel) => channel.startsWith('small:'));
    const passed = new Set(short.filter((channel) => missed(channel) > 20));
    for (const reader of sleepers) reader.comeBack();
    world.note(`${sleepers.length} readers wake up`);
    await eventually('they are back', () => sleepers.every(({ isConnected }) => isConnected), {
      deadlineMs: 20_000,
    });
    bites(passed.size > 0, `${passed.size} histories have passed them by`);
    return () => {
      for (const { name, channels } of sleepers) {
        for (const channel of channels) {
          if (!passed.has(channel)) continue;
          const told = history
            .of('gap')
            .filter((gap) => gap.reader === name && gap.channel === channel && gap.at > sleptAt);
          const reasons = told.map(({ reason }) => reason).join(', ');
          claim(reasons === 'trimmed', `${name} was told of ${channel}: ${reasons || 'nothing'}`);
        }
      }
    };
  },
};
