-- Appends publications: seen before? then offset, chain, log, trim, remember, announce.
-- One step, because whoever sees an announcement must be able to read it, and no offset may be given twice.
--
-- KEYS, five for each publication:
--   meta     hash: e epoch, o top offset, c chain, f floor, b bytes, a oldest `at`, t ttl, p purged to,
--            n born at, x expiries set at
--   log      hash: offset -> entry
--   ids      hash: publisher and id -> "epoch offset at storedAt digest"
--   idOrder  list: the fields of ids, oldest first
--   life     string: the life of this partition's store
-- ARGV[1] command    PUBLISH or SPUBLISH
-- ARGV[2] life       the life to begin with where there is none
-- ARGV from 3, twelve for each publication:
--   channel, bus, idField, contentDigest, high, low, at, size, ttlMs, maxBytes, dedupMs, draft
--
-- Returns one array for each publication: {0, epoch, offset, at} stored, {1, epoch, offset, at} duplicate,
-- {2} conflict, {3} too many ids, {4, message} failed with nothing stored

local KEPT_IDS, MOST_IDS, FORGOTTEN_AT_ONCE = 1000, 1000000, 4
local BUCKET_MS, MEMORY_MS, DAY_MS = 2592000000, 2592000000, 86400000
local announce, newLife = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function born(life, channel)
  local text = redis.call('GET', life)
  if not text then
    text = newLife
    redis.call('SET', life, text)
  end
  local bucket = string.format('%d', math.floor(now / BUCKET_MS))
  local epoch = string.sub(redis.sha1hex(text .. '|' .. channel .. '|' .. bucket), 1, 16)
  local seed = redis.sha1hex(epoch .. '|' .. string.format('%d', now))
  local chain = string.format('%08x%08x', tonumber(string.sub(seed, 1, 8), 16) % 2147483647,
    tonumber(string.sub(seed, 9, 16), 16) % 2147483629)
  return epoch, chain
end

-- Forgets a few ids that are older than the window and not among the last thousand.
local function remembered(ids, order, dedupMs)
  local count = redis.call('LLEN', order)
  for _ = 1, FORGOTTEN_AT_ONCE do
    if count < KEPT_IDS then break end
    local oldest = redis.call('LINDEX', order, 0)
    local record = redis.call('HGET', ids, oldest)
    local storedAt = record and tonumber(string.match(record, '^%x+ %d+ %d+ (%d+) '))
    if storedAt and storedAt + dedupMs >= now then break end
    redis.call('LPOP', order)
    redis.call('HDEL', ids, oldest)
    count = count - 1
  end
  return count
end

local function atOf(entry)
  return tonumber(string.match(entry, '^%d+ %x+ %x+ %x+ %d+ (%d+) '))
end

local function append(k, a)
  local meta, log, ids, order, life = KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local channel, bus, idField, digest = ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
  local high, low, at = tonumber(ARGV[a + 4]), tonumber(ARGV[a + 5]), ARGV[a + 6]
  local size, ttlMs = tonumber(ARGV[a + 7]), tonumber(ARGV[a + 8])
  local maxBytes, dedupMs, draft = tonumber(ARGV[a + 9]), tonumber(ARGV[a + 10]), ARGV[a + 11]

  local known = redis.call('HGET', ids, idField)
  if known then
    local epoch, offset, first, was = string.match(known, '^(%x+) (%d+) (%d+) %d+ (%x+)$')
    if was ~= digest then return { 2 } end
    return { 1, epoch, tonumber(offset), tonumber(first) }
  end
  if remembered(ids, order, dedupMs) >= MOST_IDS then return { 3 } end

  local m = redis.call('HMGET', meta, 'e', 'o', 'c', 'f', 'b', 'a', 'n', 'x')
  local epoch, top, prev = m[1], tonumber(m[2]), m[3]
  local floor, bytes, oldest = tonumber(m[4]), tonumber(m[5]), tonumber(m[6])
  local bornAt, setAt = m[7], tonumber(m[8])
  if not epoch then
    epoch, prev = born(life, channel)
    top, floor, bytes, oldest, bornAt, setAt = 0, 0, 0, nil, string.format('%d', now), 0
  elseif floor < top and redis.call('EXISTS', log) == 0 then
    floor, bytes, oldest = top, 0, nil
  end

  local offset = top + 1
  local chain = string.format('%08x%08x',
    (tonumber(string.sub(prev, 1, 8), 16) * 69069 + high) % 2147483647,
    (tonumber(string.sub(prev, 9, 16), 16) * 40503 + low) % 2147483629)
  local place = string.format('%d', offset)
  local entry = '1 ' .. epoch .. ' ' .. chain .. ' ' .. prev .. ' ' .. place .. ' ' .. draft
  redis.call('HSET', log, place, entry)
  bytes = bytes + #entry
  oldest = oldest or tonumber(at)

  while offset - floor > 1 and (offset - floor > size or bytes > maxBytes) do
    floor = floor + 1
    local gone = string.format('%d', floor)
    bytes = bytes - redis.call('HSTRLEN', log, gone)
    redis.call('HDEL', log, gone)
  end
  -- The oldest `at` may lag behind the floor: it is looked up again only when it seems too old.
  while oldest + ttlMs < now and floor + 1 < offset do
    local head = string.format('%d', floor + 1)
    local text = redis.call('HGET', log, head)
    oldest = text and atOf(text) or 0
    if oldest + ttlMs >= now then break end
    floor = floor + 1
    if text then bytes = bytes - #text end
    redis.call('HDEL', log, head)
  end

  local refresh = now - setAt > math.min(ttlMs, dedupMs) / 8 or now < setAt
  if refresh then setAt = now end
  redis.call('HSET', meta, 'e', epoch, 'o', place, 'c', chain, 'f', string.format('%d', floor),
    'b', string.format('%d', bytes), 'a', string.format('%d', oldest), 't', string.format('%d', ttlMs),
    'n', bornAt, 'x', string.format('%d', setAt))
  redis.call('HSET', ids, idField, epoch .. ' ' .. place .. ' ' .. at .. ' ' .. string.format('%d', now) .. ' ' .. digest)
  redis.call('RPUSH', order, idField)
  if refresh then
    local slack = math.min(ttlMs, dedupMs) / 8
    redis.call('PEXPIRE', meta, string.format('%d', math.max(MEMORY_MS, ttlMs) + slack))
    redis.call('PEXPIRE', log, string.format('%d', ttlMs + slack))
    redis.call('PEXPIRE', ids, string.format('%d', dedupMs + DAY_MS + slack))
    redis.call('PEXPIRE', order, string.format('%d', dedupMs + DAY_MS + slack))
  end
  redis.call(announce, bus, entry)
  return { 0, epoch, offset, tonumber(at) }
end

local replies = {}
local k, a = 1, 3
while k <= #KEYS do
  local ok, reply = pcall(append, k, a)
  if not ok then
    reply = { 4, type(reply) == 'table' and reply.err or tostring(reply) }
  end
  replies[#replies + 1] = reply
  k, a = k + 5, a + 12
end
return replies
