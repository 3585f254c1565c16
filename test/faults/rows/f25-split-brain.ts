import { within } from '../../support/eventually.js';
import { readLog } from '../read-log.js';
import { lasting, type Row } from '../row.js';
import { LIVENESS_MS } from '../workload.js';

export const splitBrain: Row = {
  name: 'F25',
  title: 'a failover that one instance does not hear of: two primaries, then one',
  keepsStore: false,
  async inject({ world, workload, history, random, bites, claim }) {
    const alone = random.pick(world.instances);
    const isAlone = ({ doors }: (typeof workload.publishers)[number]) =>
      doors.some(({ name, links }) => name.endsWith(`-to-${alone.name}`) && links.length > 0);
    const channels = workload.channels.map((channel) => channel.replace(/^[a-z]+:/, 'safe:'));
    const publishSafely = () =>
      workload.publishers.flatMap((publisher) => channels.map((it) => publisher.publish(it)));
    await world.stores.addReplica();
    const before = await Promise.all(publishSafely());
    await world.divide(alone);
    const onOldSide = new Set(workload.publishers.filter(isAlone).map(({ name }) => name));
    const dividedAt = history.of('ok').length;
    workload.burst(2);
    const meanwhile = publishSafely();
    await lasting(random.between(300, 2_500));
    const acked = history.of('ok').slice(dividedAt);
    const onOld = acked.filter(({ publisher }) => onOldSide.has(publisher));
    const safely = acked.filter(({ channel }) => channels.includes(channel)).length;
    const isTold = random.next() < 0.5;
    await world.stores.reunite(isTold);
    world.note(
      `there is one primary again; clients of the other are ${isTold ? '' : 'not '}cut off`,
    );
    const after = await within(
      'a replica confirms again, whoever asks',
      LIVENESS_MS,
      Promise.all([...meanwhile, ...publishSafely()]),
    );
    const confirmed = [...before, ...after].filter((receipt) => receipt !== null);
    bites(onOld.length > 0, `${onOld.length} publishes were acknowledged by the old primary`);
    bites(acked.length > onOld.length, `${acked.length - onOld.length} by the new one`);
    bites(confirmed.length > before.length, `${confirmed.length} were confirmed by a replica`);
    claim(safely === 0, `${safely} publishes were confirmed by a replica that there was not`);
    await workload.acknowledged(40);
    return async () => {
      const url = world.instance(0).process.url;
      const read = [...workload.channels, ...channels];
      const logs = await Promise.all(read.map((channel) => readLog(url, channel)));
      const kept = new Set(
        logs.flatMap(({ channel, entries }) => entries.map(({ id }) => `${channel} ${id}`)),
      );
      const lost = history.of('ok').filter(({ channel, id }) => !kept.has(`${channel} ${id}`));
      const lostSafe = lost.filter(({ channel }) => channels.includes(channel)).length;
      bites(lost.length > 0, `${lost.length} acknowledged messages of the old primary are gone`);
      claim(lostSafe === 0, `${lostSafe} messages that a replica had confirmed are gone`);
    };
  },
};
