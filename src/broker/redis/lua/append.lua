-- Appends publications: seen before? then offset, chain, log, trim, remember, announce.
-- One step, because whoever sees an announcement must be able to read it, and no offset may be given twice.
--
-- KEYS[1..]  five for each publication:
--   meta     packed: epoch, chain, top, floor, bytes, oldest `at`, ttlMs, purged to, born at, expiries
--            set at, ids counted
--   log      hash: offset -> entry
--   ids      hash: publisher and id -> packed epoch, offset, at, stored at; digest
--   idOrder  list: the fields of ids, oldest first
--   life     string: the life of this partition's store
-- ARGV[1]    PUBLISH or SPUBLISH
-- ARGV[2]    the life to begin with where there is none
-- ARGV[3..]  three for each publication, because each argument costs more than what is in it:
--   bus, packed, draft
--   packed: high and low of the draft's digest, at, size, ttlMs, maxBytes, dedupMs, bytes of the
--           channel's name (which its keys end with); idField and contentDigest, each behind its length
--
-- Returns two items for each publication: epoch, offset: stored; 1, {epoch, offset, at}: duplicate;
-- 2, 0: conflict; 3, 0: too many ids; 4, message: failed

local KEPT_IDS, MOST_IDS, FORGOTTEN_AT_ONCE, TRIMMED_AT_ONCE = 1000, 1000000, 16, 1000
local MONTH_MS, DAY_MS = 2592000000, 86400000
local META, ID, PACKED = '>c16c16ddddddddd', '>c16ddd', '>I4I4dddddI4I4c0I4c0'
local announce, newLife = ARGV[1], ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- The id that is remembered though its message is not stored yet, and where.
local reservedIn, reserved

local function whole(number)
  return string.format('%d', number)
end

local function born(life, channel, isReborn)
  local text = redis.call('GET', life)
  if not text then
    text = newLife
    redis.call('SET', life, text)
  end
  local epoch = string.sub(redis.sha1hex(text .. '|' .. channel .. '|' .. whole(isReborn and now or math.floor(now / MONTH_MS))), 1, 16)
  local seed = redis.sha1hex(epoch .. '|' .. whole(now))
  return epoch, string.format('%08x%08x', tonumber(string.sub(seed, 1, 8), 16) % 2147483647,
    tonumber(string.sub(seed, 9, 16), 16) % 2147483629)
end

-- Forgets a few ids that are older than the window and not among the last thousand.
local function forget(ids, order, count, dedupMs)
  for _ = 1, 2 do
    if count - FORGOTTEN_AT_ONCE < KEPT_IDS then break end
    local youngest = redis.call('LINDEX', order, FORGOTTEN_AT_ONCE - 1)
    if not youngest then return redis.call('LLEN', order) end
    local record = redis.call('HGET', ids, youngest)
    if record then
      local _, _, _, storedAt = struct.unpack(ID, record)
      if storedAt + dedupMs >= now then break end
    end
    redis.call('HDEL', ids, unpack(redis.call('LPOP', order, FORGOTTEN_AT_ONCE)))
    count = count - FORGOTTEN_AT_ONCE
  end
  return count
end

-- What an id that is known already gets.
local function repeated(known, digest)
  if string.sub(known, 41) ~= digest then return 2, 0 end
  local epoch, offset, first = struct.unpack(ID, known)
  return 1, { epoch, offset, first }
end

