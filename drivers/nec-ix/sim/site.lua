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
      list[#list + 1] = {dest = cidr.net(address), via = name, kind = "C"}
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

-- The addresses of the networks that it is in itself.
local function own(r, line)
  local list = {}
  for name, i in pairs(r.interfaces) do
    list[#list + 1] = not i.unnumbered and site.address(r, line, name) or nil
  end
  return list
end

-- r: what config says (parse.read); t: the router's tree.
function site.make(r, t)
  local line = t.line
  add_v2(r)
  local wan = site.wan(r)
  local address = wan and site.address(r, line, wan)
  for _, m in pairs(r.maps) do
    local p = r.ipsec_proposals[m.proposals[1]]
    m.lifetime = p and p.lifetime or 28800
  end
  local routes, near = site.routes(r, line), own(r, line)
  return {
    address = address and address:match("^[%d.]+"), wan = wan,
    policies = r.policies, ike_proposals = r.ike_proposals, maps = r.maps,
    ipsec_proposals = r.ipsec_proposals, acls = r.acls,
    tunnels = tunnels(r), anti_replay = r.anti_replay, manner = t.manner,
    route = function(dest)
      local route = cidr.longest(routes, dest)
      return route and route.via
    end,
    near = function(dest)
      return cidr.near(near, dest)
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

-- The LAN of a router tree: the network, and the router's address in it.
function site.lan(t)
  for _, i in pairs(t.interfaces) do
    if i.address and i.address:match("^%d") then
      return cidr.net(i.address), i.address:match("^[%d.]+")
    end
  end
end

return site
