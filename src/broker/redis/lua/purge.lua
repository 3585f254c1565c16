-- Throws a channel's history away; epoch, offsets and deduplication stay, the floor rises to the top.
-- One step, because a publish between would be purged unseen.
--
-- KEYS[1] meta  as in append.lua
-- KEYS[2] log   hash: offset -> entry
--
-- Returns 1 when there was a channel, else 0

local top = redis.call('HGET', KEYS[1], 'o')
if not top then return 0 end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'f', top, 'p', top, 'b', '0')
return 1
