-- Sets the state of a member.
-- Atomic, because a client that comes or goes meanwhile changes the same record.
--
-- KEYS[1] members  hash of the channel: user -> JSON of joinedAt, clients, name?, state? (JSON text)
-- KEYS[2] clients  hash of the channel: 'user client' -> number of sessions
-- ARGV[1] user     whose state
-- ARGV[2] client   who sets it; has to be there
-- ARGV[3] state    JSON text; kept as text, because this cjson makes {} of []
--
-- Returns the JSON of the member, or false if that client is not there
local members, clients = KEYS[1], KEYS[2]
local user, client, state = ARGV[1], ARGV[2], ARGV[3]

if redis.call('HEXISTS', clients, user .. ' ' .. client) == 0 then return false end
local known = redis.call('HGET', members, user)
if not known then return false end
local member = cjson.decode(known)
member.state = state
local text = cjson.encode(member)
redis.call('HSET', members, user, text)
return text
