-- What a router does with its configuration and its line: the end of
-- ike.lua, the states of its interfaces and its own check of the profiles.

local cidr = include("cidr")

local site = {}

local IPSEC_LIFE, IKE_LIFE = 28800, 28800

-- "up", "down" or "administratively down".
function site.state(r, line, name)
  local i = r.interfaces[name]
  if not i or not i.up then
    return "administratively down"
  end
  if i.mobile and not (line.sim and line.signal) then
    return "down"
  end
  return "up"
end

-- The address of an interface as "A.B.C.D/N", or nil.
function site.address(r, line, name)
  local i = r.interfaces[name]
  if not i or site.state(r, line, name) ~= "up" then
    return nil
  end
  if i.address == "dhcp" then
    return line.address and line.address .. "/32"
  end
  return i.address
end

local function plain(address)
  return address and address:match("^[%d.]+")
end

-- The routes in force: {dest, via, kind}.
function site.routes(r, line)
  local list = {}
  for name in pairs(r.interfaces) do
    local address = site.address(r, line, name)
    if address then
      list[#list + 1] = {dest = cidr.net(address), via = name, kind = "C"}
    end
  end
  for _, route in ipairs(r.routes) do
    if site.state(r, line, route.via) == "up" then
      list[#list + 1] = {dest = route.dest == "default" and "0.0.0.0/0" or
                         route.dest, via = route.via, kind = "S"}
    end
  end
  return list
end

-- The IPsec interface that maps a profile.
function site.mapped(r, profile)
  for name, i in pairs(r.interfaces) do
    if i.map == profile then
      return name
    end
  end
end

-- An IPsec interface that something points at, but nothing defines.
local function undefined(r)
  for _, route in ipairs(r.routes) do
    if route.via:match("^IPsec%d") and not r.interfaces[route.via] then
      return route.via
    end
  end
end

-- The router's own check of a profile, in the guideline's order.
function site.check(r, line, name)
  local p = r.profiles[name]
  local interface = site.mapped(r, name)
  local missing = not interface and undefined(r)
  local policy, ike = r.ipsec_policies[p.ipsec_policy],
      r.ike_policies[p.ike_policy]
  if not site.address(r, line, p.source or "") then
    return ("sourced I/F don't have valid address [%s]"):format(p.source)
  elseif missing or interface and not r.interfaces[interface].up then
    return ("mapped I/F is down [%s]"):format(missing or interface)
  elseif not interface then
    return ("no mapped [%s]"):format(name)
  elseif not policy then
    return ("ipsec policy not exist [%s]"):format(p.ipsec_policy or "")
  elseif not ike then
    return ("ike policy not exist [%s]"):format(p.ike_policy or "")
  elseif not r.ipsec_proposals[policy.proposal] then
    return ("ike proposal not exist [%s]"):format(policy.proposal or "")
  elseif not r.ike_proposals[ike.proposal] then
    return ("ike proposal not exist [%s]"):format(ike.proposal or "")
  end
  return "config check ok"
end

local function identity(text)
  local kind, value = (text or ""):match("^(%S+) (%S+)$")
  return kind and {type = kind, value = value}
end

local function resolved(line, peer)
  return line.address and line.names[peer] or peer
end

local function policy_of(r, line, p)
  local ike = r.ike_policies[p.ike_policy]
  local peer = resolved(line, p.peer)
  return ike and {
    name = p.name, peer = peer, key = ike.key, mode = ike.mode or "main",
    version = 1, proposals = {ike.proposal or ""},
    local_id = identity(ike.local_id), remote_id = identity(ike.remote_id),
    needs_id = peer == "any", natt = ike.natt == "enable",
  }
end

local function map_of(r, line, p)
  local policy = r.ipsec_policies[p.ipsec_policy]
  local proposal = policy and r.ipsec_proposals[policy.proposal]
  return policy and {
    name = p.name, peer = resolved(line, p.peer), acl = "any",
    proposals = {policy.proposal or ""}, pfs = policy.pfs,
    local_id = policy.local_id, remote_id = policy.remote_id,
    lifetime = proposal and proposal.lifetime or IPSEC_LIFE,
  }
end

local function add_tunnels(r, e)
  for name, i in pairs(r.interfaces) do
    if i.map or name:match("^IPsec") then
      e.tunnels[name] = {map = i.map, shutdown = not i.up}
    end
  end
end

-- The addresses of the networks that it is in itself.
local function own(r, line)
  local list = {}
  for name in pairs(r.interfaces) do
    list[#list + 1] = site.address(r, line, name)
  end
  return list
end

-- r: what the configuration says (parse.read); t: the router's tree.
function site.make(r, t)
  local line = t.line
  local routes, near = site.routes(r, line), own(r, line)
  local e = {
    policies = {}, maps = {}, tunnels = {}, anti_replay = false,
    ike_proposals = {}, ipsec_proposals = r.ipsec_proposals,
    acls = {any = {{action = "permit", src = "any", dest = "any"}}},
    manner = t.manner,
    route = function(dest)
      local route = cidr.longest(routes, dest)
      return route and route.via
    end,
    near = function(dest)
      return cidr.near(near, dest)
    end,
    blocks = function()
      return nil
    end,
  }
  for name, p in pairs(r.ike_proposals) do
    e.ike_proposals[name] = {
      encryption = p.encryption, hash = p.hash, group = p.group,
      auth = "pre-shared", lifetime = p.lifetime or IKE_LIFE,
    }
  end
  for name, p in pairs(r.profiles) do
    e.policies[name], e.maps[name] = policy_of(r, line, p), map_of(r, line, p)
    e.address = e.address or plain(site.address(r, line, p.source or ""))
  end
  e.address = e.address or
      plain(site.address(r, line, "MobileEthernet0.0"))
  add_tunnels(r, e)
  return e
end

-- The LAN of a router tree: the network and the router's address in it.
function site.lan(t)
  local address = t.interfaces["GigaEthernet0.0"].address
  return cidr.net(address), plain(address)
end

return site
