-- Marks a tail that a failover took away: entries were handed on that the log no longer holds.
-- One step, because a publish between would be numbered as one of the lost ones.
-- The mark is an entry of its own, behind all that is there and all that is lost, so that no lost offset is given
-- again and every reader that passes it is told.
--
-- KEYS[1] meta     as in append.lua
-- KEYS[2] log      hash: offset -> entry; tears -> from-to-top,... of the last tears: what was handed on and lost,
--                  and the top that was there: between top and to there is nothing
-- ARGV[1] command  PUBLISH or SPUBLISH
-- ARGV[2] bus      where it is announced
-- ARGV[3] epoch    of the places that were handed on
-- ARGV[4..]        offset and chain of each of them, newest first; the first is the end of the lost tail
--
-- Returns {offset, chain, bornAt} of the last place that was handed on and is in the log, or of a lower one
-- where none of them is; {} when the channel is of another life

local META, TEARS_KEPT = '>c16c16ddddddddd', 16
local packed = redis.call('GET', KEYS[1])
if not packed then return {} end
local epoch, prev, top, floor, bytes, oldest, ttlMs, purgedTo, bornAt, _, count = struct.unpack(META, packed)
if epoch ~= ARGV[3] then return {} end
if floor < top and redis.call('EXISTS', KEYS[2]) == 0 then floor, bytes = top, 0 end

local function entryAt(offset)
  return redis.call('HGET', KEYS[2], string.format('%d', offset))
end

local lost = tonumber(ARGV[4])
local fork, forkChain, isKnown = floor, prev, false
for index = 4, #ARGV, 2 do
  local offset, chain = tonumber(ARGV[index]), ARGV[index + 1]
  if offset <= floor then break end
  local entry = offset <= top and entryAt(offset)
  if (offset == top and prev == chain) or (entry and string.sub(entry, 20, 35) == chain) then
    fork, forkChain, isKnown = offset, chain, true
    break
  end
end
if isKnown and fork == lost then return { fork, forkChain, bornAt } end

local tears, isTold = {}, false
for from, to, below in string.gmatch(redis.call('HGET', KEYS[2], 'tears') or '', '(%d+)%-(%d+)(%-?%d*)') do
  tears[#tears + 1] = from .. '-' .. to .. below
  from, to = tonumber(from), tonumber(to)
  if from <= lost and lost <= to and from > floor and not isKnown then fork, isTold = from - 1, true end
  if isKnown and from <= fork + 1 and lost <= to then isTold = true end
end
if not isKnown then
  -- Where the followed history left the log is not remembered: a tear that tells of it, or all that is kept.
  local first = floor + 1
  while fork == floor and first <= top do
    local entry = entryAt(first)
    if entry then
      forkChain = string.sub(entry, 37, 52)
      break
    end
    first = first + 1
  end
  local entry = fork > floor and entryAt(fork)
  if entry then forkChain = string.sub(entry, 20, 35) end
end
-- What is not kept any more needs no mark: who stands there goes on at the floor.
if isTold or lost <= floor then return { fork, forkChain, bornAt } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local offset = math.max(top, lost) + 1
local from, to, place = string.format('%d', fork + 1), string.format('%d', lost), string.format('%d', offset)
local chain = string.format('%08x%08x',
  (tonumber(string.sub(prev, 1, 8), 16) * 69069 + fork % 2147483647) % 2147483647,
  (tonumber(string.sub(prev, 9, 16), 16) * 40503 + lost % 2147483629) % 2147483629)
local extra = '{"tear":[' .. from .. ',' .. to .. ']}'
local draft = string.format('%d', now) .. ' 2 0 0 t 0 - ' .. #extra .. '\n' .. extra
local entry = '1 ' .. epoch .. ' ' .. chain .. ' ' .. prev .. ' ' .. place .. ' ' .. draft
if floor == top then oldest = now end
tears[#tears + 1] = from .. '-' .. to .. '-' .. string.format('%d', top)
while #tears > TEARS_KEPT do table.remove(tears, 1) end
redis.call('HSET', KEYS[2], place, entry, 'tears', table.concat(tears, ','))
-- Expiries set at 0: the log may have begun anew, and the next publish must give it one.
redis.call('SET', KEYS[1], struct.pack(META, epoch, chain, offset, floor, bytes + #entry, oldest, ttlMs,
  purgedTo, bornAt, 0, count), 'KEEPTTL')
redis.call('PEXPIRE', KEYS[2], string.format('%d', ttlMs))
redis.call(ARGV[1], ARGV[2], entry)
return { fork, forkChain, bornAt }
