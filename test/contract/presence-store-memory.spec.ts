import { MemoryPresenceStore } from '../../src/presence/memory/memory-presence-store.js';
import { presenceStoreContract } from './presence-store.contract.js';

presenceStoreContract('memory', async () => ({
  store: new MemoryPresenceStore(),
  end: async () => {},
}));
