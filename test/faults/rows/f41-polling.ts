import { eventually } from '../../support/eventually.js';
import { lasting, type Row } from '../row.js';

const POLLING = { TRANSPORTS: 'websocket,polling' };

export const polling: Row = {
  name: 'F41',
  title:
    'readers begin by polling and upgrade under load, one of them through a balancer that is not sticky',
  keepsStore: true,
  async inject({ world, workload, history, random, bites, claim }) {
    for (const instance of world.instances) {
      await world.stop(instance);
      await world.restart(instance, POLLING);
    }
    const [lost, ...pollers] = workload.plain;
    if (lost === undefined) throw new Error('there are plain readers');
    const states = (name: string, state: string) =>
      history.facts.filter((it) => it.kind === 'state' && it.who === name && it.state === state)
        .length;
    for (const reader of workload.plain) reader.transports = ['polling', 'websocket'];
    lost.detour = await world.wanderingDoor(lost.name);
    const before = lost.drops;
    for (let round = 0; round < 6; round += 1) {
      for (const reader of workload.plain) reader.leave();
      workload.burst(random.between(1, 4));
      for (const reader of workload.plain) reader.comeBack();
      // What is published now meets them before, in and behind their upgrade.
      for (let burst = 0; burst < 8; burst += 1) {
        workload.burst(1);
        await lasting(random.between(5, 40));
      }
      if (random.next() < 0.3) for (const door of random.pick(pollers).doors) door.reset();
      await lasting(random.between(50, 300));
    }
    const drops = lost.drops - before;
    lost.leave();
    lost.detour = null;
    for (const reader of workload.plain) reader.transports = ['websocket'];
    lost.comeBack();
    await eventually(
      'they are back',
      () => workload.plain.every(({ isConnected }) => isConnected),
      {
        deadlineMs: 20_000,
      },
    );
    for (const { name } of pollers) {
      const upgrades = states(name, 'upgraded');
      bites(upgrades > 2, `${name} upgraded ${upgrades} times`);
    }
    bites(drops > 0, `${lost.name} was refused or lost ${drops} times`);
    return async () => {
      for (const instance of world.instances) {
        claim((await world.stop(instance)) === 0, `${instance.name} did not end well`);
        await world.restart(instance);
      }
    };
  },
};
