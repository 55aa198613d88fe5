-- The system log and ikemgr.log, filled by what the model notices.

local dates = include("dates")

local log = {}
log.__index = log

local MOST = 4000

function log.new(clock)
  return setmetatable({system = {}, ikemgr = {}, clock = clock}, log)
end

-- Newest last; object is a gateway or tunnel.
function log:event(time, severity, subtype, object, event, text)
  local list = self.system
  list[#list + 1] = {time = self.clock(time), severity = severity,
                     subtype = subtype, object = object or "",
                     event = event, text = text}
  if #list > MOST then
    table.remove(list, 1)
  end
end

function log.stamp(seconds)
  local d = dates.split(seconds)
  return string.format("%04d/%02d/%02d %02d:%02d:%02d", d.year, d.month,
                       d.day, d.hour, d.min, d.sec)
end

-- A line of ikemgr.log: with a fraction and a zone, or (older parts of the
-- program) without.
function log:line(time, level, text, old)
  local t = self.clock(time)
  local stamp = log.stamp(t):gsub("/", "-")
  if not old then
    stamp = string.format("%s.%03d +0900", stamp,
                          math.floor((t - math.floor(t)) * 1000))
  end
  local list = self.ikemgr
  list[#list + 1] = string.format("%s [%s]: %s", stamp, level, text)
  if #list > MOST then
    table.remove(list, 1)
  end
end

function log:clear()
  self.system, self.ikemgr = {}, {}
end

local ROLES = {initiator = "initiator", responder = "responder"}

local function ends(sa)
  return string.format("%s[%d]-%s[%d]", sa.address, sa.port, sa.peer, sa.port)
end

local function spis(sa, alone)
  return string.format("SPI:%s:%s", sa.icookie, alone and
                       "0000000000000000" or sa.rcookie)
end

-- What ikemgr.log says of a negotiation, in two lines.
local function told(l, t, f, what, verb)
  l:line(t, "PNTF", string.format(
      "{ %3d:    }: ====> IKEv2 IKE SA NEGOTIATION %s AS %s, non-rekey; " ..
      "gateway %s <====", f.number, what, ROLES[f.sa.role]:upper(),
      f.gateway))
  local list = l.ikemgr
  list[#list + 1] = string.format("%s====> %s SA: %s %s SN:%d <====",
                                  (" "):rep(41), verb, ends(f.sa),
                                  spis(f.sa, what ~= "SUCCEEDED"),
                                  f.sa.pair % 1000)
end

local two, one = {}, {}     -- what IKEv2 and IKEv1 say

function two.begin(l, t, f)
  if f.phase == 1 and f.sa then
    told(l, t, f, "STARTED", "Initiated")
    l:event(t, "info", "vpn", f.gateway, "ikev2-nego-ike-start",
            string.format("IKEv2 IKE SA negotiation is started as %s, " ..
                          "non-rekey. Initiated SA: %s %s.", ROLES[f.role],
                          ends(f.sa), spis(f.sa, f.role == "initiator")))
  elseif f.phase == 2 and f.sa then
    l:event(t, "info", "vpn", f.gateway, "ikev2-nego-child-start",
            string.format("IKEv2 child SA negotiation is started as %s, " ..
                          "non-rekey. Initiated SA: %s message id:0x%08X.",
                          ROLES[f.sa.role], ends(f.sa), f.sa.mid or 1))
  end
end

function two.finish(l, t, f)
  if f.phase == 1 then
    told(l, t, f, "SUCCEEDED", "Established")
    l:event(t, "info", "vpn", f.gateway, "ikev2-nego-ike-succ",
            string.format("IKEv2 IKE SA negotiation is succeeded as %s, " ..
                          "non-rekey. Established SA: %s %s lifetime %d Sec.",
                          ROLES[f.sa.role], ends(f.sa), spis(f.sa),
                          f.sa.lifetime))
  elseif f.child then
    l:event(t, "info", "vpn", f.gateway, "ikev2-nego-child-succ",
            string.format("IKEv2 child SA negotiation is succeeded as %s, " ..
                          "non-rekey. Established SA: %s message id:" ..
                          "0x%08X, SPI:0x%08X/0x%08X.", ROLES[f.sa.role],
                          ends(f.sa), f.sa.mid or 1, f.child["in"],
                          f.child.out))
    l:event(t, "info", "vpn", f.tunnel, "ipsec-key-install",
            string.format("IPSec key installed. Installed SA: %s SPI:0x%08X" ..
                          "/0x%08X lifetime %d Sec lifesize unlimited.",
                          ends(f.sa), f.child["in"], f.child.out,
                          f.child.lifetime))
  end
end

function two.timeout(l, t, f)
  if f.sa and f.phase == "ph1" then
    told(l, t, f, "FAILED", "Failed")
    l:event(t, "info", "vpn", f.gateway, "ikev2-nego-ike-fail",
            string.format("IKEv2 IKE SA negotiation is failed as initiator," ..
                          " non-rekey. Failed SA: %s %s due to timeout.",
                          ends(f.sa), spis(f.sa, true)))
  end
end

function two.dpd_down(l, t, f)
  l:event(t, "low", "vpn", f.gateway, "ikev2-nego-ike-dpd-dn",
          "IKEv2 IKE SA is down determined by DPD.")
  l:line(t, "INFO", string.format("ike_sa.c:275:ikev2_abort(): %d:%s - %s:" ..
      "(nil):aborting IKEv2 SA GW:%d", f.number, ends(f.sa):match("^[^-]+"),
      ends(f.sa):match("%-(.+)$"), f.number), true)
  for _, tunnel in ipairs(f.tunnels) do
    l:line(t + 1, "INFO", string.format(
        "{ %3d: %3d}: DPD down, rekey vpn tunnel <%s>, SA state ESTABLISHED",
        f.number, tunnel.id, tunnel.name))
  end
  l:line(t + 1, "INFO", string.format(
      "IKEv2 SA state {GW:%d-%s}: SA dying from state ESTABLISHED, caller " ..
      "ikev2_abort", f.number, f.sa.role == "initiator" and "I" or "R"), true)
end

function two.notify_received(l, t, f)
  l:event(t, "info", "vpn", f.gateway, "ike-generic-event",
          f.type == 14 and "no proposal chosen." or
          "received notify " .. f.type .. ".")
end

function one.begin(l, t, f)
  if f.phase == 1 and f.sa then
    l:event(t, "info", "vpn", f.gateway, "ike-nego-p1-start",
            string.format("IKE phase-1 negotiation is started as %s, %s " ..
                          "mode. Initiated SA: %s cookie:%s:%s.",
                          ROLES[f.role], f.sa.mode, ends(f.sa), f.sa.icookie,
                          "0000000000000000"))
  end
end

function one.finish(l, t, f)
  if f.phase == 1 then
    l:event(t, "info", "vpn", f.gateway, "ike-nego-p1-succ",
            string.format("IKE phase-1 negotiation is succeeded as %s, %s " ..
                          "mode. Established SA: %s cookie:%s:%s lifetime " ..
                          "%d Sec.", ROLES[f.sa.role], f.sa.mode, ends(f.sa),
                          f.sa.icookie, f.sa.rcookie, f.sa.lifetime))
  end
end

function one.timeout(l, t, f)
  if f.sa and f.phase == "ph1" then
    l:event(t, "info", "vpn", f.gateway, "ike-nego-p1-fail",
            string.format("IKE phase-1 negotiation is failed as initiator, " ..
                          "%s mode. Failed SA: %s cookie:%s:%s due to " ..
                          "timeout.", f.sa.mode, ends(f.sa), f.sa.icookie,
                          f.sa.rcookie))
  end
end

-- What a gateway's debugging adds: only liveness.
local debugging = {}

local BYTES = 76

local function tag(f, text)
  return string.format("{ %3d:    }: %s", f.number, text)
end

local function packet_sent(l, t, f)
  l:line(t, "DEBG", string.format(
      "%s - %s:(nil) 1 times of %d bytes message will be sent over socket " ..
      "1024", ends(f.sa):match("^[^-]+"), ends(f.sa):match("%-(.+)$"), BYTES))
end

local function packet_received(l, t, f)
  l:line(t, "DEBG", "processing isakmp packet")
  l:line(t, "DEBG", "===")
  l:line(t, "DEBG", string.format("%d bytes message received from %s", BYTES,
                                  f.sa.peer))
end

local SIDE = {initiator = "[IKE Initiator]", responder = "[IKE Responder]"}

debugging.live_sent = packet_sent

function debugging.live_answer(l, t, f)
  packet_received(l, t, f)
  l:line(t, "DEBG", tag(f, string.format("%s response message_id %d " ..
      "expected %d", SIDE[f.sa.role], f.mid, f.mid)))
  l:line(t + 0.006, "DEBG", tag(f, "response exch type 37"))
  l:line(t + 0.006, "DEBG", tag(f, string.format(
      "update response message_id 0x%x", f.mid)))
end

function debugging.live_request(l, t, f)
  packet_received(l, t, f)
  l:line(t, "DEBG", tag(f, string.format("%s request message_id %d expected " ..
      "%d", SIDE[f.sa.role], f.mid, f.mid)))
  if not f.mute then
    packet_sent(l, t + 0.001, f)
  end
end

-- f: the fields of the notice with gateway, number, version, sa, child,
-- tunnel, tunnels; debug: is the gateway's debugging on?
function log:notice(time, kind, f, debug)
  local words = f.version == 1 and one or two
  if words[kind] then
    words[kind](self, time, f)
  end
  if debug and debugging[kind] then
    debugging[kind](self, time, f)
  end
end

-- Everyday lines that have nothing to do with a VPN.
function log:everyday(time)
  self:event(time, "info", "general", "", "general",
             "User admin logged in via CLI from 192.168.1.20")
  self:event(time + 40, "info", "ntpd", "", "restart",
             "NTP sync to server 192.168.1.3")
  self:event(time + 300, "low", "dnsproxy", "", "if-add",
             "DNS proxy object: mgmt-obj inherited the following values.")
end

-- Troubles of the past, with this peer and with others, long since over.
function log:old_noise(gateways, address, peer)
  local day = -86400
  local sa = {address = address, peer = peer, port = 500, pair = 1,
              icookie = "84222f276c2fa2e9", rcookie = "0badcafe01234567",
              role = "initiator", lifetime = 28800, mode = "main"}
  local f = {gateway = gateways[1], number = 1, sa = sa, phase = 1,
             role = "initiator", tunnels = {}, version = 2}
  self:notice(9 * day, "begin", f)
  f.phase = "ph1"
  self:notice(9 * day + 30, "timeout", f)
  f.gateway = gateways[#gateways]
  self:notice(8 * day, "dpd_down", f)
  f.phase, f.gateway = 1, gateways[1]
  self:notice(7 * day, "finish", f)
  self:event(7 * day + 60, "critical", "ha", "", "ha1-link-down",
             "HA1 link down")
end

return log
