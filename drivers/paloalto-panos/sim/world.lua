-- The firewall under diagnosis in its network: what time and causes do to it.

local config = include("config")
local course = include("course")
local ike = include("ike")
local lab = include("lab")
local log = include("log")
local network = include("network")
local site = include("site")

local world = {}

local vendor = {write = config.write, read = site.read, lan = site.lan}

function vendor.text(cfg)
  return table.concat(config.lines(cfg), "\n")
end

-- What is no longer in the configuration takes its SAs with it.
function vendor.make(w, name, r)
  local e = site.make(r, w.trees[name])
  local state = w.model.state[name]
  if state then
    ike.keep(state.ike, function(sa)
      return e.policies[sa.policy] ~= nil
    end)
  end
  return e
end

function vendor.changed(w, name, before, after)
  local was, is = before.line.link, after.line.link
  if name == "local" and was ~= is then
    local wan = site.wan(w.read["local"])
    w.log:event(w.model.time, is and "info" or "critical", "port", wan,
                "link-change", string.format(
                "Port %s: %s 1Gb/s-full duplex", wan, is and "Up" or "Down"))
  end
end

-- What a firewall does beside other routers.
local more = {debug = {}}

-- A gateway goes on trying IKE_SA_INIT after DPD.
function more:renewed()
  for _, link in ipairs(self.model.links) do
    for _, map in pairs(self.model.ends["local"].maps) do
      if map.peer == self.model:address(link, link.b) then
        self.model:trigger("local", link, map, true)
      end
    end
  end
end

-- The gateway to a peer, the tunnels behind it, and their SAs' figures.
function more:of_peer(peer)
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
function more:complete(kind, f)
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
    local other = ike.other(link, name)
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

function more:packet(time, f, out)
  if self.pcap then
    local list = self.pcap
    local from, to = f.sa.address, f.sa.peer
    if not out then
      from, to = to, from
    end
    list[#list + 1] = {time = lab.clock(time), from = from, to = to,
                       port = f.sa.port, answer = f.answer,
                       initiator = (f.sa.role == "initiator") == out}
  end
end

local PACKETS = {live_sent = {{true}}, live_answer = {{false, true}},
                 live_request = {{false}, {true, true}}}

function more:capture(kind, f, time)
  for i, p in ipairs(PACKETS[kind] or {}) do
    if not (i == 2 and f.mute) then
      f.answer = p[2]
      self:packet(time + (i - 1) * 0.001, f, p[1])
    end
  end
end

function vendor.notice(w, name, kind, fields, time)
  if kind == "finish" and fields.phase == 1 then
    watch(w, name, fields)
  end
  if name ~= "local" then
    return
  end
  -- A negotiation has its SA only a moment after it began.
  if kind == "begin" then
    w.model:spawn(function()
      w:record(kind, fields, w.model.time)
    end)
  else
    w:record(kind, fields, time)
  end
end

function more:record(kind, fields, time)
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

function vendor.old_noise(w)
  w.log:old_noise(names_of(w.read["local"].gateways),
                  w.trees["local"].line.address, w.trees.peer.line.address)
end

function world.new(scenario, knobs)
  local journal = log.new(lab.clock)
  journal:everyday(course.start(scenario) - 5000)
  local w = lab.new{
    scenario = scenario, knobs = knobs, vendor = vendor,
    nets = network.build(scenario, knobs), log = journal, boot = -595000,
    model = {real_v2 = true, repeats = {4, 6, 8, 10}}, with = more,
  }
  w.candidate = config.copy(w.cfg["local"])
  return w
end

function more:commit()
  self.cfg["local"] = config.copy(self.candidate)
  self:rebuild("local")
end

return world
