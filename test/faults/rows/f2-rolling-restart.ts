import type { Row } from '../row.js';

export const rollingRestart: Row = {
  name: 'F2',
  title: 'instances are restarted one by one',
  keepsStore: true,
  async inject({ world, bites, claim }) {
    for (const instance of world.instances) {
      const clients = world.clientsOf(instance);
      const code = await world.stop(instance);
      bites(clients > 0, `${clients} clients were connected to ${instance.name}`);
      claim(code === 0, `${instance.name} exited with ${code} on SIGTERM`);
      await world.restart(instance);
    }
  },
};
