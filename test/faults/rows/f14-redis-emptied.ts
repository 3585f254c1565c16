import { lasting, type Row } from '../row.js';

export const redisEmptied: Row = {
  name: 'F14',
  title: 'Redis loses everything',
  keepsStore: false,
  async inject({ world, workload, history, random, bites }) {
    const isRestart = random.next() < 0.5;
    if (isRestart) {
      await world.redis.kill();
      await world.redis.restore(null);
      await lasting(random.between(100, 1_000));
      await world.redis.restart();
    } else {
      await world.redis.command('FLUSHALL');
    }
    world.note(isRestart ? 'Redis is back without data' : 'FLUSHALL');
    await workload.acknowledged(40);
    return () => {
      const epochs = new Set(history.of('ok').map(({ channel, epoch }) => `${channel} ${epoch}`));
      const told = new Set(
        history
          .of('gap')
          .filter(({ reason }) => reason === 'epoch')
          .map(({ reader }) => reader),
      );
      bites(epochs.size > workload.channels.length, `${epochs.size} epochs were written to`);
      bites(told.size > 0, `${told.size} readers had read of the life before`);
    };
  },
};
