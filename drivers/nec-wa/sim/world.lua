-- The router under diagnosis in its network: what time and causes do to it.

local cidr = include("cidr")
local config = include("config")
local course = include("course")
local dates = include("dates")
local ike = include("ike")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")
local tree = include("tree")

local EPOCH = dates.seconds(2026, 3, 16, 10, 0, 0)
local INTERVAL = 10

local world = {}
world.__index = world

function world.clock(t)
  return EPOCH + t
end

-- The LAN of a router tree: the network and the router's address in it.
local function lan_of(t)
  local i = t.interfaces["GigaEthernet0.0"]
  local n, _, length = cidr.parse(i.address)
  return cidr.text(n) .. "/" .. length, i.address:match("^[%d.]+")
end

-- Reads a router's configuration anew.
function world:rebuild(name)
  local r = parse.read(self.cfg[name])
  self.read[name] = r
  self.model:set_end(name, site.make(r, self.trees[name].line,
                                     self.trees[name].manner))
end

local function connected(line)
  return line.sim and line.signal and line.address ~= nil
end

-- The network becomes like this one.
function world:apply(net)
  local before = self.trees and connected(self.trees["local"].line)
  self.trees = net.ends
  for name, t in pairs(net.ends) do
    local text = table.concat(config.lines(config.write(t)), "\n")
    if self.texts[name] ~= text then
      self.texts[name] = text
      self.cfg[name] = config.write(t)
    end
    self:rebuild(name)
  end
  for _, link in ipairs(self.model.links) do
    link.path = tree.path(net.paths[link.b])
    link.hosts.b.silent = net.ends[link.b].host_silent
  end
  local after = connected(net.ends["local"].line)
  if before ~= nil and before ~= after then
    self.log:add(self.model.time, "MOBILE", after and "line connected" or
                 "line disconnected")
  end
end

function world:restarted(name)
  if name == "local" then
    self.boot = self.model.time
    self.log:clear()
  end
end

function world:add_link(net, name)
  local links = self.model.links
  links[#links + 1] = {
    a = "local", b = name, path = tree.path(net.paths[name]),
    nets = {a = lan_of(net.ends["local"]), b = lan_of(net.ends[name])},
    hosts = {a = {}, b = {silent = net.ends[name].host_silent}},
  }
end

-- Which end's hosts talk: the starter's; of a second VPN always ours.
function world:start_talk(net, setup)
  local talk = setup.traffic or
      (setup.role == "responder" and "peer" or "local")
  local interval = setup.interval or INTERVAL
  local l = net.ends["local"]
  local function say(from, src, dest)
    self.model:talk(from, {src = src, dest = dest, size = 84}, interval,
                    interval * (from == "local" and 0.1 or 0.6),
                    setup.quiet_since)
  end
  if talk == "local" or talk == "both" then
    say("local", l.host, net.ends.peer.host)
  end
  if talk == "peer" or talk == "both" then
    say("peer", net.ends.peer.host, l.host)
  end
  if net.ends.peer2 then
    say("local", l.host, net.ends.peer2.host)
  end
end

function world.new(scenario, knobs)
  local nets = network.build(scenario, knobs)
  local w = setmetatable({
    cfg = {}, read = {}, texts = {}, sound = nets.sound, faulty = nets.faulty,
    boot = -595000,
  }, world)
  w.log = log.new(world.clock)
  w.model = ike.new(function(name, kind, fields, time)
    if name == "local" then
      w.log:notice(time, kind, fields)
    end
  end, course.start(scenario))
  local first = course.first(w, scenario)
  w:apply(first)
  for name in pairs(first.ends) do
    if name ~= "local" then
      w:add_link(first, name)
    end
  end
  if knobs["old-noise"] then
    w.log:old_noise(first.ends.peer.line.address or "192.0.2.99")
  end
  w:start_talk(first, scenario.setup)
  course.plan(w, scenario, knobs)
  w.model:advance(0)
  local saved = scenario.causes.unsaved and w.sound or w
  w.startup = config.write((saved.ends or w.trees)["local"])
  return w
end

function world:changed()
  self:rebuild("local")
end

function world:line()
  return self.trees["local"].line
end

local function own_network(w, dest)
  for name in pairs(w.read["local"].interfaces) do
    local address = site.address(w.read["local"], w:line(), name)
    if address and cidr.contains(address, dest) then
      return true
    end
  end
end

-- The link whose other router has this address outside.
local function link_of_router(w, dest)
  for _, link in ipairs(w.model.links) do
    if w.model:address(link, link.b) == dest then
      return link
    end
  end
end

-- One echo request of our router: answered or not, and why not.
function world:ping(dest, source, size, df, first)
  local e = self.model.ends["local"]
  if own_network(self, dest) then
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
  return e.address ~= nil and not self:line().internet_down
end

return world
