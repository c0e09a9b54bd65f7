import { createHash } from "node:crypto";

export type Script = { readonly text: string; readonly sha: string };

const script = (text: string): Script => ({ text, sha: createHash("sha1").update(text).digest("hex") });

/**
 * Atomically appends a batch to a tenant's log and publishes the new entries.
 * KEYS: log, head, channel.
 * ARGV: epoch, floor or "", cap, TTL in seconds, PUBLISH or SPUBLISH, then seq and payload of each entry.
 * Returns {"accepted", head, added}, {"gap", head} or {"stale", epoch}.
 */
export const APPEND = script(`
-- Lua compares strings by the server's locale; epochs compare by their bytes.
local function isLater(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end

local known = redis.call('HMGET', KEYS[2], 'epoch', 'seq')
local epoch, floor, first = known[1], tonumber(ARGV[2]), tonumber(ARGV[6])
local head = known[2] and tonumber(known[2])
local isNew = false

if epoch and isLater(epoch, ARGV[1]) then return {'stale', epoch} end
if not epoch or not head then
  head = floor or (first == 1 and 0)
  if not head then
    if first then return {'gap', '0'} end
    return {'accepted', '0', 0}
  end
  isNew = true
elseif epoch ~= ARGV[1] then
  head = floor or (first and first - 1)
  if not head then return {'accepted', '0', 0} end
  isNew = true
elseif floor and floor > head then
  head = floor
  isNew = true
end
if first and first > head + 1 then return {'gap', string.format('%.0f', head)} end
if isNew then redis.call('DEL', KEYS[1]) end

local added = 0
for i = 6, #ARGV, 2 do
  local seq = tonumber(ARGV[i])
  if seq > head + 1 then break end
  if seq == head + 1 then
    local id = ARGV[i] .. '-0'
    local done = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], id, 'p', ARGV[i + 1])
    if type(done) == 'table' and done.err then
      -- The stream is ahead of its head, so its entries belong to another history.
      redis.call('DEL', KEYS[1])
      redis.call('XADD', KEYS[1], id, 'p', ARGV[i + 1])
    end
    redis.call(ARGV[5], KEYS[3], ARGV[i + 1])
    head = seq
    added = added + 1
  end
end

local text = string.format('%.0f', head)
if added > 0 or isNew then
  redis.call('HSET', KEYS[2], 'epoch', ARGV[1], 'seq', text)
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
return {'accepted', text, added}
`);

/**
 * Reads head and events atomically, so that no append trims events in between.
 * KEYS: log, head. ARGV: epoch and seq to read after, limit.
 * Returns {"unknown"}, {"events", epoch, head, payloads} or {reason, epoch, head}.
 */
export const HISTORY = script(`
local known = redis.call('HMGET', KEYS[2], 'epoch', 'seq')
if not known[1] or not known[2] then return {'unknown'} end
local head, since = tonumber(known[2]), tonumber(ARGV[2])
if known[1] ~= ARGV[1] then return {'epoch', known[1], known[2]} end
if since > head then return {'ahead', known[1], known[2]} end
if head - since > tonumber(ARGV[3]) then return {'too-many', known[1], known[2]} end
local payloads = {}
if since < head then
  local range = redis.call('XRANGE', KEYS[1], string.format('%.0f', since + 1) .. '-0', known[2] .. '-0')
  if #range ~= head - since then return {'trimmed', known[1], known[2]} end
  for i = 1, #range do payloads[i] = range[i][2][2] end
end
return {'events', known[1], known[2], payloads}
`);

/** Writes a key and publishes a message. KEYS: key, channel. ARGV: PUBLISH or SPUBLISH, text. */
export const PROBE = script(`
redis.call('SET', KEYS[1], ARGV[2], 'EX', 60)
return redis.call(ARGV[1], KEYS[2], ARGV[2])
`);
