import { z } from 'zod';
import { redisScript } from '../../redis/redis-script.js';

const textOrNone = z.string().nullable();

export const renewScript = redisScript({
  file: new URL('./lua/presence_renew.lua', import.meta.url),
  keys: ['leases'],
  args: ['holder', 'untilMs', 'previousMs'],
  reply: z.literal([0, 1]).transform((kept) => kept === 1),
});

export const retireScript = redisScript({
  file: new URL('./lua/presence_retire.lua', import.meta.url),
  keys: ['leases', 'lapsed', 'partitions'],
  args: ['holder', 'nowMs', 'known'],
  reply: z.literal(1),
});

export const claimScript = redisScript({
  file: new URL('./lua/presence_claim.lua', import.meta.url),
  keys: ['leases', 'lapsed'],
  args: ['nowMs', 'untilMs'],
  reply: textOrNone,
});

export const enterScript = redisScript({
  file: new URL('./lua/presence_enter.lua', import.meta.url),
  keys: ['members', 'clients', 'held'],
  args: ['stay', 'user', 'client', 'name', 'nowMs'],
  reply: textOrNone,
});

export const leaveScript = redisScript({
  file: new URL('./lua/presence_leave.lua', import.meta.url),
  keys: ['members', 'clients', 'held'],
  args: ['stay'],
  reply: z.tuple([z.string(), z.string()]).nullable(),
});

export const updateScript = redisScript({
  file: new URL('./lua/presence_update.lua', import.meta.url),
  keys: ['members', 'clients'],
  args: ['user', 'client', 'state'],
  reply: textOrNone,
});

export const listScript = redisScript({
  file: new URL('./lua/presence_list.lua', import.meta.url),
  keys: ['members'],
  args: ['limit'],
  reply: z.tuple([z.int(), z.array(z.string())]),
});
