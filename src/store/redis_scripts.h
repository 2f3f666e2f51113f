// What must be one step for all processes runs in the server as a script: write if absent or equal, caps, renewals.
//
// Keys of a workspace, all in one slot by the braces:
//   hr:{WS}:e:HANDLE  hash: id kind version created carried expires size key hint ct; dies by PEXPIRE
//   hr:{WS}:g:HANDLE  hash: at key hint; seven days longer, so that what is gone can be told from what never was
//   hr:{WS}:c, :x     sorted sets: when each was carried, when each expires     hr:{WS}:s  hash: sizes     :b  their
//   sum hr:{WS}:k, :u     hashes: data keys (wrapped), their uses
// A record's handle is "r" and 32 hex digits of its id.
#pragma once

#include <string_view>

namespace headroom::store {

// KEYS: prefix..k u c x s b, then e:HANDLE and g:HANDLE. ARGV[1] is the prefix, ARGV[2] now, ARGV[3] a handle.
inline constexpr std::string_view script_common = R"lua(
local P, now, h = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local K, U, C, X, S, B = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local gone_ms, live_ms = 604800000, 600000
local function call(...) return redis.call(...) end
local function leave(handle, keep_hint)
  call('DEL', P .. 'e:' .. handle)
  call('ZREM', C, handle)
  call('ZREM', X, handle)
  local size = tonumber(call('HGET', S, handle) or '0')
  call('HDEL', S, handle)
  call('DECRBY', B, size)
  local g = P .. 'g:' .. handle
  if not keep_hint then call('HDEL', g, 'key', 'hint') end
  call('HSET', g, 'at', string.format('%.0f', now))
  call('PEXPIRE', g, gone_ms)
end
local function sweep()
  for _, handle in ipairs(call('ZRANGEBYSCORE', X, '-inf', now, 'LIMIT', 0, 16)) do leave(handle, true) end
end
-- Expired ones leave first, then those not carried for longest, never `keep` nor a live one; all that is needed, or none.
local function make_room(size, capacity, keep)
  local excess = tonumber(call('GET', B) or '0') + size - capacity
  if excess <= 0 then return true end
  local leaving, seen, sum = {}, {}, 0
  local function take(set, from, to)
    local offset = 0
    while sum < excess do
      local some = call('ZRANGEBYSCORE', set, from, to, 'LIMIT', offset, 64)
      if #some == 0 then return end
      offset = offset + #some
      for _, handle in ipairs(some) do
        if sum >= excess then return end
        if handle ~= keep and not seen[handle] then
          seen[handle] = true
          leaving[#leaving + 1] = handle
          sum = sum + tonumber(call('HGET', S, handle) or '0')
        end
      end
    end
  end
  take(X, '-inf', now)
  take(C, '-inf', now - live_ms)
  take(C, now + live_ms, '+inf')
  if sum < excess then return false end
  for _, handle in ipairs(leaving) do leave(handle, true) end
  return true
end
local function use_key(key, times, most)
  if call('HEXISTS', K, key) == 0 then return false end
  return call('HINCRBY', U, key, times) <= most
end
local function mark(handle, carried, expires, ttl)
  call('ZADD', C, carried, handle)
  call('ZADD', X, expires, handle)
  call('PEXPIRE', P .. 'e:' .. handle, ttl)
  call('HSET', P .. 'g:' .. handle, 'at', expires)
  call('PEXPIRE', P .. 'g:' .. handle, ttl + gone_ms)
end
local function renew(handle, carried)
  local e = P .. 'e:' .. handle
  local was = call('HMGET', e, 'carried', 'expires')
  if not was[1] or tonumber(was[2]) <= carried then return false end
  local ttl = tonumber(was[2]) - tonumber(was[1])
  call('HSET', e, 'carried', string.format('%.0f', carried), 'expires', string.format('%.0f', carried + ttl))
  mark(handle, carried, carried + ttl, ttl)
  return true
end
)lua";

// ARGV: 4 id, 5 kind, 6 size, 7 ttl, 8 capacity, 9 key, 10 most uses, 11 hint, 12 ct
inline constexpr std::string_view script_put = R"lua(
local e = P .. 'e:' .. h
local ttl = tonumber(ARGV[7])
local known = call('HMGET', e, 'id', 'carried', 'expires')
if known[1] then
  if known[1] ~= ARGV[4] then return 'collision' end
  local kept = math.max(ttl, tonumber(known[3]) - tonumber(known[2]))
  call('HSET', e, 'carried', ARGV[2], 'expires', string.format('%.0f', now + kept))
  mark(h, now, now + kept, kept)
  return 'known'
end
if ARGV[12] == '' then return 'seal' end
if not use_key(ARGV[9], 2, tonumber(ARGV[10])) then return 'key' end
sweep()
if call('ZSCORE', C, h) then leave(h, true) end
if not make_room(tonumber(ARGV[6]), tonumber(ARGV[8]), '') then return 'full' end
call('HSET', e, 'id', ARGV[4], 'kind', ARGV[5], 'version', '0', 'created', ARGV[2], 'carried', ARGV[2],
  'expires', string.format('%.0f', now + ttl), 'size', ARGV[6], 'key', ARGV[9], 'hint', ARGV[11], 'ct', ARGV[12])
call('HSET', P .. 'g:' .. h, 'key', ARGV[9], 'hint', ARGV[11])
call('HSET', S, h, ARGV[6])
call('INCRBY', B, ARGV[6])
mark(h, now, now + ttl, ttl)
return 'stored'
)lua";

