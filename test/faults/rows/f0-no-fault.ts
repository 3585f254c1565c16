import { lasting, type Row } from '../row.js';

/** The control: the checker has nothing to find here, so what it finds is a false alarm. */
export const noFault: Row = {
  name: 'F0',
  title: 'nothing happens',
  keepsStore: true,
  isControl: true,
  async inject({ workload, history, random, bites, claim }) {
    workload.burst(3);
    await lasting(random.between(300, 1_200));
    return () => {
      const gaps = history.of('gap').length;
      const repeated = history.of('ok').filter(({ duplicate }) => duplicate).length;
      const refused = history.of('fail').length + history.of('unknown').length;
      for (const kind of ['$everyone', '$user:', '$tag:']) {
        const came = history.of('deliver').filter(({ channel }) => channel.startsWith(kind));
        const readers = new Set(came.map(({ reader }) => reader));
        const isAll = readers.size === workload.readers.length;
        bites(isAll, `${readers.size} readers were given broadcasts by ${kind}`);
      }
      claim(workload.drops === 0, `${workload.drops} connections were lost`);
      claim(gaps === 0, `readers were told ${gaps} gaps`);
      claim(repeated === 0, `${repeated} publishes were sent twice`);
      claim(refused === 0, `${refused} publishes were refused`);
    };
  },
};
