-- Throws a channel's history away; epoch, offsets and deduplication stay, the floor rises to the top.
-- One step, because a publish between would be purged unseen.
--
-- KEYS[1] meta  as in append.lua
-- KEYS[2] log   hash: offset -> entry
--
-- Returns 1 when there was a channel, else 0

local META = '>c16c16ddddddddd'
local packed = redis.call('GET', KEYS[1])
if not packed then return 0 end
local epoch, chain, top, _, _, _, ttlMs, _, bornAt, _, count = struct.unpack(META, packed)
redis.call('UNLINK', KEYS[2])
-- Expiries set at 0: the log begins anew, and the next publish must give it one.
redis.call('SET', KEYS[1], struct.pack(META, epoch, chain, top, top, 0, 0, ttlMs, top, bornAt, 0, count), 'KEEPTTL')
return 1
