-- The firewall under diagnosis, as lab.lua runs it, in Cisco's words.

local config = include("config")
local lab = include("lab")
local ledger = include("ledger")
local log = include("log")
local messages = include("messages")
local network = include("network")
local parse = include("parse")
local pix = include("pix")
local site = include("site")
local write = include("write")

local world = {}
local methods = {}

function methods:translate(packet)
  for _, t in ipairs(self.translations) do
    if t.src == packet.src then
      return
    end
  end
  self.translations[#self.translations + 1] = {
    src = packet.src, global = self.trees["local"].line.address}
end

-- A message of the firewall; number is its id.
function methods:syslog(time, level, number, text)
  self.log:add(self.read["local"].logging, time, level, string.format(
      "%%%s-%d-%06d: %s", self.pix and "PIX" or "ASA", level, number, text))
end

-- A half-open SA that failed stands in the table for a while: its exchange is
-- still being repeated, or about to be given up.
local LINGERS = 25

function methods:lingering()
  return self:buried(LINGERS)
end

local function notice(w, name, kind, fields, time)
  if name ~= "local" then
    return
  end
  if kind == "dropped" and fields.sa.state ~= "established" then
    w:bury(fields.sa, time)
  end
  for _, m in ipairs(messages.of(w, pix, kind, fields, time)) do
    if m.number then
      w:syslog(time, m.level, m.number, m.text)
    elseif w.debugging[m.debug] then
      w.log:debug(w.read["local"].logging, time, m.text, not w.pix and
                  "%ASA-7-711001: " or nil)
    end
  end
end

local function changed(w, name, before, after)
  if name ~= "local" then
    return
  end
  for i in pairs(after.read.interfaces) do
    local was = before.read.interfaces[i] and
        site.state(before.read, {line = before.line}, i)
    local is, why = site.state(after.read, w.trees["local"], i)
    if was ~= nil and was ~= is then
      notice(w, "local", why == "admin" and "admin" or "link",
             {name = i, state = is and "up" or "down"}, w.model.time)
    end
  end
end

-- Troubles of the past, with this peer and with others, long since over.
local function old_noise(w)
  local peer = w.trees.peer.line.address
  local here = w.trees["local"].line.address
  local day = -86400
  local function put(time, level, number, fmt, ...)
    w:syslog(time, level, number, string.format(fmt, ...))
  end
  if w.pix then
    put(2 * day, 4, 402101, "decaps: recd IPSEC packet has invalid spi for " ..
        "destaddr=%s, prot=esp, spi=0x1a2b3c4d(439041101)", here)
    put(day, 2, 106001, "Inbound TCP connection denied from 192.88.99.77/" ..
        "4711 to %s/139 flags SYN  on interface outside", here)
    return
  end
  put(3 * day, 3, 713048, "IP = %s, Error processing payload: Payload ID: 1",
      peer)
  put(3 * day + 60, 4, 713903, "Group = %s, IP = %s, ERROR, had problems " ..
      "decrypting packet, probably due to mismatched pre-shared key.  " ..
      "Aborting", peer, peer)
  put(3 * day + 90, 3, 713902, "Group = %s, IP = %s, QM FSM error (P2 " ..
      "struct &0xd5c3b5b0, mess id 0x2ef4b027)!", peer, peer)
  put(3 * day + 300, 5, 713119, "Group = %s, IP = %s, PHASE 1 COMPLETED",
      peer, peer)
  put(3 * day + 300, 5, 713120, "Group = %s, IP = %s, PHASE 2 COMPLETED " ..
      "(msgid=0a1b2c3d)", peer, peer)
  put(2 * day, 4, 402114, "IPSEC: Received an ESP packet (SPI= 0x1A2B3C4D, " ..
      "sequence number= 0x7) from %s (user= %s) to %s with an invalid SPI.",
      peer, peer, here)
  put(day, 3, 713048, "IP = 192.88.99.77, Error processing payload: Payload " ..
      "ID: 1")
end

function world.new(scenario, knobs)
  local nets = network.build(scenario, knobs)
  local t = nets.sound.ends["local"]
  local is_pix = t.dialect == "pix6"
  local with = {
    hits = {}, translations = {}, debugging = {}, dead = {},
    client_counts = {}, pix = is_pix,
    nine = t.dialect == "9", v2 = t.version == 2, clock = lab.clock,
    dialect = t.dialect,
  }
  for _, list in ipairs({ledger, methods}) do
    for k, v in pairs(list) do
      with[k] = v
    end
  end
  local w
  local function make(self, name, r)
    local e = site.make(self, name, r)
    if name == "local" then
      local select = e.select
      e.select = function(packet)
        local map, why = select(packet)
        self.calling = map or self.calling
        return map, why
      end
    end
    return e
  end
  w = lab.new{
    scenario = scenario, knobs = knobs, nets = nets, boot = t.boot,
    log = log.new(lab.clock), with = with,
    model = {repeats = {1, 1, 2, 2, 2}, real_v2 = true},
    vendor = {
      write = write.config, make = make, lan = site.lan,
      read = function(nodes)
        return parse.read(nodes, is_pix)
      end,
      text = function(nodes)
        return table.concat(config.text_lines(nodes, t.dialect), "\n")
      end,
      notice = notice, changed = changed, old_noise = old_noise,
    },
  }
  return w
end

return world
