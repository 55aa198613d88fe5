-- What a firewall does with its configuration and its line: the end of
-- ike.lua, and the states of its interfaces.

local cidr = include("cidr")
local config = include("config")

local site = {}

local INTERVAL = 5
local DOUBLING = {1, 2, 4, 8, 16, 32, 64, 64, 64, 64}

local function at(node, ...)
  for _, word in ipairs({...}) do
    node = type(node) == "table" and node[word] or nil
  end
  return node
end

local function hours(lifetime, default)
  return tonumber(at(lifetime, "seconds")) or
      (tonumber(at(lifetime, "hours")) or default) * 3600
end

local function first_key(t)
  return (pairs(t or {}))()
end

local function read_gateways(r, ike)
  for name, g in pairs(at(ike, "gateway") or {}) do
    local version = at(g, "protocol", "version") or "ikev1"
    local p = at(g, "protocol", version == "ikev1" and "ikev1" or "ikev2")
    r.gateways[name] = {
      name = name, version = version, peer = at(g, "peer-address", "ip"),
      fqdn = at(g, "peer-address", "fqdn"),
      interface = at(g, "local-address", "interface"),
      key = config.plain(at(g, "authentication", "pre-shared-key", "key")),
      mode = at(p, "exchange-mode"), profile = at(p, "ike-crypto-profile"),
      dpd = at(p, "dpd"), disabled = g.disabled == "yes",
      natt = at(g, "protocol-common", "nat-traversal", "enable") == "yes",
    }
  end
end

local function read_tunnels(r, network)
  for name, t in pairs(at(network, "tunnel", "ipsec") or {}) do
    local proxy = at(t, "auto-key", "proxy-id")
    proxy = proxy and proxy[first_key(proxy)]
    r.tunnels[name] = {
      name = name, gateway = first_key(at(t, "auto-key", "ike-gateway")),
      profile = at(t, "auto-key", "ipsec-crypto-profile"),
      interface = t["tunnel-interface"], ["local"] = at(proxy, "local"),
      remote = at(proxy, "remote"), disabled = t.disabled == "yes",
    }
  end
end

local function read_profiles(r, ike)
  local all = at(ike, "crypto-profiles")
  for name, p in pairs(at(all, "ike-crypto-profiles") or {}) do
    r.ike_profiles[name] = {
      encryption = p.encryption, hash = p.hash, group = p["dh-group"],
      auth = "pre-shared", lifetime = hours(p.lifetime, 8),
    }
  end
  for name, p in pairs(at(all, "ipsec-crypto-profiles") or {}) do
    r.ipsec_profiles[name] = {
      encryption = at(p, "esp", "encryption"), group = p["dh-group"],
      hash = at(p, "esp", "authentication"), lifetime = hours(p.lifetime, 1),
    }
  end
end

local function read_routes(r, network)
  local static = at(network, "virtual-router", "default", "routing-table",
                    "ip", "static-route")
  for name, route in pairs(static or {}) do
    r.routes[#r.routes + 1] = {
      name = name, dest = route.destination, interface = route.interface,
      nexthop = at(route, "nexthop", "ip-address"),
    }
  end
end

local function number(list, first)
  local i = first
  for _, x in pairs(list) do
    x.id, i = i, i + 1
  end
end

-- Configuration -> {hostname, gateways, tunnels, interfaces, routes,
-- ike_profiles, ipsec_profiles}
function site.read(cfg)
  local network = cfg.network
  local r = {gateways = {}, tunnels = {}, interfaces = {}, routes = {},
             ike_profiles = {}, ipsec_profiles = {},
             hostname = at(cfg, "deviceconfig", "system", "hostname") or
                 "PA"}
  read_gateways(r, at(network, "ike"))
  read_tunnels(r, network)
  read_profiles(r, at(network, "ike"))
  read_routes(r, network)
  for name, i in pairs(at(network, "interface", "ethernet") or {}) do
    r.interfaces[name] = {name = name, ip = first_key(at(i, "layer3", "ip")),
                          down = i["link-state"] == "down"}
  end
  for name in pairs(at(network, "interface", "tunnel", "units") or {}) do
    r.interfaces[name] = {name = name}
  end
  for zone, z in pairs(at(cfg, "vsys", "vsys1", "zone") or {}) do
    for _, name in ipairs(at(z, "network", "layer3") or {}) do
      if r.interfaces[name] then
        r.interfaces[name].zone = zone
      end
    end
  end
  number(r.gateways, 1)
  number(r.tunnels, 1)
  return r
