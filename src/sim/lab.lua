-- The router under diagnosis in its network: what time and causes do to it.
--
-- lab.new{scenario, knobs, nets = {sound, faulty}, vendor}; a net is {ends,
-- paths}, an end is a tree with line, manner and host. The vendor gives
--   write(tree)      its configuration; text(cfg) as one text
--   read(cfg)        what that says
--   make(w, name, r) the end of ike.lua
--   lan(tree)        the inside network, and the router's address in it
--   notice(w, name, kind, fields, time)    what the model noticed
--   changed(w, name, before, after)        (optional) another configuration or
--                    line: {read, line} each
--   old_noise(w)     (optional) past troubles for the log

local cidr = include("cidr")
local course = include("course")
local dates = include("dates")
local ike = include("ike")
local tree = include("tree")

local EPOCH = dates.seconds(2026, 3, 16, 10, 0, 0)
local INTERVAL = 10

local lab = {}
lab.__index = lab

function lab.clock(t)
  return EPOCH + t
end

-- Reads a router's configuration anew; SAs of what is no longer there go.
function lab:rebuild(name)
  local before = {read = self.read[name], line = self.lines[name]}
  self.read[name] = self.vendor.read(self.cfg[name])
  self.lines[name] = self.trees[name].line
  local e = self.vendor.make(self, name, self.read[name])
  self.model:set_end(name, e)
  ike.keep(self.model.state[name].sas, function(sa)
    return e.maps[sa.map] ~= nil
  end)
  if before.read and self.vendor.changed then
    self.vendor.changed(self, name, before,
                        {read = self.read[name], line = self.lines[name]})
  end
end

-- The network becomes like this one.
function lab:apply(net)
  self.trees = net.ends
  for name, t in pairs(net.ends) do
    local cfg = self.vendor.write(t)
    local text = self.vendor.text(cfg)
    if self.texts[name] ~= text then
      self.texts[name], self.cfg[name] = text, cfg
    end
    self:rebuild(name)
  end
  for _, link in ipairs(self.model.links) do
    link.path = tree.path(net.paths[link.b])
    link.hosts.b.silent = net.ends[link.b].host_silent
  end
end

function lab:add_link(net, name)
  local links = self.model.links
  links[#links + 1] = {
    a = "local", b = name, path = tree.path(net.paths[name]),
    nets = {a = self.vendor.lan(net.ends["local"]),
            b = self.vendor.lan(net.ends[name])},
    hosts = {a = {}, b = {silent = net.ends[name].host_silent}},
  }
end

-- Which end's hosts talk: the starter's; of a second VPN always ours.
function lab:start_talk(net, setup)
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
  if net.ends.peer2 and setup.second_talks ~= false then
    say("local", l.host, net.ends.peer2.host)
  end
end

-- An end has started anew: its log is empty.
function lab:restarted(name)
  if name == "local" then
    self.boot, self.power_on = self.model.time, true
    self.log:clear()
  end
end

-- o: {scenario, knobs, nets, vendor, log, boot (time of the last start),
-- model (settings of the engine), with (what the vendor adds)}
function lab.new(o)
  local scenario, setup = o.scenario, o.scenario.setup
  local start = course.start(scenario)
  local w = setmetatable({
    cfg = {}, read = {}, texts = {}, lines = {}, vendor = o.vendor,
    sound = o.nets.sound, faulty = o.nets.faulty, log = o.log,
    boot = o.boot, setup = setup, start = start,
  }, lab)
  for k, v in pairs(o.with or {}) do
    w[k] = v
  end
  w.model = ike.new(function(...)
    o.vendor.notice(w, ...)
  end, start)
  for k, v in pairs(o.model or {}) do
    w.model[k] = v
  end
  local first = course.first(w, scenario)
  w:apply(first)
  for name in pairs(first.ends) do
    if name ~= "local" then
      w:add_link(first, name)
    end
  end
  if o.knobs["old-noise"] and o.vendor.old_noise then
    o.vendor.old_noise(w)
  end
  w:start_talk(first, setup)
  course.plan(w, scenario, o.knobs)
  w.model:advance(0)
  w.startup = o.vendor.write(scenario.causes.unsaved and
                             w.sound.ends["local"] or w.trees["local"])
  return w
end

function lab:changed()
  self:rebuild("local")
end

function lab:line()
  return self.trees["local"].line
end

function lab.is_private(address)
  return cidr.contains("10.0.0.0/8", address) or
      cidr.contains("172.16.0.0/12", address) or
      cidr.contains("192.168.0.0/16", address)
end

-- The link whose other router has this address outside, even while its line
-- does not give it; behind a NAT it has another one.
local function link_of_router(w, dest)
  for _, link in ipairs(w.model.links) do
    if w.model:owns(link, link.b, dest) or
        link.path.nat ~= "b" and w.trees[link.b].line.address == dest then
      return link
    end
  end
  return nil
end

-- A packet that leaves in clear: who out there answers?
local function outside(w, source, dest)
  local e = w.model.ends["local"]
  local link = link_of_router(w, dest)
  if not e.address or source ~= e.address and lab.is_private(source) then
    return false
  elseif link then
    return w.model:ping(link, "local", link.b)
  end
  return not lab.is_private(dest) and not w:line().internet_down and
      not e.blocks("in", "icmp", nil, dest)
end

-- The source of a packet that goes into a tunnel, and of one that goes out in
-- clear; or why it goes nowhere. An end chooses by itself, or by route.
local function way(e, packet, out)
  local source = packet.source or (e.source_of or function()
    return e.address or "0.0.0.0"
  end)(out)
  if not e.select then
    return e.tunnels[out] and source, source
  end
  local map, why = e.select{src = source, dest = packet.dest}
  if why ~= "inside" and not map and packet.df and
      packet.size > e.mtu_of(out) then
    return nil, nil, "too-big"
  end
  return map and source, why == "translated" and e.address or source, why
end

-- One echo request of our router, {dest, source, size (with the IP header),
-- df, urgent}: answered or not, and why not.
function lab:ping(packet)
  local e = self.model.ends["local"]
  local near, out = e.near(packet.dest), e.route(packet.dest)
  if near then
    return near ~= "silent", "silent"
  elseif not out then
    return false, "no-route"
  end
  local inside, clear, why = way(e, packet, out)
  if why == "inside" then
    return true
  elseif inside then
    local link = self.model:link_to("local", packet.dest)
    local _, router = self.vendor.lan(self.trees[link and link.b or "peer"])
    return self.model:echo("local", {
      src = inside, dest = packet.dest, size = packet.size, df = packet.df,
      urgent = packet.urgent, router = packet.dest == router,
    })
  elseif not clear then
    return false, why
  end
  return outside(self, clear, packet.dest), "lost"
end

return lab
