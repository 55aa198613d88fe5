-- What a router does with its configuration and its line: the end of
-- ike.lua, and the states of its interfaces.

local cidr = include("cidr")

local site = {}

-- Is the interface up, and why not: "admin", "link", "ppp".
function site.state(r, line, name)
  local i = r.interfaces[name]
  if not i or i.shutdown then
    return false, "admin"
  end
  if i.tunnel then
    return true
  end
  if name:match("^GigaEthernet0%.") and not line.link then
    return false, "link"
  end
  if i.ppp and (line.pppoe ~= "up" or not r.ppp[i.ppp]) then
    return false, "ppp"
  end
  return true
end

-- The address of an interface as "A.B.C.D/N", or nil.
function site.address(r, line, name)
  local i = r.interfaces[name]
  if not i or not site.state(r, line, name) then
    return nil
  end
  if i.address == "ipcp" or i.address == "dhcp" then
    return line.address and line.address .. "/32"
  end
  if i.unnumbered then
    return site.address(r, line, i.unnumbered)
  end
  return i.address
end

-- The outside interface: where PPPoE is bound or an address is obtained.
function site.wan(r)
  for name, i in pairs(r.interfaces) do
    if i.ppp or i.address == "dhcp" then
      return name
    end
  end
  for name in pairs(r.interfaces) do
    if name:match("^GigaEthernet0%.") then
      return name
    end
  end
end

-- The routes in force: {dest, via, kind}; those of dead interfaces are not.
function site.routes(r, line)
  local list = {}
  for name, i in pairs(r.interfaces) do
    local address = not i.unnumbered and site.address(r, line, name)
    if address then
      local n, _, length = cidr.parse(address)
      list[#list + 1] = {dest = cidr.text(n) .. "/" .. length, via = name,
                         kind = "C"}
    end
  end
  for _, route in ipairs(r.routes) do
    local up = route.via:match("^%d") or site.address(r, line, route.via)
    if up then
      list[#list + 1] = {
        dest = route.dest == "default" and "0.0.0.0/0" or route.dest,
        via = route.via, kind = "S",
      }
    end
  end
  return list
end

-- The interface towards an address, by the longest matching route.
local function lookup(routes, dest)
  local best, length = nil, -1
  for _, route in ipairs(routes) do
    local _, _, n = cidr.parse(route.dest)
    if n and n > length and cidr.contains(route.dest, dest) then
      best, length = route, n
    end
  end
  return best and best.via
end

local function permits(rule, proto, port)
  if rule.proto ~= "ip" and rule.proto ~= proto and
      not (rule.proto == "50" and proto == "esp") then
    return false
  end
  return proto ~= "udp" or not rule.dport or rule.dport == port
end

-- The interface's filters in order; without a matching rule: blocked.
local function filtered(r, i, dir, proto, port, peer)
  local any = false
  for _, filter in ipairs(i.filters) do
    if filter.dir == dir then
      any = true
      for _, rule in ipairs(r.acls[filter.acl] or {}) do
        local far = dir == "in" and rule.src or rule.dest
        if permits(rule, proto, port) and (not peer or
            cidr.contains(far, peer)) then
          return rule.action ~= "permit" and "filter" or nil
        end
      end
    end
  end
  return any and "filter" or nil
end

-- NAPT keeps what comes from outside for itself unless an entry exists.
local function translated(i, dir, proto, port)
  if not i.napt_enabled or dir == "out" or proto == "icmp" then
    return nil
  end
  local entry = proto == "udp" and "udp " .. port or "50"
  return not i.napt[entry] and "napt" or nil
end

local function tunnels(r)
  local t = {}
  for name, i in pairs(r.interfaces) do
    if i.tunnel then
      local map = i.map
      if i.tunnel ~= "ipsec" and i.tunnel ~= "ipsec-ikev2" then
        map = nil
      end
      t[name] = {map = map, shutdown = i.shutdown, mtu = i.mtu or 1390}
    end
  end
  return t
end

-- IKEv2 tunnels have no policy and no map: made up under their own name.
local function add_v2(r)
  for name, i in pairs(r.interfaces) do
    if i.tunnel == "ipsec-ikev2" and i.v2_peer then
      r.policies[name] = {name = name, peer = i.v2_peer, mode = "ikev2",
                          version = 2, proposals = {"ikev2"},
                          key = r.v2_keys[i.v2_peer] or "", natt = true}
      r.maps[name] = {name = name, peer = i.v2_peer, acl = "",
                      proposals = {"ikev2"}}
      r.acls[""] = {{action = "permit", proto = "ip", src = "any",
                     dest = "any"}}
      r.ike_proposals.ikev2 = {encryption = "aes-256", hash = "sha2-256",
                               group = "modp2048", lifetime = 28800}
      r.ipsec_proposals.ikev2 = {encryption = "esp-aes-256",
                                 hash = "esp-sha2-256", lifetime = 28800}
      i.map = name
    end
  end
end

-- r: what config says (parse.read); line: what the carrier gives.
function site.make(r, line, manner)
  add_v2(r)
  local wan = site.wan(r)
  local address = wan and site.address(r, line, wan)
  for _, m in pairs(r.maps) do
    local p = r.ipsec_proposals[m.proposals[1]]
    m.lifetime = p and p.lifetime or 28800
  end
  local routes = site.routes(r, line)
  return {
    address = address and address:match("^[%d.]+"), wan = wan,
    policies = r.policies, ike_proposals = r.ike_proposals, maps = r.maps,
    ipsec_proposals = r.ipsec_proposals, acls = r.acls,
    tunnels = tunnels(r), anti_replay = r.anti_replay, manner = manner,
    route = function(dest)
      return lookup(routes, dest)
    end,
    blocks = function(dir, proto, port, peer)
      local i = r.interfaces[wan]
      if not i then
        return nil
      end
      return filtered(r, i, dir, proto, port, peer) or
          translated(i, dir, proto, port)
    end,
  }
end

return site