end

-- The outside interface: where the gateways are bound.
function site.wan(r)
  for _, g in pairs(r.gateways) do
    return g.interface
  end
end

function site.up(r, line, name)
  local i = r.interfaces[name]
  return i ~= nil and not i.down and (name ~= site.wan(r) or line.link)
end

-- The routes in force: {dest, interface, nexthop, kind}.
function site.routes(r, line)
  local list = {}
  for name, i in pairs(r.interfaces) do
    if i.ip and site.up(r, line, name) then
      list[#list + 1] = {dest = cidr.net(i.ip), kind = "C",
                         interface = name, nexthop = i.ip:match("^[%d.]+")}
    end
  end
  for _, route in ipairs(r.routes) do
    local reached = route.interface
    if route.interface and site.up(r, line, reached) then
      list[#list + 1] = {dest = route.dest, interface = reached, kind = "S",
                         nexthop = route.nexthop}
    end
  end
  return list
end

local function liveness(g, retry)
  if g.version == "ikev1" or at(g.dpd, "enable") == "no" then
    return nil
  end
  local interval = tonumber(at(g.dpd, "interval")) or INTERVAL
  local pauses = DOUBLING
  if retry == "flat" then
    pauses = {}
    for i = 1, 10 do
      pauses[i] = interval
    end
  end
  return {interval = interval, pauses = pauses}
end

local function add_gateways(e, r, t)
  for name, g in pairs(r.gateways) do
    g.peer = g.fqdn and (t.line.names[g.fqdn] or "0.0.0.0") or g.peer
    if not g.disabled then
      local old = g.version == "ikev1"
      e.policies[name] = {
        name = name, peer = g.peer, key = g.key, natt = g.natt,
        mode = old and (g.mode == "aggressive" and "aggressive" or "main") or
            "ikev2",
        version = old and 1 or 2, proposals = {g.profile or ""},
        liveness = liveness(g, t.retry),
      }
    end
  end
end

local function add_tunnels(e, r)
  for name, x in pairs(r.tunnels) do
    local g, p = r.gateways[x.gateway], r.ipsec_profiles[x.profile]
    if g and not x.disabled then
      e.maps[name] = {
        name = name, peer = g.peer, acl = "any", proposals = {x.profile or ""},
        local_id = x["local"] or "0.0.0.0/0",
        remote_id = x.remote or "0.0.0.0/0",
        pfs = p and p.group, lifetime = p and p.lifetime or 3600,
      }
    end
    e.tunnels[x.interface or ""] = {map = name, shutdown = x.disabled}
  end
end

-- The addresses of the networks inside.
local function own(r, line)
  local list = {}
  for name, i in pairs(r.interfaces) do
    if i.ip and site.up(r, line, name) and name ~= site.wan(r) then
      list[#list + 1] = i.ip
    end
  end
  return list
end

-- r: what the configuration says (site.read); t: the firewall's tree.
function site.make(r, t)
  local near = own(r, t.line)
  local routes = site.routes(r, t.line)
  local wan = site.wan(r)
  local i = wan and r.interfaces[wan]
  local e = {
    policies = {}, maps = {}, tunnels = {}, anti_replay = true,
    ike_proposals = r.ike_profiles, ipsec_proposals = r.ipsec_profiles,
    acls = {any = {{action = "permit", src = "any", dest = "any"}}},
    manner = t.manner,
    address = i and i.ip and site.up(r, t.line, wan) and
        i.ip:match("^[%d.]+") or nil,
    route = function(dest)
      local route = cidr.longest(routes, dest)
      return route and route.interface
    end,
    near = function(dest)
      return cidr.near(near, dest)
    end,
    blocks = function()
      return nil
    end,
  }
  for name in pairs(r.interfaces) do
    if name:match("^tunnel") then
      e.tunnels[name] = {}
    end
  end
  add_gateways(e, r, t)
  add_tunnels(e, r)
  return e
end

-- The network inside, and the firewall's address in it.
function site.lan(t)
  for _, i in pairs(t.interfaces) do
    if i.zone == "trust" then
      return cidr.net(i.ip), i.ip:match("^[%d.]+")
    end
  end
end

return site
