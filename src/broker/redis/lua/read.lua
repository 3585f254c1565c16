-- Reads a channel's facts and a page of its log.
-- One step, because a page is only worth as much as the facts of the same moment.
--
-- KEYS[1] meta      as in append.lua
-- KEYS[2] log       hash: offset -> entry
-- KEYS[3] life      string: the life of this partition's store
-- ARGV[1] channel
-- ARGV[2] newLife   the life to begin with where there is none
-- ARGV[3] mode      after, before, last or top
-- ARGV[4] offset    the asked place (after, before) or how many (last)
-- ARGV[5] askedAt   milliseconds of a genesis position, else 0
-- ARGV[6] limit     entries at most
-- ARGV[7] maxBytes  bytes of entries at most, but one entry always
--
-- Returns {now, exists, epoch, top, topChain, floor, floorChain, purgedTo, bytes, oldestAt, bornAt,
-- chainAtOffset, genesisEpoch, more, entry, entry, ...}; entries of before and last are newest first

local BUCKET_MS = 2592000000
local channel, newLife, mode = ARGV[1], ARGV[2], ARGV[3]
local asked, askedAt = tonumber(ARGV[4]), tonumber(ARGV[5])
local limit, maxBytes = tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function genesisEpoch(atMs)
  local text = redis.call('GET', KEYS[3])
  if not text then
    text = newLife
    redis.call('SET', KEYS[3], text)
  end
  local bucket = string.format('%d', math.floor(atMs / BUCKET_MS))
  return string.sub(redis.sha1hex(text .. '|' .. channel .. '|' .. bucket), 1, 16)
end

local m = redis.call('HMGET', KEYS[1], 'e', 'o', 'c', 'f', 'p', 'b', 'a', 'n', 't')
if not m[1] then
  local epoch = genesisEpoch(now)
  local since = askedAt > 0 and genesisEpoch(askedAt) or ''
  return { now, 0, epoch, 0, '', 0, '', 0, 0, 0, now, '', since, 0 }
end

local top, topChain, floor = tonumber(m[2]), m[3], tonumber(m[4])
local bytes, oldest, ttlMs = tonumber(m[6]), tonumber(m[7]), tonumber(m[9])

local function entryAt(offset)
  return redis.call('HGET', KEYS[2], string.format('%d', offset))
end

if floor < top and redis.call('EXISTS', KEYS[2]) == 0 then
  floor, bytes = top, 0
end
-- What is older than the retention is gone for a reader, whether it was removed yet or not.
while floor < top and oldest + ttlMs < now do
  local head = entryAt(floor + 1)
  oldest = head and tonumber(string.match(head, '^%d+ %x+ %x+ %x+ %d+ (%d+) ')) or 0
  if oldest + ttlMs >= now then break end
  floor = floor + 1
  if head then bytes = bytes - #head end
end
local floorChain = topChain
if floor < top then
  local first = entryAt(floor + 1)
  floorChain = string.sub(first, 37, 52)
  oldest = tonumber(string.match(first, '^%d+ %x+ %x+ %x+ %d+ (%d+) '))
else
  oldest = 0
end

local chainAtOffset = ''
if mode == 'after' and asked > 0 then
  if asked == top then
    chainAtOffset = topChain
  elseif asked == floor then
    chainAtOffset = floorChain
  elseif asked > floor and asked < top then
    chainAtOffset = string.sub(entryAt(asked), 20, 35)
  end
end

local reply = { now, 1, m[1], top, topChain, floor, floorChain, tonumber(m[5]) or 0, bytes, oldest,
  tonumber(m[8]), chainAtOffset, askedAt > 0 and genesisEpoch(askedAt) or '', 0 }
if mode == 'top' then return reply end

local from, to, step = math.max(asked, floor) + 1, top, 1
if mode == 'before' then
  from, to, step = math.min(asked - 1, top), floor + 1, -1
elseif mode == 'last' then
  from, to, step = top, floor + 1, -1
  limit = math.min(limit, asked)
end
local count, size = 0, 0
for offset = from, to, step do
  local entry = count < limit and entryAt(offset)
  size = size + (entry and #entry or 0)
  if not entry or (size > maxBytes and count > 0) then
    reply[14] = 1
    break
  end
  count = count + 1
  reply[#reply + 1] = entry
end
return reply
