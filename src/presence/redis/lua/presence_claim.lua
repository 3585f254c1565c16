-- Finds a holder whose lease has lapsed and gives it to one claimant for a while.
-- Atomic, so that a holder is either renewed or claimed, and claimed by one at a time.
--
-- KEYS[1] leases   sorted set: holder by the end of its lease
-- KEYS[2] lapsed   sorted set: holder by the time from which it may be claimed
-- ARGV[1] nowMs    the time
-- ARGV[2] untilMs  when the claim may be taken over by another
--
-- Returns the holder, or false
local leases, lapsed = KEYS[1], KEYS[2]
local nowMs, untilMs = ARGV[1], ARGV[2]

-- A few at a time: after a long silence of everybody there may be very many.
for _, holder in ipairs(redis.call('ZRANGE', leases, '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, 64)) do
  redis.call('ZREM', leases, holder)
  redis.call('ZADD', lapsed, nowMs, holder)
end
local due = redis.call('ZRANGE', lapsed, '-inf', nowMs, 'BYSCORE', 'LIMIT', 0, 1)[1]
if not due then return false end
redis.call('ZADD', lapsed, untilMs, due)
return due
