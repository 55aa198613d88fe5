-- The router under diagnosis, as lab.lua runs it, in Cisco's words.

local cidr = include("cidr")
local config = include("config")
local debug = include("debug")
local ike = include("ike")
local lab = include("lab")
local ledger = include("ledger")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")
local write = include("write")

local DELETED_STAYS = 60

local world = {}
local methods = {}

function methods:translate(packet)
  local list = self.translations
  for _, t in ipairs(list) do
    if t.dest == packet.dest and t.src == packet.src then
      return
    end
  end
  local number = #list + 1
  list[number] = {
    src = packet.src, dest = packet.dest,
    global = (self.trees["local"].line.address or "") .. ":" .. number,
    inside = packet.src .. ":" .. number,
    outside = packet.dest .. ":" .. number,
  }
end

function methods:logs_denied(name)
  for _, rule in ipairs(self.read["local"].acls[name] or {}) do
    if rule.action == "deny" and rule.log then
      return true
    end
  end
  return false
end

function methods:ike_sa(peer)
  local best
  for _, sa in ipairs(self.model.state["local"].ike) do
    if sa.peer == peer and (not best or sa.state == "established") then
      best = sa
    end
  end
  return best
end

methods.live_sa = methods.ike_sa

-- The engine's number of an SA, from its SPI.
function methods:ipsec_conn(spi)
  for i, sa in ipairs(self.model.state["local"].sas) do
    if sa.spi == spi and not sa.conn then
      self.next_conn = (self.next_conn or 2000) + 1
      sa.conn = self.next_conn
    end
    if sa.spi == spi then
      return sa.conn, i
    end
  end
  return (self.next_conn or 2000) + 1
end

-- IKE SAs that were given up a short while ago.
function methods:deleted(version)
  local list = self:buried(DELETED_STAYS)
  ike.keep(list, function(sa)
    return (sa.version or 1) == version
  end)
  return list
end

local function give_conn(w, sa)
  if sa and not sa.conn then
    w.next_ike = (w.next_ike or (w.old and 0 or 1000)) + 1
    sa.conn = w.next_ike
  end
end

-- Who calls without an SA having come about: seen for a while, too; not with
-- IKEv2.
local function refused_caller(w, f, time)
  if f.n.version == 2 then
    return
  end
  w:bury({role = "responder", peer = f.peer, version = f.n.version,
           address = w.model.ends["local"].address, state = "negotiating"},
       time)
end

local track = {}

function track.chosen(w, f)
  give_conn(w, f.n.sa)
end

function track.finish(w, f)
  give_conn(w, f.sa)
end

function track.undecryptable(w, f)
  give_conn(w, f.n.res and f.n.res.sa)
end

-- An SA of IKEv2 that was refused is gone at once; one that nobody answered
-- stays for a while.
function track.dropped(w, f, time)
  if f.sa.version ~= 2 or f.sa.unanswered then
    w:bury(f.sa, time)
  end
end

function track.timeout(_, f)
  f.n.sa.unanswered = true
end

function track.offers(w, f, time)
  if not f.chosen then
    refused_caller(w, f, time)
  end
end

function track.unknown_peer(w, f, time)
  if f.n then
    refused_caller(w, f, time)
  end
end

function methods:add_log(time, level, text)
  self.log:add(self.read["local"], time, self.boot, level, text)
end

-- A line of "debug ip icmp".
function methods:icmp(text)
  if self.debugging.icmp then
    self:add_log(self.model.time, 7, text)
  end
end

-- Is debugging of this on? Errors of IKEv2 come with all of it, too.
local function debugs(w, what)
  return w.debugging[what] or
      what == "ikev2_error" and w.debugging.ikev2
end

local function notice(w, name, kind, fields, time)
  if name ~= "local" then
    return
  end
  if track[kind] then
    track[kind](w, fields, time)
  end
  for _, m in ipairs(debug.messages(w, kind, fields, time)) do
    if m[1] < 7 or debugs(w, m[3]) then
      w:add_log(time, m[1], m[2])
    end
  end
end

function methods:address_towards(dest)
  local e = self.model.ends["local"]
  local out_name = e.route(dest)
  return out_name and e.source_of(out_name) or "0.0.0.0"
end

function methods:gateway(dest)
  local route = cidr.longest(self.model.ends["local"].routes, dest)
  return route and (route.kind == "S" and route.via or dest)
end

