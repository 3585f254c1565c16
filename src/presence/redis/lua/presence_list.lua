-- Lists members of a channel, up to a bound, and counts all of them.
-- Atomic, so that the count and the list are of one moment, and no member is listed twice.
--
-- KEYS[1] members  hash of the channel: user -> JSON of joinedAt, clients, name?, state? (JSON text)
-- ARGV[1] limit    most members listed
--
-- Returns {total, {user, JSON, user, JSON, ...}}
local members = KEYS[1]
local limit = tonumber(ARGV[1])

local total = redis.call('HLEN', members)
if total <= limit then return { total, redis.call('HGETALL', members) } end
-- Distinct ones, at a cost that follows the limit and not the size of the channel.
return { total, redis.call('HRANDFIELD', members, limit, 'WITHVALUES') }
