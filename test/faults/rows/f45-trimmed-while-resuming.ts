import { lasting, type Row } from '../row.js';

export const trimmedWhileResuming: Row = {
  name: 'F45',
  title: 'a history of ten is trimmed while readers come back',
  keepsStore: true,
  namespace: 'small',
  async inject({ workload, history, random, bites }) {
    for (let round = 0; round < 6; round += 1) {
      for (const reader of workload.plain) reader.leave();
      workload.burst(random.between(2, 12));
      await lasting(random.between(5, 120));
      for (const reader of workload.plain) reader.comeBack();
      workload.burst(random.between(2, 12));
      await lasting(random.between(50, 250));
    }
    return () => {
      const trimmed = history.of('gap').filter(({ reason }) => reason === 'trimmed').length;
      bites(trimmed > 0, `readers were told ${trimmed} times what was trimmed`);
    };
  },
};
