import { Redis } from 'ioredis';
import { register } from '../support/actors.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { brokerContract } from './broker.contract.js';
import { startReadyRedisBroker } from './redis-broker-start.js';

/** A cluster of one node holds every slot, and still refuses calls whose keys are in several. */
async function startCluster(): Promise<string> {
  const busPort = await freePort();
  const server = await startRedis({
    args: [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
      // A node that never met another one does not know its own address.
      ...['--cluster-announce-ip', '127.0.0.1'],
    ],
  });
  const client = new Redis(server.url);
  register({ name: 'a Redis client', end: () => client.disconnect() });
  await client.cluster('ADDSLOTSRANGE', 0, 16_383);
  await eventually('the cluster is ok', async () =>
    (await client.cluster('INFO')).includes('cluster_state:ok'),
  );
  return server.url;
}

describeWithRedis('a broker in a Redis cluster', () => {
  brokerContract('Redis cluster', async () =>
    startReadyRedisBroker(await startCluster(), { mode: 'cluster' }),
  );
});
