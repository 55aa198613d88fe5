-- The event log: a ring of lines, filled by what the model notices.

local dates = include("dates")
local ike = include("ike")

local log = {}
log.__index = log

local RANK = {error = 1, warn = 2, notice = 3, info = 4, debug = 5}

-- clock(t): wall time of model time t, in seconds.
function log.new(clock)
  return setmetatable({lines = {}, bytes = 0, dropped = 0, clock = clock,
                       first = 1}, log)
end

local function stamp(seconds)
  local d = dates.split(seconds)
  return string.format("%04d/%02d/%02d %02d:%02d:%02d ", d.year, d.month,
                       d.day, d.hour, d.min, d.sec)
end

-- settings: {buffered, timestamp, levels} as the configuration has them.
function log:add(settings, time, severity, text)
  local subsystem = text:match("^(%w+)%."):lower()
  local level = settings.levels[subsystem] or settings.levels.all or "warn"
  if not settings.buffered or RANK[severity] > (RANK[level] or 2) then
    return
  end
  if settings.timestamp == "datetime" then
    text = stamp(self.clock(time)) .. text
  end
  self.lines[#self.lines + 1] = text
  self.bytes = self.bytes + #text + 2
  while self.bytes > settings.buffered do
    self.bytes = self.bytes - #self.lines[1] - 2
    self.dropped = self.dropped + 1
    table.remove(self.lines, 1)
    self.first = self.first + 1
  end
end

function log:clear()
  self.first = self.first + #self.lines
  self.lines, self.bytes = {}, 0
end

local MODES = {main = "Main", aggressive = "Aggressive"}

-- What the model notices -> {severity, text}, ...
local events = {}

function events.begin(f)
  if f.mode == "ikev2" or f.version == 2 then
    return {}
  end
  local list = {{"info", string.format(
      "IKE.001: Begin IKE phase %d negotiation, destination %s", f.phase,
      f.peer)}}
  if MODES[f.mode] then
    list[2] = {"info", string.format(
        "IKE.047: %s negotiation using %s mode",
        f.role == "initiator" and "Initiator" or "Responder", MODES[f.mode])}
  end
  return list
end

function events.finish(f)
  if f.mode == "ikev2" then
    return {}
  end
  return {{"info", string.format(
      "IKE.002: Finish IKE phase %d negotiation, destination %s", f.phase,
      f.peer)}}
end

function events.delete(f)
  return {{"info", string.format(
      "IKE.003: Delete phase %d negotiation table, destination %s", f.phase,
      f.peer)}}
end

local function notification(code, verb, f)
  return {{"warn", string.format(
      "IKE.%s: %s %s, type %d:%s, protocol ISAKMP", code, verb, f.peer,
      f.type, ike.notify[f.type])}}
end

function events.notify_sent(f)
  return notification("007", "Send notification data to", f)
end

function events.notify_received(f)
  return notification("009", "Receive notification data from", f)
end

function events.unknown_peer(_)
  return {{"warn", "IKE.043: IKE(peer or ID) configuration not found"}}
end

function events.undecryptable(f)
  return {{"warn", "IKE.037: Invalid ID payload length, length " .. f.length}}
end

function events.timeout(f)
  return {{"warn", "IKE.016: No response from " .. f.peer .. ", timeout"}}
end

function events.blocked(f)
  if f.reason ~= "filter" or f.proto ~= "udp" then
    return {}
  end
  return {{"warn", string.format(
      "FLT.008: BLOCK udp %s:%d > %s:%d, not match any filters, %s %s", f.src,
      f.port, f.dest, f.port, f.wan, f.dir)}}
end

function events.no_sa(f)
  return {{"warn", string.format("SEC.014: SA not found, drop packet, %s > %s",
                                 f.src, f.dest)}}
end

function events.no_policy(_)
  return {{"warn", "SEC.018: No SP for outbound packet, drop packet"}}
end

local function invalid(f, why)
  return {"warn", string.format(
      "SEC.001: Drop invalid packet from %s, protocol 0, error %d", f.peer,
      why)}
end

function events.unknown_spi(f)
  return {{"warn", string.format(
      "SEC.012: No SA for received ESP(0x%08x) packet from %s", f.spi,
      f.peer)}, invalid(f, 0)}
end

function events.bad_icv(f)
  return {{"warn", "SEC.008: Invalid ICV from Tunnel, " .. f.peer},
          invalid(f, 61)}
end

function events.congested(f)
  return {{"warn", string.format(
      "SEC.025: Packet %s > %s discarded for LINK-FRMWRK:\n" ..
      "         PACKET NOT ACCEPTED FOR FLOW CONTROL REASONS, %s", f.src,
      f.dest, f.wan:gsub("%.%d+$", ".0"))}}
end

function events.session_stop(f)
  return {{"warn", string.format(
      "PPOE.030: Session stop, AccessCT address aa:aa:aa:bb:bb:bb, " ..
      "SessionID %d, %s", f.session, f.wan)}}
end

function log:notice(settings, time, kind, fields)
  for _, line in ipairs(events[kind] and events[kind](fields) or {}) do
    self:add(settings, time, line[1], line[2])
  end
end

-- Troubles of the past, with this peer and with others, long since over.
function log:old_noise(settings, peer, address, wan)
  local day = -86400
  local loud = {buffered = settings.buffered, timestamp = settings.timestamp,
                levels = {all = "debug"}}
  local function put(time, kind, fields)
    fields.peer = fields.peer or peer
    fields.wan = wan
    self:notice(loud, time, kind, fields)
  end
  local function success(time)
    put(time, "begin", {phase = 1, role = "initiator", mode = "main"})
    put(time, "finish", {phase = 1})
    put(time, "begin", {phase = 2})
    put(time, "finish", {phase = 2})
  end
  put(3 * day, "begin", {phase = 1, role = "initiator", mode = "main"})
  put(3 * day + 1, "notify_received", {type = 14})
  put(3 * day + 600, "begin", {phase = 1, role = "responder", mode = "main"})
  put(3 * day + 601, "undecryptable", {length = 31337})
  put(3 * day + 603, "undecryptable", {length = 4711})
  put(3 * day + 900, "unknown_peer", {})
  put(3 * day + 900, "notify_sent", {type = 14})
  put(3 * day + 900, "delete", {phase = 1})
  success(3 * day + 1800)
  put(2 * day, "session_stop", {session = 1})
  put(2 * day + 60, "unknown_spi", {spi = 0x1a2b3c4d})
  put(2 * day + 70, "bad_icv", {})
  put(2 * day + 80, "congested", {src = address, dest = peer})
  put(2 * day + 90, "blocked", {reason = "filter", proto = "udp", port = 500,
                                src = peer, dest = address, dir = "in"})
  put(2 * day + 95, "timeout", {})
  success(2 * day + 300)
  local other = "203.0.113.77"
  put(day, "begin", {phase = 1, role = "responder", mode = "main",
                     peer = other})
  put(day + 1, "undecryptable", {length = 9999, peer = other})
  put(day + 4, "notify_received", {type = 18, peer = other})
  put(day + 60, "unknown_spi", {spi = 0x0badcafe, peer = other})
  success(day + 3600)
end

return log
