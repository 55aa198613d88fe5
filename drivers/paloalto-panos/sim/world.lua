-- The firewall under diagnosis in its network: what time and causes do to it.

local cidr = include("cidr")
local config = include("config")
local course = include("course")
local dates = include("dates")
local ike = include("ike")
local log = include("log")
local network = include("network")
local site = include("site")
local tree = include("tree")

local EPOCH = dates.seconds(2026, 3, 16, 10, 0, 0)
local INTERVAL = 10

local world = {}
world.__index = world

function world.clock(t)
  return EPOCH + t
end

-- The network inside, and the firewall's address in it.
local function lan_of(t)
  for _, i in pairs(t.interfaces) do
    if i.zone == "trust" then
      local n, _, length = cidr.parse(i.ip)
      return cidr.text(n) .. "/" .. length, i.ip:match("^[%d.]+")
    end
  end
end

-- Reads a firewall's configuration anew.
function world:rebuild(name)
  local r = site.read(self.cfg[name])
  self.read[name] = r
  self.model:set_end(name, site.make(r, self.trees[name]))
  local e = self.model.ends[name]
  ike.keep(self.model.state[name].ike, function(sa)
    return e.policies[sa.policy] ~= nil
  end)
  ike.keep(self.model.state[name].sas, function(sa)
    return e.maps[sa.map] ~= nil
  end)
end

-- The network becomes like this one.
function world:apply(net)
  local was_up = self.trees and self.trees["local"].line.link
  self.trees = net.ends
  for name, t in pairs(net.ends) do
    local cfg = config.write(t)
    local text = table.concat(config.lines(cfg), "\n")
    if self.texts[name] ~= text then
      self.texts[name], self.cfg[name] = text, cfg
    end
    self:rebuild(name)
  end
  for _, link in ipairs(self.model.links) do
    link.path = tree.path(net.paths[link.b])
    link.hosts.b.silent = net.ends[link.b].host_silent
    link.hosts.a.silent = net.ends["local"].host_silent
  end
  local up = net.ends["local"].line.link
  if was_up ~= nil and was_up ~= up then
    local wan = site.wan(self.read["local"])
    self.log:event(self.model.time, up and "info" or "critical", "port", wan,
                   "link-change", string.format("Port %s: %s", wan,
                   up and "Up 1Gb/s-full duplex" or "Down 1Gb/s-full duplex"))
  end
end

function world:restarted(name)
  if name == "local" then
    self.boot = self.model.time
  end
end

-- A gateway goes on trying IKE_SA_INIT after DPD.
function world:renewed()
  for _, link in ipairs(self.model.links) do
    for _, map in pairs(self.model.ends["local"].maps) do
      if map.peer == self.model:address(link, link.b) then
        self.model:trigger("local", link, map, true)
      end
    end
  end
end

