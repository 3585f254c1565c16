-- Sets the end of a lease, if it is still as its holder left it.
-- Atomic, because a claim between the look and the set would make one holder two things at once.
--
-- KEYS[1] leases      sorted set: holder by the end of its lease
-- ARGV[1] holder      whose lease
-- ARGV[2] untilMs     the new end
-- ARGV[3] previousMs  the end that was set last, 'none' to open the lease
--
-- Returns 1 if set, 0 if the lease is not what the holder thinks
local leases = KEYS[1]
local holder, untilMs, previousMs = ARGV[1], ARGV[2], ARGV[3]

if previousMs ~= 'none' then
  local known = redis.call('ZSCORE', leases, holder)
  if not known or tonumber(known) ~= tonumber(previousMs) then return 0 end
end
redis.call('ZADD', leases, untilMs, holder)
return 1
