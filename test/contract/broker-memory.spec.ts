import { MemoryBroker } from '../../src/broker/memory/memory-broker.js';
import { brokerContract } from './broker.contract.js';
import { Heard } from './broker-under-test.js';

brokerContract('memory', async () => {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const broker = new MemoryBroker({ now, monotonic: () => performance.now() + aheadMs });
  const heard = new Heard();
  broker.start(heard);
  return {
    broker,
    heard,
    advance: (ms) => {
      aheadMs += ms;
    },
    end: () => broker.close(),
  };
});
