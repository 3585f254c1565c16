import { z } from 'zod';
import { redisScript } from '../../redis/redis-script.js';

export const leaseScript = redisScript({
  file: new URL('./lua/rate_lease.lua', import.meta.url),
  keys: ['bucket'],
  args: ['perSecond', 'burst', 'wanted', 'instance'],
  reply: z.tuple([z.int().min(0), z.int(), z.int().min(1)]),
});