-- Lines and interfaces that went up or down.
local function changed(w, name, before, after)
  if name ~= "local" then
    return
  end
  local old = {model = w.trees["local"].model, line = before.line}
  for _, i in ipairs(after.read.order) do
    local was, why = site.state(before.read, old, i)
    local is, now_why = site.state(after.read, w.trees["local"], i)
    if before.read.interfaces[i] and was ~= is then
      local kind = (why == "admin" or now_why == "admin") and not is and
          "admin" or "link"
      notice(w, "local", kind, {name = i, state = is and "up" or "down"},
             w.model.time)
    end
  end
end

-- The same from when somebody debugged IKEv2.
local function old_debugging(put, time, peer, here, xe)
  local session = (xe and "IKEv2-ERROR:" or "IKEv2:") ..
      "(SESSION ID = 3,SA ID = 1):"
  put(time, 7, "IKEv2:(SESSION ID = 2,SA ID = 1):Received Packet [From " ..
      "%s:500/To %s:500/VRF i0:f0] \nInitiator SPI : " ..
      "8F2E5AF0D6C31B94 - Responder SPI : 0000000000000000 Message id: 0\n" ..
      "IKEv2 IKE_SA_INIT Exchange RESPONSE \nPayload contents: \n " ..
      "NOTIFY(NO_PROPOSAL_CHOSEN) \n", peer, here)
  put(time, 7, "%s: Received no proposal chosen notify", session)
  put(time + 60, 7, "IKEv2:%% IKEv2 profile not found")
  put(time + 60, 7, "%s: Failed to locate an item in the database", session)
  put(time + 120, 7, "%s: Failed to authenticate the IKE SA", session)
  put(time + 120, 7, "%s: Auth exchange failed", session)
  put(time + 180, 7, "%s: There was no IPSEC policy found for received TS",
      session)
end

-- Troubles of the past, with this peer and with others, long since over.
local function old_noise(w)
  local peer = w.trees.peer.line.address
  local here = w.trees["local"].line.address
  local other = "192.88.99.77"
  local day = -86400
  local function put(time, level, fmt, ...)
    w:add_log(time, level, string.format(fmt, ...))
  end
  local function failure(time, mode, who)
    put(time, 6, "%%CRYPTO-6-IKMP_MODE_FAILURE: Processing of %s failed " ..
        "with peer at %s", mode, who)
  end
  local function bad(time, who)
    put(time, 4, "%%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from %s failed " ..
        "its sanity check or is malformed", who)
  end
  failure(3 * day, "Main Mode", peer)
  failure(3 * day + 60, "Quick mode", peer)
  bad(3 * day + 120, peer)
  if w.trees["local"].ikev2 then
    old_debugging(put, 3 * day + 180, peer, here, w.xe)
  end
  put(3 * day + 300, 4, "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC " ..
      "packet has invalid spi for destaddr=%s, prot=50, spi=0x1A2B3C4D" ..
      "(439041101), srcaddr=%s", here, peer)
  put(2 * day, 4, "%%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed " ..
      "connection id=2003")
  put(2 * day + 20, 5, "%%SYS-5-CONFIG_I: Configured from console by admin " ..
      "on vty0 (10.1.0.77)")
  put(day, 3, "%%LINK-3-UPDOWN: Interface %s, changed state to down", w.wan)
  put(day + 4, 3, "%%LINK-3-UPDOWN: Interface %s, changed state to up", w.wan)
  bad(day + 600, other)
  failure(day + 660, "Main Mode", other)
  put(day + 700, 4, "%%CRYPTO-4-IKMP_NO_SA: IKE message from %s has no SA " ..
      "and is not an initialization offer", other)
end

function world.new(scenario, knobs)
  local nets = network.build(scenario, knobs)
  local t = nets.sound.ends["local"]
  local model = network.models[t.model]
  local with = {
    hits = {}, translations = {}, dead = {}, debugging = {},
    old = model.old, xe = model.xe, wan = model.wan, clock = lab.clock,
  }
  for _, list in ipairs({ledger, methods}) do
    for k, v in pairs(list) do
      with[k] = v
    end
  end
  return lab.new{
    scenario = scenario, knobs = knobs, nets = nets, boot = t.boot,
    log = log.new(lab.clock), with = with,
    model = {repeats = {1, 1, 2, 2, 2}, real_v2 = true,
             child_or_nothing = true},
    vendor = {
      write = write.config, read = parse.read, make = site.make, lan = site.lan,
      text = function(nodes)
        return table.concat(config.text_lines(nodes), "\n")
      end,
      notice = notice, changed = changed, old_noise = old_noise,
    },
  }
end

return world
