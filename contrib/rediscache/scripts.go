package rediscache

import "github.com/redis/go-redis/v9"

// The mark of the store is a number that an invalidation makes one greater. Its key has another one
// too: the mark from which on the server remembers. Where it has forgotten the key, both begin with its
// clock in microseconds, so that they are greater than all before.
//
// A tag is a key with two numbers: the mark of its last invalidation, and that of when the key was
// made. A value has that of when it was set: if it is from before the key of one of its tags, or
// that key is not there, the server has forgotten the key, and with it perhaps an invalidation. The same
// holds for a value whose computing began before the server remembers.
const marks = `
local function text(n) return string.format('%.0f', n) end
local now, since = string.match(redis.call('GET', ARGV[1] .. 'm') or '', '(%d+) (%d+)')
if now then
	now, since = tonumber(now), tonumber(since)
else
	local t = redis.call('TIME')
	now = t[1] * 1000000 + t[2]
	since = now
	redis.call('SET', ARGV[1] .. 'm', text(now) .. ' ' .. text(since))
end
`

var getScript = redis.NewScript(marks + `
local out = {text(now), redis.call('EXISTS', KEYS[2])}
local e = redis.call('HMGET', KEYS[1], 'v', 't', 'f', 'x', 'm', 's', 'h')
if not e[1] then return out end
local mark, set = tonumber(e[5]), tonumber(e[6])
for h in string.gmatch(e[7], '%S+') do
	local tag = redis.call('GET', ARGV[1] .. 't:' .. h)
	if not tag then return out end
	local at, made = string.match(tag, '(%d+) (%d+)')
	if tonumber(at) > mark or tonumber(made) > set then return out end
end
for i = 1, 5 do out[i + 2] = e[i] end
return out
`)

var setScript = redis.NewScript(marks + `
redis.call('DEL', KEYS[1], KEYS[2])
local mark, length = tonumber(ARGV[7]), tonumber(ARGV[8])
if length == 0 or ARGV[4] ~= '' and mark < since then return 0 end
for h in string.gmatch(ARGV[4], '%S+') do
	local key = ARGV[1] .. 't:' .. h
	redis.call('SET', key, '0 ' .. text(now), 'NX')
	if redis.call('PTTL', key) < length + 1000 then redis.call('PEXPIRE', key, length + 1000) end
end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 't', ARGV[3], 'h', ARGV[4], 'f', ARGV[5], 'x', ARGV[6], 'm', ARGV[7], 's', text(now))
return redis.call('PEXPIRE', KEYS[1], length)
`)

var invalidateScript = redis.NewScript(marks + `
now = now + 1
redis.call('SET', ARGV[1] .. 'm', text(now) .. ' ' .. text(since))
for _, key in ipairs(KEYS) do
	local made = string.match(redis.call('GET', key) or '', '%d+ (%d+)') or text(now)
	local left = math.max(redis.call('PTTL', key), tonumber(ARGV[2]))
	redis.call('SET', key, text(now) .. ' ' .. made, 'PX', text(left))
end
return 0
`)

var releaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`)
