-- What a router does with its configuration and its line: the end of
-- ike.lua, and the states of its interfaces.

local acltext = include("acltext")
local cidr = include("cidr")
local lab = include("lab")
local mapset = include("mapset")
local network = include("network")

local site = {}

-- The outside interface of a model.
function site.wan(tree)
  return network.models[tree.model].wan
end

-- Is the interface up, and why not: "admin", "link".
function site.state(r, tree, name)
  local i = r.interfaces[name]
  if not i or i.shutdown then
    return false, "admin"
  end
  if name == site.wan(tree) and not tree.line.link then
    return false, "link"
  end
  return true
end

-- The interface on whose network an address is.
local function connected(r, tree, address)
  for name, i in pairs(r.interfaces) do
    if i.net and site.state(r, tree, name) and
        cidr.contains(i.net, address) then
      return name
    end
  end
end

-- The routes in force: {dest, via, kind, interface}.
function site.routes(r, tree)
  local list = {}
  for _, name in ipairs(r.order) do
    local i = r.interfaces[name]
    if i.net and site.state(r, tree, name) then
      list[#list + 1] = {dest = i.net, kind = "C", interface = name,
                         address = i.address}
    end
  end
  for _, route in ipairs(r.routes) do
    local out = r.interfaces[route.via] and
        site.state(r, tree, route.via) and route.via or
        cidr.number(route.via or "") and connected(r, tree, route.via)
    if out and route.dest then
      list[#list + 1] = {dest = route.dest, kind = "S", interface = out,
                         via = route.via}
    end
  end
  return list
end

-- The route to an address, by the longest match.
-- Does an interface's list stop it? An empty list stops nothing.
local function filtered(w, name, r, list, p)
  local rules = r.acls[list]
  if not rules then
    return nil
  end
  local rule = mapset.first_rule(rules, p)
  if name == "local" then
    w:hit(list, rule)
  end
  if rule and rule.action == "permit" then
    return nil
  end
  return "filter"
end

-- Is the source of a packet that leaves here translated?
local function translated(w, name, r, out, packet)
  if r.interfaces[out].nat ~= "outside" then
    return false
  end
  for _, n in ipairs(r.nat) do
    local list = n.name
    if n.kind == "route-map" then
      list = r.route_maps[n.name]
    end
    local rule = mapset.first_rule(r.acls[list], {
      proto = "ip", src = packet.src, dest = packet.dest})
    if rule and rule.action == "permit" then
      if name == "local" then
        w:hit(list, rule)
        w:translate(packet)
      end
      return true
    end
  end
  return false
end

-- Has a crypto map entry all that it needs?
function site.incomplete(r, m)
  if not m.peers[1] then
    return "peer"
  elseif not m.acl or not r.acls[m.acl] then
    return "acl"
  elseif not r.sets[m.sets[1]] then
    return "set"
  end
  return nil
end

local AES_V2 = {["aes-cbc-128"] = "aes", ["aes-cbc-256"] = "aes 256"}

