-- Takes whole tokens from a bucket that fills by itself, for one instance to spend.
-- Atomic and by the clock of the server, so that instances never take more than the bucket held.
--
-- KEYS[1] bucket     hash: tokens, atMs, and i:<instance> -> when it took last
-- ARGV[1] perSecond  tokens that come back in a second
-- ARGV[2] burst      tokens of a full bucket
-- ARGV[3] wanted     most tokens to take
-- ARGV[4] instance   who takes
--
-- Returns {taken, thousandths of a token that are left, instances that took in the last 5 s}
local bucket = KEYS[1]
local perSecond, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local instance = 'i:' .. ARGV[4]
local holderMs = 5000
local longestMs = 2592000000

local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)

local tokens, atMs, holders = burst, nowMs, 1
local fields = redis.call('HGETALL', bucket)
for at = 1, #fields, 2 do
  local name, value = fields[at], tonumber(fields[at + 1])
  if name == 'tokens' then
    tokens = value
  elseif name == 'atMs' then
    atMs = value
  elseif name ~= instance then
    if nowMs - value < holderMs then
      holders = holders + 1
    else
      redis.call('HDEL', bucket, name)
    end
  end
end

-- A clock that was set back gives nothing, and nobody waits until it has caught up.
tokens = math.min(burst, tokens + math.max(0, nowMs - atMs) * perSecond / 1000)
-- What adding fractions leaves over must not make anybody wait.
local taken = math.max(0, math.min(wanted, math.floor(tokens + 0.001)))
tokens = tokens - taken
redis.call('HSET', bucket, 'tokens', string.format('%.6f', tokens), 'atMs', string.format('%.0f', nowMs), instance, string.format('%.0f', nowMs))
-- Without its key a bucket is full, so the key is needed until it is.
local untilFullMs = math.min(longestMs, math.ceil((burst - tokens) * 1000 / perSecond))
redis.call('PEXPIRE', bucket, string.format('%.0f', math.max(untilFullMs, holderMs) + 1000))
return { taken, math.floor(tokens * 1000), holders }
