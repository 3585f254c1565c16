-- Sets what is told of an instance and forgets those whose announcement has expired.
-- Atomic, so that the two keys never disagree about who is there.
--
-- KEYS[1] records   hash: instance -> JSON
-- KEYS[2] expiries  sorted set: instance by the end of its announcement
-- ARGV[1] id        the instance
-- ARGV[2] record    JSON of the instance
-- ARGV[3] nowMs     the time
-- ARGV[4] untilMs   the end of this announcement
--
-- Returns 1
local records, expiries = KEYS[1], KEYS[2]
local id, record, nowMs, untilMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

redis.call('HSET', records, id, record)
redis.call('ZADD', expiries, untilMs, id)
for _, gone in ipairs(redis.call('ZRANGE', expiries, '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, 64)) do
  redis.call('ZREM', expiries, gone)
  redis.call('HDEL', records, gone)
end
return 1
