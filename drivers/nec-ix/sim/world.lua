-- The router under diagnosis in its network: what time and causes do to it.

local cidr = include("cidr")
local config = include("config")
local dates = include("dates")
local ike = include("ike")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")

local EPOCH = dates.seconds(2026, 3, 16, 10, 0, 0)
local HISTORY = 1800
local INTERVAL = 10
local INTERNET = "the rest"

local world = {}
world.__index = world

function world.clock(t)
  return EPOCH + t
end

-- The LAN of a router tree, as a network and as the router's own address.
local function lan_of(tree)
  for _, i in pairs(tree.interfaces) do
    if i.address and i.address:match("^%d") and not i.wan then
      local n, _, length = cidr.parse(i.address)
      return cidr.text(n) .. "/" .. length, i.address:match("^[%d.]+")
    end
  end
end

local function path_of(tree)
  local path = {}
  for k, v in pairs(tree) do
    path[k] = v
  end
  path.drop = {}
  for _, what in ipairs(tree.drop or {}) do
    path.drop[what] = true
  end
  return path
end

-- Reads a router's configuration anew.
function world:rebuild(name)
  local r = parse.read(self.cfg[name])
  self.read[name] = r
  self.model:set_end(name, site.make(r, self.trees[name].line,
                                     self.trees[name].manner))
end

function world:notice(name, kind, fields, time)
  if name == "local" then
    fields.wan = site.wan(self.read["local"]) or "GigaEthernet0.0"
    self.log:notice(self.read["local"].logging, time, kind, fields)
  end
end

local function line_lost(before, after)
  return before and before.pppoe == "up" and before.link and
      not (after.pppoe == "up" and after.link)
end

-- The network becomes like this one.
function world:apply(net)
  local before = self.trees and self.trees["local"].line
  self.trees = net.ends
  for name, tree in pairs(net.ends) do
    local text = table.concat(config.lines(config.write(tree)), "\n")
    if self.texts[name] ~= text then
      self.texts[name] = text
      self.cfg[name] = config.write(tree)
    end
    self:rebuild(name)
  end
  for i, link in ipairs(self.model.links) do
    link.path = path_of(net.paths[link.b])
    link.hosts.b.silent = net.ends[link.b].host_silent
  end
  if line_lost(before, net.ends["local"].line) then
    self.line_lost = self.model.time
    self:notice("local", "session_stop", {session = 3}, self.model.time)
  end
end

function world:add_link(net, name)
  local links = self.model.links
  links[#links + 1] = {
    a = "local", b = name, path = path_of(net.paths[name]),
    nets = {a = lan_of(net.ends["local"]), b = lan_of(net.ends[name])},
    hosts = {a = {}, b = {silent = net.ends[name].host_silent}},
  }
end

-- Which end's hosts talk: the starter's; of a second VPN always ours.
function world:start_talk(net, setup)
  local talk = setup.traffic or
      (setup.role == "responder" and "peer" or "local")
  local l, p = net.ends["local"], net.ends.peer
  local interval = setup.interval or INTERVAL
  local function say(from, src, dest)
    self.model:talk(from, {src = src, dest = dest, size = 84}, interval,
                    interval * (from == "local" and 0.1 or 0.6),
                    setup.quiet_since)
  end
  if talk == "local" or talk == "both" then
    say("local", l.host, p.host)
  end
  if talk == "peer" or talk == "both" then
    say("peer", p.host, l.host)
  end
  if net.ends.peer2 then
    say("local", l.host, net.ends.peer2.host)
  end
end

-- At the time of the causes: SAs that end, restarts, senders that keep to an
-- old SA.
function world:strike(causes)
  for name, tree in pairs(self.faulty.ends) do
    if tree.manner.oldest_sa then
      self.model:stick(name)
    end
  end
  self:apply(self.faulty)
  for _, name in ipairs(causes.forget or {}) do
    self.model:forget(name)
  end
  for _, name in ipairs(causes.restart or {}) do
    self.model:forget(name)
    if name == "local" then
      self.boot = self.model.time
      self.log:clear()
    end
  end
