-- The event log. No source shows a line of it: all of this is plausible only.

local dates = include("dates")
local ike = include("ike")

local log = {}
log.__index = log

local MOST = 1000

function log.new(clock)
  return setmetatable({lines = {}, clock = clock}, log)
end

function log:add(time, subsystem, text)
  local d = dates.split(self.clock(time))
  self.lines[#self.lines + 1] = string.format(
      "%04d/%02d/%02d %02d:%02d:%02d %s: %s", d.year, d.month, d.day, d.hour,
      d.min, d.sec, subsystem, text)
  if #self.lines > MOST then
    table.remove(self.lines, 1)
  end
end

function log:clear()
  self.lines = {}
end

local events = {}

function events.begin(f)
  return string.format("phase%d negotiation begin: %s", f.phase, f.peer)
end

function events.finish(f)
  return string.format("phase%d established: %s", f.phase, f.peer)
end

function events.timeout(f)
  return string.format("%s negotiation failed due to time up: %s",
                       f.phase == "ph1" and "phase1" or "phase2", f.peer)
end

function events.notify_sent(f)
  return string.format("notify sent to %s: %s", f.peer, ike.notify[f.type])
end

function events.notify_received(f)
  return string.format("notify received from %s: %s", f.peer,
                       ike.notify[f.type])
end

function events.unknown_peer(f)
  return string.format("no configuration for %s", f.peer)
end

function events.undecryptable(f)
  return string.format("packet from %s could not be decrypted", f.peer)
end

function events.unknown_spi(f)
  return string.format("no SA for ESP spi=0x%08x from %s", f.spi, f.peer)
end

function log:notice(time, kind, fields)
  if events[kind] then
    self:add(time, "IKE", events[kind](fields))
  end
end

-- Troubles of the past, with this peer and with others, long since over.
function log:old_noise(peer)
  local day, other = -86400, "203.0.113.77"
  self:notice(3 * day, "begin", {phase = 1, peer = peer})
  self:notice(3 * day + 1, "notify_received", {type = 14, peer = peer})
  self:notice(3 * day + 600, "unknown_peer", {peer = peer})
  self:notice(3 * day + 700, "undecryptable", {peer = peer})
  self:notice(3 * day + 900, "timeout", {phase = "ph1", peer = peer})
  self:notice(3 * day + 1800, "finish", {phase = 1, peer = peer})
  self:notice(3 * day + 1801, "finish", {phase = 2, peer = peer})
  self:add(2 * day, "MOBILE", "line disconnected")
  self:add(2 * day + 40, "MOBILE", "line connected")
  self:notice(day, "notify_received", {type = 18, peer = other})
  self:notice(day + 60, "unknown_spi", {spi = 0x0badcafe, peer = other})
end

return log
