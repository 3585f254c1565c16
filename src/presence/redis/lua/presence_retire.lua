-- Lets a lease lapse at once and notes every partition in which its holder may hold something.
-- Atomic, so that no claim finds the holder lapsed with a partition missing.
--
-- KEYS[1] leases      sorted set: holder by the end of its lease
-- KEYS[2] lapsed      sorted set: holder by the time from which it may be claimed
-- KEYS[3] partitions  set: partitions in which the holder has held sessions
-- ARGV[1] holder      who gives up
-- ARGV[2] nowMs       the time
-- ARGV[3] known       JSON array of partitions, may be empty
--
-- Returns 1
local leases, lapsed, partitions = KEYS[1], KEYS[2], KEYS[3]
local holder, nowMs, known = ARGV[1], ARGV[2], cjson.decode(ARGV[3])

for _, partition in ipairs(known) do redis.call('SADD', partitions, partition) end
redis.call('ZREM', leases, holder)
redis.call('ZADD', lapsed, nowMs, holder)
return 1
