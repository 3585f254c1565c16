-- Forgets an instance.
-- Atomic, so that the two keys never disagree about who is there.
--
-- KEYS[1] records   hash: instance -> JSON
-- KEYS[2] expiries  sorted set: instance by the end of its announcement
-- ARGV[1] id        the instance
--
-- Returns 1
local records, expiries = KEYS[1], KEYS[2]
local id = ARGV[1]

redis.call('HDEL', records, id)
redis.call('ZREM', expiries, id)
return 1
