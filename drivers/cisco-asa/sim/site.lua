-- What a firewall does with its configuration and its line: the end of
-- ike.lua, and the states of its interfaces.

local acltext = include("acltext")
local cidr = include("cidr")
local lab = include("lab")
local mapset = include("mapset")

local site = {}

local WAN = "outside"

-- Is the interface up, and why not: "admin", "link".
function site.state(r, tree, name)
  local i = r.interfaces[name]
  if not i or i.shutdown then
    return false, "admin"
  end
  if name == WAN and not tree.line.link then
    return false, "link"
  end
  return true
end

-- The routes in force: {dest, via, kind, interface}.
function site.routes(r, tree)
  local list = {}
  for name, i in pairs(r.interfaces) do
    if i.net and site.state(r, tree, name) then
      list[#list + 1] = {dest = i.net, kind = "C", interface = name}
    end
  end
  for _, route in ipairs(r.routes) do
    if route.dest and site.state(r, tree, route.interface) then
      list[#list + 1] = {dest = route.dest, kind = "S", via = route.via,
                         interface = route.interface}
    end
  end
  return list
end

-- What NAT does with a packet from the inside: "exempt", "dynamic" or nil.
function site.nat(r, src, dest)
  local dynamic
  for _, n in ipairs(r.nat) do
    local fits
    if n.acl then
      local rule = mapset.first_rule(r.acls[n.acl], {proto = "ip", src = src,
                                                     dest = dest})
      fits = rule and rule.action == "permit"
    elseif n.mine then
      fits = r.objects[n.mine] and cidr.contains(r.objects[n.mine], src) and
          (not n.far or r.objects[n.far] and
           cidr.contains(r.objects[n.far], dest))
    else
      fits = n.net and cidr.contains(n.net, src)
    end
    if fits and n.exempt then
      return "exempt"
    end
    dynamic = dynamic or (fits and n.dynamic)
  end
  return dynamic and "dynamic" or nil
end

-- Has a crypto map entry all that it needs?
function site.incomplete(r, m)
  if m.dynamic then
    return "dynamic"
  elseif not m.peers[1] then
    return "peer"
  elseif not m.acl or not r.acls[m.acl] then
    return "acl"
  elseif not r.sets[m.sets[1]] then
    return "set"
  end
  return nil
end

local function applied(r)
  for tag, name in pairs(r.map_interface) do
    if name == WAN and r.maps[tag] then
      return r.maps[tag], tag
    end
  end
  return nil
end

local function policies(r, tree, address)
  local list, proposals, names = {}, {}, {}
  for _, p in ipairs(r.policies) do
    names[#names + 1] = tostring(p.priority)
    proposals[tostring(p.priority)] = p
  end
  if not r.enabled[WAN] then
    return list, proposals
  end
  local version = tree.version or 1
  for peer, key in pairs(r.keys) do
    list[peer] = {
      name = peer, peer = peer, key = key, version = version,
      mode = version == 2 and "ikev2" or "main", proposals = names,
      natt = true, local_id = {type = "address", value = address},
      -- ISAKMP keepalives are on unless a tunnel group says otherwise; a PIX
      -- has none of its own.
      dpd = tree.dialect ~= "pix6" and
          {interval = 10, retry = 2, tries = 5} or nil,
    }
  end
  return list, proposals
end

-- What this firewall encrypts: see select of ike.lua.
local function selector(w, name, r, routes, by_entry)
  local here = name == "local"
  return function(packet)
    local route = cidr.longest(routes, packet.dest)
    if not route then
      return nil, "no-route"
    end
    local out, src = r.interfaces[route.interface], packet.src
    if route.interface ~= WAN then
      return nil, "inside"
    end
    -- What the firewall itself sends is not translated.
    local own = src == (r.interfaces.inside or {}).address
    local nat = not own and site.nat(r, src, packet.dest)
    if nat == "dynamic" then
      src = out.address
      if here then
        w:translate(packet)
      end
    end
    for _, m in ipairs(applied(r) or {}) do
      local rule = #(by_entry[m] or {}) > 0 and
          mapset.first_rule(r.acls[m.acl], {proto = "ip", src = src,
                                            dest = packet.dest})
      if rule and rule.action == "permit" then
        if here then
          w:hit(m.acl, rule)
        end
        local map = mapset.of_rule(by_entry, m, rule)
        map.mtu = out.mtu
        return map
      end
    end
    return nil, nat == "dynamic" and "translated" or "clear"
  end
end

-- What becomes of a packet that came out of the tunnel: nil, or why it ends.
local function acceptor(w, name, r, routes)
  return function(packet)
    if not r.sysopt then
      local list = r.groups_in[WAN]
      local rule = mapset.first_rule(r.acls[list or ""], {
        proto = "icmp", src = packet.src, dest = packet.dest})
      if name == "local" and rule then
        w:hit(list, rule)
      end
      if not rule or rule.action ~= "permit" then
        return list and "list " .. list or "inbound"
      end
    end
    local route = cidr.longest(routes, packet.dest)
    if not route or route.interface == WAN then
      return "no-route"
    end
    if packet.dest == (r.interfaces.inside or {}).address then
      return not r.management and "self" or nil
    end
    if site.nat(r, packet.dest, packet.src) == "dynamic" then
      return "nat"
    end
    return nil
  end
end

local function near(r, tree)
  return function(dest)
    for name, i in pairs(r.interfaces) do
      if i.net and site.state(r, tree, name) then
        if i.address == dest then
          return "self"
        elseif cidr.contains(i.net, dest) and name ~= WAN then
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
  local up = site.state(r, tree, WAN)
  local address = up and r.interfaces[WAN].address or nil
  local routes = site.routes(r, tree)
  local maps, by_entry = mapset.expand(r, site.incomplete)
  for _, m in pairs(maps) do
    m.lifetime = m.entry.lifetime or r.ipsec_lifetime or 28800
  end
  local list, proposals = policies(r, tree, address)
  local pix = tree.dialect == "pix6"
  local manner = {}
  for k, v in pairs(tree.manner) do
    manner[k] = v
  end
  -- A PIX without the licence for it encrypts nothing.
  if not tree.license.des then
    manner.no_crypto = true
  end
  return {
    address = address, policies = list, ike_proposals = proposals,
    maps = maps, ipsec_proposals = r.sets, acls = {}, tunnels = {},
    anti_replay = true, manner = manner, any_pfs = not pix,
    overhead = pix and 56 or 74, routes = routes,
    route = function(dest)
      local route = cidr.longest(routes, dest)
      return route and route.interface
    end,
    owns = function(a)
      return a == address
    end,
    unroutable = lab.is_private,
    select = selector(w, name, r, routes, by_entry),
    answer_map = function(src, _, mine, theirs)
      local entries = applied(r)
      if not entries then
        return nil, "local-address", 14
      end
      return mapset.answer(entries, by_entry, src, mine, theirs,
                           pix and 14 or 18)
    end,
    accepts = acceptor(w, name, r, routes),
    -- Lists on interfaces are about what passes, not what ends here.
    blocks = function()
      return nil
    end,
    near = near(r, tree),
    source_of = function(out)
      return r.interfaces[out].address
    end,
    mtu_of = function(out)
      return r.interfaces[out].mtu
    end,
  }
end

-- The inside network of a tree, and the firewall's address in it.
function site.lan(tree)
  local address, mask = tree.interfaces.inside.address:match("(%S+) (%S+)")
  return acltext.net(address, mask), address
end

return site
