import { MemoryInstanceRegistry } from '../../src/cluster/memory/memory-instance-registry.js';
import { instanceRegistryContract } from './instance-registry.contract.js';

instanceRegistryContract('memory', async () => ({
  registry: new MemoryInstanceRegistry(),
  end: async () => {},
}));
