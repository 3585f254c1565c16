-- Reads a channel's facts and a page of its log.
-- One step, because a page is only worth as much as the facts of the same moment.
--
-- KEYS[1] meta      as in append.lua
-- KEYS[2] log       hash: offset -> entry, and tears, as in fence.lua
-- KEYS[3] life      string: the life of this partition's store
-- ARGV[1] channel   its name
-- ARGV[2] newLife   the life to begin with where there is none
-- ARGV[3] mode      after, before, last or top
-- ARGV[4] offset    the asked place (after, before) or how many (last)
-- ARGV[5] askedAt   milliseconds of a genesis position, else 0
-- ARGV[6] chain     of the asked place (after), else empty
-- ARGV[7] limit     entries at most
-- ARGV[8] maxBytes  bytes of entries at most, but one entry always
--
-- Returns {now, bornAt (-1: never), epoch, top, topChain, floor, floorChain, purgedTo, bytes, oldestAt,
-- chainAtOffset ('' where it is not known), genesisEpoch ('' where none is continued), more, fork, forkChain, entry, entry, ...}; entries of
-- before and last are newest first. fork: the last place below a tear that took the asked one, else -1

local META, MONTH_MS, WALKED_AT_ONCE = '>c16c16ddddddddd', 2592000000, 256
local channel, newLife, mode = ARGV[1], ARGV[2], ARGV[3]
local asked, askedAt = tonumber(ARGV[4]), tonumber(ARGV[5])
local limit, maxBytes = tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function genesisEpoch(atMs)
  local text = redis.call('GET', KEYS[3])
  if not text then
    text = newLife
    local kept = redis.pcall('SET', KEYS[3], text)
    if kept.err and not string.find(kept.err, 'OOM', 1, true) then error(kept) end
    -- Where memory is full it is the same for all until it can be written: readers wait there together.
    if kept.err then text = '' end
  end
  local month = string.format('%d', math.floor(atMs / MONTH_MS))
  return string.sub(redis.sha1hex(text .. '|' .. channel .. '|' .. month), 1, 16)
end

local packed = redis.call('GET', KEYS[1])
local askedEpoch = askedAt > 0 and genesisEpoch(askedAt) or ''
if not packed then
  return { now, -1, genesisEpoch(now), 0, '', 0, '', 0, 0, 0, '', askedEpoch, 0, -1, '' }
end

local epoch, topChain, top, floor, bytes, oldest, ttlMs, purgedTo, bornAt = struct.unpack(META, packed)
-- A life that followed one that was lost has a name of its own: nobody stands before its first message.
if askedAt > 0 and genesisEpoch(bornAt) ~= epoch then askedEpoch = '' end

local function entryAt(offset)
  return redis.call('HGET', KEYS[2], string.format('%d', offset))
end

-- Where a tear left nothing, so that it is passed in one step however wide it is.
local holes
local function holeAt(offset)
  if not holes then
    holes = {}
    for to, below in string.gmatch(redis.call('HGET', KEYS[2], 'tears') or '', '%d+%-(%d+)%-(%d+)') do
      holes[#holes + 1] = { tonumber(below) + 1, tonumber(to) }
    end
  end
  for _, hole in ipairs(holes) do
    if hole[1] <= offset and offset <= hole[2] then return hole[1], hole[2] end
  end
  return offset, offset
end

local function atOf(entry)
  return entry and tonumber(string.match(entry, '^%d+ (%d+) ', 54)) or 0
end

-- The last offset that is too old, of many: entries stand nearly in the order of their time. Halved, because a
-- step for each would hold up everybody.
local function lastExpired()
  local low, high = floor, top + 1
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    local entry, first, last = entryAt(middle), middle, middle
    if not entry then
      first, last = holeAt(middle)
      entry, last = last + 1 < high and entryAt(last + 1), math.min(last + 1, high - 1)
    end
    if entry and atOf(entry) + ttlMs < now then low = last else high = math.max(first, low + 1) end
  end
  return low
end

if floor < top and redis.call('EXISTS', KEYS[2]) == 0 then floor, bytes = top, 0 end
local walked = 0
-- What is older than the retention is gone for a reader, whether it was removed yet or not.
while floor < top and oldest + ttlMs < now do
  walked = walked + 1
  if walked > WALKED_AT_ONCE then
    -- What is kept of the bytes is told by its share.
    local before = top - floor
    floor = math.min(lastExpired(), top)
    bytes = math.floor(bytes * (top - floor) / before)
    break
  end
  local entry = entryAt(floor + 1)
  if entry then
    oldest = atOf(entry)
    if oldest + ttlMs >= now then break end
    bytes = bytes - #entry
  end
  local _, last = holeAt(floor + 1)
  floor = entry and floor + 1 or math.min(last, top)
end
-- The offsets that a tear took have no entry; the tear behind them has.
local floorChain, first = topChain, floor + 1
oldest = 0
while first <= top do
  local entry = entryAt(first)
  if entry then
    floorChain, oldest = string.sub(entry, 37, 52), atOf(entry)
    break
  end
  local _, last = holeAt(first)
  first = last + 1
end

local chainAtOffset = ''
if mode == 'after' and asked > 0 then
  if asked == top then
    chainAtOffset = topChain
  elseif asked == floor then
    chainAtOffset = floorChain
  elseif asked > floor and asked < top then
    local entry = entryAt(asked)
    chainAtOffset = entry and string.sub(entry, 20, 35) or ''
  end
end

-- A place that a failover took away, if the tear that tells of it is kept: the deepest one, so that nothing is
-- passed over.
local fork, forkChain = -1, ''
if mode == 'after' and asked > floor and chainAtOffset ~= ARGV[6] then
  for from, to in string.gmatch(redis.call('HGET', KEYS[2], 'tears') or '', '(%d+)%-(%d+)') do
    from, to = tonumber(from), tonumber(to)
    if from <= asked and asked <= to and (fork == -1 or from - 1 < fork) then fork = from - 1 end
  end
  if fork ~= -1 and fork <= floor then
    fork, forkChain = floor, floorChain
  elseif fork ~= -1 then
    local entry = entryAt(fork)
    if entry then forkChain = string.sub(entry, 20, 35) else fork = -1 end
  end
end

local reply = { now, bornAt, epoch, top, topChain, floor, floorChain, purgedTo, bytes, oldest,
  chainAtOffset, askedEpoch, 0, fork, forkChain }
if mode == 'top' then return reply end

local from, to, step = math.max(asked, floor) + 1, top, 1
if mode == 'before' then
  from, to, step = math.min(asked - 1, top), floor + 1, -1
elseif mode == 'last' then
  from, to, step = top, floor + 1, -1
  limit = math.min(limit, asked)
end
local count, size, offset = 0, 0, from
while (to - offset) * step >= 0 do
  local entry = entryAt(offset)
  if entry then
    size = size + #entry
    if count >= limit or (size > maxBytes and count > 0) then
      reply[13] = 1
      break
    end
    count = count + 1
    reply[#reply + 1] = entry
  else
    local first, last = holeAt(offset)
    offset = step > 0 and last or first
  end
  offset = offset + step
end
return reply
