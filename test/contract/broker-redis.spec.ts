import { startRedis } from '../support/redis-server.js';
import { describeWithRedis } from '../support/requires.js';
import { brokerContract } from './broker.contract.js';
import { startReadyRedisBroker } from './redis-broker-start.js';

describeWithRedis('a broker in Redis', () => {
  brokerContract('Redis', async () => startReadyRedisBroker((await startRedis()).url));
});