// ARGV: 4 id, 5 version before, 6 size, 7 ttl, 8 capacity, 9 key, 10 most uses, 11 hint, 12 ct
inline constexpr std::string_view script_put_record = R"lua(
local e = P .. 'e:' .. h
local ttl = tonumber(ARGV[7])
local known = call('HMGET', e, 'version', 'expires')
local version = 0
if known[1] and tonumber(known[2]) > now then version = tonumber(known[1]) end
if version ~= tonumber(ARGV[5]) then return 'version' end
if not use_key(ARGV[9], 2, tonumber(ARGV[10])) then return 'key' end
sweep()
local held = tonumber(call('HGET', S, h) or '0')
if not make_room(tonumber(ARGV[6]) - held, tonumber(ARGV[8]), h) then return 'full' end
call('HSET', e, 'id', ARGV[4], 'kind', 'record', 'version', string.format('%.0f', version + 1), 'created', ARGV[2],
  'carried', ARGV[2], 'expires', string.format('%.0f', now + ttl), 'size', ARGV[6], 'key', ARGV[9], 'hint', ARGV[11],
  'ct', ARGV[12])
call('HSET', P .. 'g:' .. h, 'key', ARGV[9])
call('HSET', S, h, ARGV[6])
call('INCRBY', B, tonumber(ARGV[6]) - held)
mark(h, now, now + ttl, ttl)
return 'stored'
)lua";

// ARGV: 4.. handle, carried, handle, carried...
inline constexpr std::string_view script_renew = R"lua(
for i = 4, #ARGV, 2 do renew(ARGV[i], tonumber(ARGV[i + 1])) end
return 'done'
)lua";

inline constexpr std::string_view script_erase = R"lua(
if call('EXISTS', P .. 'e:' .. h) == 0 then return 0 end
leave(h, false)
return 1
)lua";

// ARGV: 4 written until, 5 whether to destroy the data keys
inline constexpr std::string_view script_purge = R"lua(
local removed = 0
for _, handle in ipairs(call('ZRANGE', C, 0, -1)) do
  local created = call('HGET', P .. 'e:' .. handle, 'created')
  if not created or tonumber(created) <= tonumber(ARGV[4]) then
    if created then removed = removed + 1 end
    leave(handle, false)
  end
end
if ARGV[5] == '1' then call('DEL', K, U) end
return removed
)lua";

inline constexpr std::string_view script_stats = R"lua(
local records, expired, bytes = 0, 0, 0
local all = call('ZRANGE', X, 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  bytes = bytes + tonumber(call('HGET', S, all[i]) or '0')
  if string.sub(all[i], 1, 1) == 'r' then records = records + 1
  elseif tonumber(all[i + 1]) <= now then expired = expired + 1 end
end
return {#all / 2 - records, bytes, expired, records}
)lua";

inline constexpr std::string_view script_records = R"lua(
local out = {}
for _, handle in ipairs(call('ZRANGE', C, 0, -1)) do
  if string.sub(handle, 1, 1) == 'r' then
    local e = call('HMGET', P .. 'e:' .. handle, 'id', 'version', 'created', 'expires', 'size', 'key', 'hint')
    if e[1] and tonumber(e[4]) > now then
      out[#out + 1] = handle
      for i = 1, 7 do out[#out + 1] = e[i] end
    end
  end
end
return out
)lua";

}  // namespace headroom::store
