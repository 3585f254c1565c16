import { systemClock } from '../../src/kernel/clock.js';
import { MemoryRateStore } from '../../src/limits/memory/memory-rate-store.js';
import { rateStoreContract } from './rate-store.contract.js';

rateStoreContract('memory', async () => ({
  store: new MemoryRateStore(systemClock),
  end: async () => {},
}));
