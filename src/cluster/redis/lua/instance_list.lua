-- Lists the instances whose announcement is still good.
-- Atomic, so that no instance is listed without its record.
--
-- KEYS[1] records   hash: instance -> JSON
-- KEYS[2] expiries  sorted set: instance by the end of its announcement
-- ARGV[1] nowMs     the time
--
-- Returns {JSON, ...}
local records, expiries = KEYS[1], KEYS[2]
local nowMs = ARGV[1]

local listed = {}
for _, id in ipairs(redis.call('ZRANGE', expiries, '(' .. nowMs, '+inf', 'BYSCORE')) do
  listed[#listed + 1] = redis.call('HGET', records, id)
end
return listed
