-- Takes a session away from a channel.
-- Atomic, so that of all sessions of a user that go at once one is the last.
--
-- KEYS[1] members  hash of the channel: user -> JSON of joinedAt, clients, name?, state? (JSON text)
-- KEYS[2] clients  hash of the channel: 'user client' -> number of sessions
-- KEYS[3] held     hash of holder and partition: 'channel session' -> 'user client'
-- ARGV[1] stay     'channel session'
--
-- Returns {user, JSON of the member} if the user is gone, else false
local members, clients, held = KEYS[1], KEYS[2], KEYS[3]
local stay = ARGV[1]

local who = redis.call('HGET', held, stay)
if not who then return false end
redis.call('HDEL', held, stay)
if redis.call('HINCRBY', clients, who, -1) > 0 then return false end
redis.call('HDEL', clients, who)

local user = string.sub(who, 1, string.find(who, ' ', 1, true) - 1)
local known = redis.call('HGET', members, user)
if not known then return false end
local member = cjson.decode(known)
member.clients = member.clients - 1
local text = cjson.encode(member)
if member.clients > 0 then
  redis.call('HSET', members, user, text)
  return false
end
redis.call('HDEL', members, user)
return { user, text }