end

-- Everything is well again: both ends begin anew.
function world:heal()
  self:apply(self.sound)
  for name in pairs(self.trees) do
    self.model:forget(name)
  end
end

function world:plan(scenario, knobs)
  local since = scenario.causes.since
  if since then
    self.model:spawn(function()
      ike.sleep(since - self.model.time)
      self:strike(scenario.causes)
    end)
  end
  if knobs["later-success"] and next(scenario.causes) then
    self.model:spawn(function()
      ike.sleep(-90 - self.model.time)
      self:heal()
    end)
  end
end

function world.new(scenario, knobs)
  local nets = network.build(scenario, knobs)
  local since = scenario.causes.since
  local start = -(scenario.setup.history or
                  (since and 300 - since) or HISTORY)
  local w = setmetatable({
    cfg = {}, read = {}, texts = {}, sound = nets.sound, faulty = nets.faulty,
    boot = -595000, restarted = since and scenario.causes.restart,
  }, world)
  w.log = log.new(world.clock)
  w.model = ike.new(function(...)
    w:notice(...)
  end, start)
  local first = since and w.sound or w.faulty
  w:apply(first)
  for name in pairs(first.ends) do
    if name ~= "local" then
      w:add_link(first, name)
    end
  end
  if knobs["old-noise"] then
    local t = first.ends["local"]
    w.log:old_noise(w.read["local"].logging, first.ends.peer.line.address,
                    t.line.address, site.wan(w.read["local"]))
  end
  w:start_talk(first, scenario.setup)
  w:plan(scenario, knobs)
  w.model:advance(0)
  w.startup = config.write(scenario.causes.unsaved and w.sound.ends["local"]
                           or w.trees["local"])
  return w
end

function world:changed()
  self:rebuild("local")
end

function world:line()
  return self.trees["local"].line
end

-- The PPPoE counters since the line was lost.
function world:discovery()
  local lost = self.line_lost or self.model.time - HISTORY
  local tries = math.floor((self.model.time - lost) / 10) + 1
  local state = self:line().pppoe
  if not self:line().link then
    return {padi = 0, pado = 0, padr = 0, pads = 0}
  elseif state == "up" then
    return {padi = 1, pado = 1, padr = 1, pads = 1}
  elseif state == "no-answer" then
    return {padi = tries, pado = 0, padr = 0, pads = 0}
  end
  return {padi = tries, pado = tries, padr = tries, pads = tries}
end

local function own_network(w, dest)
  for name in pairs(w.read["local"].interfaces) do
    local address = site.address(w.read["local"], w:line(), name)
    if address and not w.read["local"].interfaces[name].unnumbered and
        cidr.contains(address, dest) then
      return address:match("^[%d.]+") == dest and "self" or "host"
    end
  end
end

-- The link whose other router has this address outside.
local function link_of_router(w, dest)
  for _, link in ipairs(w.model.links) do
    local tree = w.trees[link.b]
    if tree.line.address == dest or
        w.model:address(link, link.b) == dest then
      return link
    end
  end
  return nil
end

-- One echo request of our router: answered or not, and why not.
function world:ping(dest, source, size, df, first)
  local e = self.model.ends["local"]
  local near = own_network(self, dest)
  if near then
    return true
  end
  local out = e.route(dest)
  if not out then
    return false, "no-route"
  end
  if e.tunnels[out] then
    local link = self.model:link_to("local", dest)
    local _, router = lan_of(self.trees[link and link.b or "peer"])
    return self.model:echo("local", {
      src = source or e.address or "0.0.0.0", dest = dest, size = size + 28,
      df = df, urgent = first, router = dest == router,
    })
  end
  if source and source ~= e.address then
    return false, "source"
  end
  local link = link_of_router(self, dest)
  if link then
    return self.model:ping(link, "local", link.b)
  end
  return e.address ~= nil and not self:line().internet_down, INTERNET
end

return world
