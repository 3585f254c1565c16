import { z } from 'zod';
import { redisScript } from '../../redis/redis-script.js';

export const announceScript = redisScript({
  file: new URL('./lua/instance_announce.lua', import.meta.url),
  keys: ['records', 'expiries'],
  args: ['id', 'record', 'nowMs', 'untilMs'],
  reply: z.literal(1),
});

export const withdrawScript = redisScript({
  file: new URL('./lua/instance_withdraw.lua', import.meta.url),
  keys: ['records', 'expiries'],
  args: ['id'],
  reply: z.literal(1),
});

export const listScript = redisScript({
  file: new URL('./lua/instance_list.lua', import.meta.url),
  keys: ['records', 'expiries'],
  args: ['nowMs'],
  reply: z.array(z.string()),
});