-- The first write is one that Redis refuses when it is full: what follows it is then never half done.
local function append(k, a)
  local meta, log, ids, order, life = KEYS[k], KEYS[k + 1], KEYS[k + 2], KEYS[k + 3], KEYS[k + 4]
  local bus, draft = ARGV[a], ARGV[a + 2]
  local high, low, at, size, ttlMs, maxBytes, dedupMs, nameBytes, idField, digest = struct.unpack(PACKED, ARGV[a + 1])

  local epoch, prev, top, floor, bytes, oldest, hadTtlMs, purgedTo, bornAt, setAt, count, goneBytes
  local packed = redis.call('GET', meta)
  if packed then
    epoch, prev, top, floor, bytes, oldest, hadTtlMs, purgedTo, bornAt, setAt, count = struct.unpack(META, packed)
    -- The entry that must go tells that the log is there; a gap before it, or nothing to trim, tells nothing.
    if floor < top and top - floor >= size then goneBytes = redis.call('HSTRLEN', log, whole(floor + 1)) end
    if floor < top and (goneBytes or 0) == 0 and redis.call('EXISTS', log) == 0 then
      floor, bytes, goneBytes = top, 0, nil
    end
  end
  if not packed then
    -- Left over from a history whose meta was evicted: another epoch, and none of its ids names a place in it.
    local isReborn = redis.call('EXISTS', log, ids, order) > 0
    if isReborn then redis.call('UNLINK', log, ids, order) end
    epoch, prev = born(life, string.sub(meta, -nameBytes), isReborn)
    top, floor, bytes, hadTtlMs, purgedTo, bornAt, setAt, count = 0, 0, 0, ttlMs, 0, now, 0, 0
  elseif count >= MOST_IDS then
    local known = redis.call('HGET', ids, idField)
    if known then return repeated(known, digest) end
    count = forget(ids, order, redis.call('LLEN', order), dedupMs)
    if count >= MOST_IDS then return 3, 0 end
  end

  local offset = top + 1
  local isNew = redis.pcall('HSETNX', ids, idField, struct.pack('>c16dddc0', epoch, offset, at, now, digest))
  if isNew ~= 1 then
    -- Known; or no room for more, where what is known is still told.
    local known = redis.call('HGET', ids, idField)
    if known then return repeated(known, digest) end
    error(isNew)
  end
  reservedIn, reserved = ids, idField
  local place = whole(offset)
  local chain = string.format('%08x%08x',
    (tonumber(string.sub(prev, 1, 8), 16) * 69069 + high) % 2147483647,
    (tonumber(string.sub(prev, 9, 16), 16) * 40503 + low) % 2147483629)
  local entry = '1 ' .. epoch .. ' ' .. chain .. ' ' .. prev .. ' ' .. place .. ' ' .. draft
  redis.call('HSET', log, place, entry)
  bytes = bytes + #entry
  if floor == top then oldest = at end

  local last = math.min(offset - 1, floor + TRIMMED_AT_ONCE)
  while floor < last and (offset - floor > size or bytes > maxBytes) do
    floor = floor + 1
    bytes, goneBytes = bytes - (goneBytes or redis.call('HSTRLEN', log, whole(floor))), nil
    redis.call('HDEL', log, whole(floor))
  end
  -- The oldest `at` may lag behind the floor: it is looked up again only when it seems too old.
  while floor < last and oldest + ttlMs < now do
    local gone = whole(floor + 1)
    local text = redis.call('HGET', log, gone)
    oldest = text and tonumber(string.match(text, '^%d+ (%d+) ', 54)) or 0
    if oldest + ttlMs >= now then break end
    floor = floor + 1
    bytes = bytes - (text and #text or 0)
    redis.call('HDEL', log, gone)
  end

  redis.call('RPUSH', order, idField)
  count = count + 1
  if offset % 8 == 0 then count = forget(ids, order, count, dedupMs) end

  -- Expiries are set now and then; the slack makes up for the time between.
  local slack = math.min(ttlMs, dedupMs) / 8
  local mustExpire = now - setAt > slack or now < setAt or hadTtlMs ~= ttlMs
  local forgottenAt
  if mustExpire then
    setAt = now
    -- The ids live as long as the numbering that they name places in, to the millisecond, or a clock that
    -- jumps would empty them.
    forgottenAt = whole(now + math.max(MONTH_MS, ttlMs, dedupMs + DAY_MS) + slack)
    redis.call('PEXPIRE', log, whole(ttlMs + slack))
    redis.call('PEXPIREAT', ids, forgottenAt)
    redis.call('PEXPIREAT', order, forgottenAt)
  end
  packed = struct.pack(META, epoch, chain, offset, floor, bytes, oldest, ttlMs, purgedTo, bornAt, setAt, count)
  if mustExpire then
    redis.call('SET', meta, packed, 'PXAT', forgottenAt)
  else
    redis.call('SET', meta, packed, 'KEEPTTL')
  end
  reserved = nil
  redis.call(announce, bus, entry)
  return epoch, offset
end

local replies = {}
local k, a = 1, 3
while k <= #KEYS do
  local ok, first, second = pcall(append, k, a)
  if not ok then
    -- An id without its message would make the next try a duplicate of nothing.
    if reserved then redis.pcall('HDEL', reservedIn, reserved) end
    reserved = nil
    first, second = 4, type(first) == 'table' and first.err or tostring(first)
  end
  replies[#replies + 1] = first
  replies[#replies + 1] = second
  k, a = k + 5, a + 3
end
return replies
