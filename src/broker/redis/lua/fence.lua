-- Marks a tail that a failover took away: entries were handed on that the log no longer holds.
-- One step, because a publish between would be numbered as one of the lost ones.
-- The mark is an entry of its own, behind the lost offsets, so that none of them is given again and
-- every reader that passes it is told.
--
-- KEYS[1] meta     as in append.lua
-- KEYS[2] log      hash: offset -> entry
-- ARGV[1] command  PUBLISH or SPUBLISH
-- ARGV[2] bus      where it is announced
-- ARGV[3] epoch    of the lost place
-- ARGV[4] offset   of the lost place
--
-- Returns 1 when a tear was written, else 0: the place is in the log, is torn already, or is of
-- another life

local META = '>c16c16ddddddddd'
local lost = tonumber(ARGV[4])
local packed = redis.call('GET', KEYS[1])
if not packed then return 0 end
local epoch, prev, top, floor, bytes, oldest, ttlMs, purgedTo, bornAt, _, count = struct.unpack(META, packed)
if epoch ~= ARGV[3] or lost <= top then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local from, to, place = string.format('%d', top + 1), string.format('%d', lost), string.format('%d', lost + 1)
local chain = string.format('%08x%08x',
  (tonumber(string.sub(prev, 1, 8), 16) * 69069 + top % 2147483647) % 2147483647,
  (tonumber(string.sub(prev, 9, 16), 16) * 40503 + lost % 2147483629) % 2147483629)
local extra = '{"tear":[' .. from .. ',' .. to .. ']}'
local draft = string.format('%d', now) .. ' 2 0 0 t 0 - ' .. #extra .. '\n' .. extra
local entry = '1 ' .. epoch .. ' ' .. chain .. ' ' .. prev .. ' ' .. place .. ' ' .. draft
if floor < top and redis.call('EXISTS', KEYS[2]) == 0 then floor, bytes = top, 0 end
if floor == top then oldest = now end
redis.call('HSET', KEYS[2], place, entry)
-- Expiries set at 0: the log may have begun anew, and the next publish must give it one.
redis.call('SET', KEYS[1], struct.pack(META, epoch, chain, lost + 1, floor, bytes + #entry, oldest, ttlMs,
  purgedTo, bornAt, 0, count), 'KEEPTTL')
redis.call('PEXPIRE', KEYS[2], string.format('%d', ttlMs))
redis.call(ARGV[1], ARGV[2], entry)
return 1