function world:add_link(net, name)
  local links = self.model.links
  links[#links + 1] = {
    a = "local", b = name, path = tree.path(net.paths[name]),
    nets = {a = lan_of(net.ends["local"]), b = lan_of(net.ends[name])},
    hosts = {a = {silent = net.ends["local"].host_silent},
             b = {silent = net.ends[name].host_silent}},
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

-- The gateway to a peer, the tunnels behind it, and their SAs' figures.
function world:of_peer(peer)
  for name, g in pairs(self.read["local"].gateways) do
    if g.peer == peer then
      local tunnels = {}
      for _, t in pairs(self.read["local"].tunnels) do
        if t.gateway == name then
          tunnels[#tunnels + 1] = t
        end
      end
      return g, tunnels
    end
  end
end

local function newest_ike(w, peer, role)
  local found
  for _, sa in ipairs(w.model.state["local"].ike) do
    if sa.peer == peer and (not role or sa.role == role) then
      found = sa
    end
  end
  return found
end

local function newest_child(w, peer)
  local child
  for _, sa in ipairs(w.model.state["local"].sas) do
    if sa.peer == peer then
      child = child and child.pair == sa.pair and child or
          {pair = sa.pair, lifetime = sa.lifetime, map = sa.map}
      child[sa.dir] = sa.spi
    end
  end
  return child
end

-- What the log needs beside the notice itself.
function world:complete(kind, f)
  local g, tunnels = self:of_peer(f.peer or f.sa and f.sa.peer)
  if not g then
    return nil
  end
  f.gateway, f.number, f.tunnels = g.name, g.id, tunnels
  f.version = g.version == "ikev1" and 1 or 2
  f.sa = f.sa or newest_ike(self, g.peer, kind == "begin" and f.role)
  f.child = kind == "finish" and f.phase == 2 and newest_child(self, g.peer)
  f.tunnel = f.child and f.child.map or
      (tunnels[1] and tunnels[1].name)
  f.mute = self.trees["local"].manner.no_liveness
  return f
end

local function link_of(w, name, peer)
  for _, link in ipairs(w.model.links) do
    local other = link.a == name and link.b or link.b == name and link.a
    if other and w.model:address(link, other) == peer then
      return link
    end
  end
end

local function watch(w, name, f)
  local newest
  for _, sa in ipairs(w.model.state[name].ike) do
    if sa.peer == f.peer and sa.state == "established" then
      newest = sa
    end
  end
  local link = newest and link_of(w, name, f.peer)
  if link then
    w.model:watch_life(name, link, newest)
  end
end

function world:packet(time, f, out)
  if self.pcap then
    local list = self.pcap
    local from, to = f.sa.address, f.sa.peer
    if not out then
      from, to = to, from
    end
    list[#list + 1] = {time = self.clock(time), from = from, to = to,
                       port = f.sa.port, answer = f.answer,
                       initiator = (f.sa.role == "initiator") == out}
  end
end

local PACKETS = {live_sent = {{true}}, live_answer = {{false, true}},
                 live_request = {{false}, {true, true}}}

function world:capture(kind, f, time)
  for i, p in ipairs(PACKETS[kind] or {}) do
    if not (i == 2 and f.mute) then
      f.answer = p[2]
      self:packet(time + (i - 1) * 0.001, f, p[1])
    end
  end
end

function world:notice(name, kind, fields, time)
  if kind == "finish" and fields.phase == 1 then
    watch(self, name, fields)
  end
  if name ~= "local" then
    return
  end
  -- A negotiation has its SA only a moment after it began.
  if kind == "begin" then
    self.model:spawn(function()
      self:record(kind, fields, self.model.time)
    end)
  else
    self:record(kind, fields, time)
  end
end

function world:record(kind, fields, time)
  local f = self:complete(kind, fields)
  if f then
    self:capture(kind, f, time)
    self.log:notice(time, kind, f, self.debug.global or
                    self.debug[f.gateway])
  end
end

local function names_of(t)
  local list = {}
  for name in pairs(t) do
    list[#list + 1] = name
  end
  return list
end

function world.new(scenario, knobs)
  local nets = network.build(scenario, knobs)
  local w = setmetatable({
    cfg = {}, read = {}, texts = {}, sound = nets.sound, faulty = nets.faulty,
    boot = -595000, debug = {},
  }, world)
  w.log = log.new(world.clock)
  w.model = ike.new(function(...)
    w:notice(...)
  end, course.start(scenario))
  w.model.real_v2, w.model.repeats = true, {4, 6, 8, 10}
  local first = course.first(w, scenario)
  w:apply(first)
  for name in pairs(first.ends) do
    if name ~= "local" then
      w:add_link(first, name)
    end
  end
  if knobs["old-noise"] then
    w.log:old_noise(names_of(w.read["local"].gateways),
                    first.ends["local"].line.address,
                    first.ends.peer.line.address)
  end
  w.log:everyday(course.start(scenario) - 5000)
  w:start_talk(first, scenario.setup)
  course.plan(w, scenario, knobs)
  w.model:advance(0)
  w.candidate = config.copy(w.cfg["local"])
  w.sessions = #w.log.system
  return w
end

function world:commit()
  self.cfg["local"] = config.copy(self.candidate)
  self:rebuild("local")
end

function world:line()
  return self.trees["local"].line
end

local function own_network(w, dest)
  for name, i in pairs(w.read["local"].interfaces) do
    if i.ip and site.up(w.read["local"], w:line(), name) and
        cidr.contains(i.ip, dest) and name ~= site.wan(w.read["local"]) then
      return true
    end
  end
end

-- The link whose other firewall has this address outside.
local function link_of_peer(w, dest)
  for _, link in ipairs(w.model.links) do
    if w.trees[link.b].line.address == dest or
        w.model:address(link, link.b) == dest then
      return link
    end
  end
end

-- One echo request of the firewall: answered or not.
function world:ping(dest, source, size, df, first)
  local e = self.model.ends["local"]
  if own_network(self, dest) then
    return true
  end
  local out = e.route(dest)
  if not out then
    return false
  end
  if e.tunnels[out] then
    local link = self.model:link_to("local", dest)
    local _, inside = lan_of(self.trees[link and link.b or "peer"])
    return self.model:echo("local", {
      src = source or e.address or "0.0.0.0", dest = dest, size = size + 28,
      df = df, urgent = first, router = dest == inside,
    })
  end
  local link = link_of_peer(self, dest)
  if link then
    return self.model:ping(link, "local", link.b)
  end
  return e.address ~= nil and not self:line().internet_down
end

return world