-- The proposals of IKEv2, one for each group of theirs; gives the names of what
-- is offered.
local function v2_proposals(v2, proposals)
  local offers = {}
  for _, name in ipairs(v2.offers) do
    local p = v2.proposals[name] or {groups = {}}
    for i, group in ipairs(p.groups) do
      offers[#offers + 1] = string.format("v2 %s %d", name, i)
      proposals[offers[#offers]] = {
        encryption = AES_V2[p.encryption] or p.encryption,
        hash = p.integrity, group = group, auth = "pre-share",
        groups = p.groups, again = i > 1, lifetime = 86400}
    end
  end
  return offers
end

-- Phase-1 policies by peer, and the proposals that all of them offer.
local function policies(r, address)
  -- The default policy wants certificates: accepted maybe, never offered.
  local list, proposals, names, offered = {}, {}, {}, {}
  for _, p in ipairs(r.isakmp.policies) do
    names[#names + 1] = tostring(p.priority)
    offered[#offered + 1] = tostring(p.priority)
    proposals[tostring(p.priority)] = p
  end
  names[#names + 1] = "65535"
  proposals["65535"] = {priority = 65535, encryption = "des", hash = "sha",
                        auth = "rsa-sig", group = 1, lifetime = 86400}
  if not r.isakmp.off then
    for peer, key in pairs(r.isakmp.keys) do
      list[peer] = {
        name = peer, peer = peer, key = key, mode = "main", version = 1,
        proposals = names, offers = offered, natt = true,
        dpd = r.isakmp.keepalive,
        local_id = {type = "address", value = address},
      }
    end
  end
  local v2 = r.ikev2
  local offers = v2_proposals(v2, proposals)
  for name, p in pairs(v2.profiles) do
    for _, peer in ipairs(v2.keyrings[p.keyring or ""] or {}) do
      if p.remote_id and peer.address then
        list["v2 " .. peer.address] = {
          name = "v2 " .. peer.address, profile = name, peer = peer.address,
          key = peer.key, mode = "ikev2", version = 2, proposals = offers,
          natt = true, dpd = p.dpd, keyring = p.keyring, block = peer.name,
          v2_policy = v2.policy, remote_id = p.remote_id,
          local_id = p.local_id or {type = "address", value = address},
        }
      end
    end
  end
  local stranger = offers[1] and {
    name = "v2", peer = "any", mode = "ikev2", version = 2, natt = true,
    proposals = offers, v2_policy = v2.policy, remote_id = {type = "none"},
    local_id = {type = "address", value = address}}
  return list, proposals, stranger
end

-- The source of what this router sends to its peers, by interface.
local function map_address(r, tree, name)
  local i = r.interfaces[name]
  local named = i.map and r.map_local[i.map]
  if named and r.interfaces[named] and site.state(r, tree, named) then
    return r.interfaces[named].address
  end
  return i.address
end
site.map_address = map_address

-- How phase 2 is answered: see answer_map of ike.lua.
local function answer(r, tree, by_entry, kind)
  return function(src, called, mine, theirs)
    local tag
    for name, i in pairs(r.interfaces) do
      if i.map and r.maps[i.map] and site.state(r, tree, name) and
          map_address(r, tree, name) == called then
        tag = i.map
      end
    end
    if not tag then
      return nil, "local-address", 14
    end
    return mapset.answer(r.maps[tag], by_entry, src, mine, theirs, kind)
  end
end

-- What this router encrypts: see select of ike.lua.
local function selector(w, name, r, routes, by_entry)
  return function(packet)
    local route = cidr.longest(routes, packet.dest)
    if not route then
      return nil, "no-route"
    end
    local out = r.interfaces[route.interface]
    local src = packet.src
    if translated(w, name, r, route.interface, packet) then
      src = out.address
    end
    for _, m in ipairs(out.map and r.maps[out.map] or {}) do
      local rule = #by_entry[m] > 0 and
          mapset.first_rule(r.acls[m.acl], {proto = "ip", src = src,
                                     dest = packet.dest})
      if rule and rule.action == "permit" then
        if name == "local" then
          w:hit(m.acl, rule)
        end
        local map = mapset.of_rule(by_entry, m, rule)
        map.mtu = out.ip_mtu or out.mtu or 1500
        return map
      end
    end
    return nil, src ~= packet.src and "translated" or "clear"
  end
end

local function near(r, tree)
  return function(dest)
    for name, i in pairs(r.interfaces) do
      if i.net and site.state(r, tree, name) then
        if i.address == dest then
          return "self"
        elseif cidr.contains(i.net, dest) and name ~= site.wan(tree) then
          return tree.host_silent and "silent" or "host"
        end
      end
    end
    return nil
  end
end

-- The end of ike.lua; r is what its configuration says.
function site.make(w, name, r)
  local tree = w.trees[name]
  local wan = site.wan(tree)
  local up = site.state(r, tree, wan)
  local address = up and r.interfaces[wan] and map_address(r, tree, wan)
  local routes = site.routes(r, tree)
  local maps, by_entry = mapset.expand(r, site.incomplete)
  local list, proposals, stranger = policies(r, address)
  local kind = tree.manner.says_invalid_id and 18 or 14
  return {
    address = address or nil, policies = list, ike_proposals = proposals,
    stranger = stranger,
    maps = maps, ipsec_proposals = r.sets, acls = {}, tunnels = {},
    anti_replay = r.anti_replay, manner = tree.manner, any_pfs = true,
    overhead = 62, routes = routes,
    route = function(dest)
      local route = cidr.longest(routes, dest)
      return route and route.interface
    end,
    owns = function(a)
      for n, i in pairs(r.interfaces) do
        if i.address == a and site.state(r, tree, n) then
          return true
        end
      end
      return false
    end,
    select = selector(w, name, r, routes, by_entry),
    answer_map = answer(r, tree, by_entry, kind),
    accepts = function(packet)
      local route = cidr.longest(routes, packet.dest)
      return (not route or route.interface == wan) and "no-route" or nil
    end,
    blocks = function(dir, proto, port, peer)
      local i = r.interfaces[wan]
      local list_name = i and i.filters[dir]
      if not list_name then
        return nil
      end
      local far = dir == "in" and "src" or "dest"
      return filtered(w, name, r, list_name,
                      {proto = proto, port = port, [far] = peer})
    end,
    unroutable = function(a)
      return lab.is_private(a) and not connected(r, tree, a)
    end,
    near = near(r, tree),
    source_of = function(out)
      return r.interfaces[out].address
    end,
    mtu_of = function(out)
      return r.interfaces[out].ip_mtu or 1500
    end,
  }
end

-- The inside network of a tree, and the router's address in it.
function site.lan(tree)
  local name = network.models[tree.model].lan
  local address, mask = tree.interfaces[name].address:match("(%S+) (%S+)")
  return acltext.net(address, mask), address
end

return site
