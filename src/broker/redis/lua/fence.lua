-- Marks a tail that a failover took away: entries were handed on that the log no longer holds.
-- One step, because a publish between would be numbered as one of the lost ones.
-- The mark is an entry of its own, behind the lost offsets, so that none of them is given again and
-- every reader that passes it is told.
--
-- KEYS[1] meta     as in append.lua
-- KEYS[2] log      hash: offset -> entry
-- ARGV[1] command  PUBLISH or SPUBLISH
-- ARGV[2] bus
-- ARGV[3] epoch    of the lost place
-- ARGV[4] offset   of the lost place
--
-- Returns 1 when a tear was written, else 0: the place is in the log, is torn already, or is of
-- another life

local epoch, lost = ARGV[3], tonumber(ARGV[4])
local m = redis.call('HMGET', KEYS[1], 'e', 'o', 'c', 'b')
if m[1] ~= epoch then return 0 end
local top, prev, bytes = tonumber(m[2]), m[3], tonumber(m[4])
if lost <= top then return 0 end

local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
local from, to, place = string.format('%d', top + 1), string.format('%d', lost), string.format('%d', lost + 1)
local chain = string.format('%08x%08x',
  (tonumber(string.sub(prev, 1, 8), 16) * 69069 + top % 2147483647) % 2147483647,
  (tonumber(string.sub(prev, 9, 16), 16) * 40503 + lost % 2147483629) % 2147483629)
local extra = '{"tear":[' .. from .. ',' .. to .. ']}'
local draft = now .. ' 2 0 0 t 0 - ' .. #extra .. '\n' .. extra
local entry = '1 ' .. epoch .. ' ' .. chain .. ' ' .. prev .. ' ' .. place .. ' ' .. draft
redis.call('HSET', KEYS[2], place, entry)
redis.call('HSET', KEYS[1], 'o', place, 'c', chain, 'b', string.format('%d', bytes + #entry))
redis.call(ARGV[1], ARGV[2], entry)
return 1
