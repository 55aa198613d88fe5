-- The router under diagnosis in its network: what time and causes do to it.

local cidr = include("cidr")
local config = include("config")
local lab = include("lab")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")

local world = {}

-- The LAN of a router tree: the network and the router's address in it.
local function lan_of(t)
  local i = t.interfaces["GigaEthernet0.0"]
  local n, _, length = cidr.parse(i.address)
  return cidr.text(n) .. "/" .. length, i.address:match("^[%d.]+")
end

local function connected(line)
  return line.sim and line.signal and line.address ~= nil
end

local vendor = {write = config.write, read = parse.read, lan = lan_of}

function vendor.text(cfg)
  return table.concat(config.lines(cfg), "\n")
end

function vendor.make(w, name, r)
  return site.make(r, w.trees[name].line, w.trees[name].manner)
end

function vendor.notice(w, name, kind, fields, time)
  if name == "local" then
    w.log:notice(time, kind, fields)
  end
end

function vendor.changed(w, name, before, after)
  local was, is = connected(before.line), connected(after.line)
  if name == "local" and was ~= is then
    w.log:add(w.model.time, "MOBILE", is and "line connected" or
              "line disconnected")
  end
end

function vendor.old_noise(w)
  w.log:old_noise(w.trees.peer.line.address or "192.0.2.99")
end

local function own_network(w, dest)
  for name in pairs(w.read["local"].interfaces) do
    local address = site.address(w.read["local"], w:line(), name)
    if address and cidr.contains(address, dest) then
      return true
    end
  end
end

-- One echo request of our router: answered or not.
local function ping(w, dest, source, size, df, first)
  local e = w.model.ends["local"]
  if own_network(w, dest) then
    return true
  end
  local out = e.route(dest)
  if not out then
    return false
  end
  if e.tunnels[out] then
    local link = w.model:link_to("local", dest)
    local _, router = lan_of(w.trees[link and link.b or "peer"])
    return w.model:echo("local", {
      src = source or e.address or "0.0.0.0", dest = dest, size = size + 28,
      df = df, urgent = first, router = dest == router,
    })
  end
  if source and source ~= e.address then
    return false
  end
  return w:outside(dest)
end

function world.new(scenario, knobs)
  return lab.new{
    scenario = scenario, knobs = knobs, vendor = vendor,
    nets = network.build(scenario, knobs), log = log.new(lab.clock),
    boot = -595000, with = {ping = ping},
  }
end

return world
