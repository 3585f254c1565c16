-- Adds a session to a channel.
-- Atomic, so that of all sessions of a user that come at once one is the first.
--
-- KEYS[1] members  hash of the channel: user -> JSON of joinedAt, clients, name?, state? (JSON text)
-- KEYS[2] clients  hash of the channel: 'user client' -> number of sessions
-- KEYS[3] held     hash of holder and partition: 'channel session' -> 'user client'
-- ARGV[1] stay     'channel session'
-- ARGV[2] user     who
-- ARGV[3] client   with what
-- ARGV[4] name     JSON: a string, or null
-- ARGV[5] nowMs    the time
--
-- Returns the JSON of the member if the user was not there, else false
local members, clients, held = KEYS[1], KEYS[2], KEYS[3]
local stay, user, client = ARGV[1], ARGV[2], ARGV[3]
local name, nowMs = cjson.decode(ARGV[4]), tonumber(ARGV[5])

-- A user has no space in it, so the first space ends it.
local who = user .. ' ' .. client
if redis.call('HSETNX', held, stay, who) == 0 then return false end
if redis.call('HINCRBY', clients, who, 1) > 1 then return false end

local known = redis.call('HGET', members, user)
local member = known and cjson.decode(known) or { joinedAt = nowMs, clients = 0 }
member.clients = member.clients + 1
if name ~= cjson.null then member.name = name end
local text = cjson.encode(member)
redis.call('HSET', members, user, text)
return not known and text
