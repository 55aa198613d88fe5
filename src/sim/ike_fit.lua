-- Which parts of two ends' configurations fit each other: see ike.lua.

local cidr = include("cidr")

local fit = {}

function fit.chosen(mine, names, theirs, their_names, same)
  for _, a in ipairs(names) do
    for _, b in ipairs(their_names) do
      if mine[a] and theirs[b] and same(mine[a], theirs[b]) then
        return mine[a]
      end
    end
  end
end

-- What of two phase-1 proposals differs, in the order in which it is looked
-- at; nil when nothing does.
function fit.differs(a, b)
  for _, what in ipairs({"encryption", "hash", "auth", "group"}) do
    if a[what] ~= b[what] then
      return what
    end
  end
  return nil
end

-- Every comparison that the answering end makes until one fits:
-- {offer, number, own, differs}.
function fit.checks(mine, names, theirs, their_names)
  local list = {}
  for _, b in ipairs(their_names) do
    for number, a in ipairs(names) do
      if mine[a] and theirs[b] then
        local what = fit.differs(mine[a], theirs[b])
        list[#list + 1] = {offer = mine[a], number = number, own = b,
                           differs = what}
        if not what then
          return list
        end
      end
    end
  end
  return list
end

function fit.same_ike(a, b)
  return a.encryption == b.encryption and a.hash == b.hash and
      a.group == b.group and a.auth == b.auth
end

function fit.same_ipsec(a, b)
  return a.encryption == b.encryption and a.hash == b.hash and
      a.mode == b.mode and a.ah == b.ah
end

function fit.same_id(a, b)
  return a ~= nil and b ~= nil and a.type == b.type and a.value == b.value
end

-- The policy of end e for somebody who calls from src; or nil and what does
-- not fit: "address", "id" or "version".
function fit.find_policy(e, src, version, mode, id)
  local why = "address"
  for _, p in pairs(e.policies) do
    if p.peer == src or p.peer == "any" then
      if p.version ~= version then
        why = "version"
      elseif mode == "aggressive" and (p.remote_id or p.needs_id) and
          not fit.same_id(p.remote_id, id) then
        why = "id"
      elseif p.peer == "any" and mode == "main" and p.mode ~= "main" then
        why = "address"
      else
        return p
      end
    end
  end
  return nil, why
end

function fit.selectors(e, map)
  local rules = e.acls[map.acl]
  local first = rules and rules[1]
  return map.local_id or (first and first.src),
      map.remote_id or (first and first.dest)
end

function fit.covers(e, map, src, dest)
  for _, rule in ipairs(e.acls[map.acl] or {}) do
    if cidr.contains(rule.src, src) and cidr.contains(rule.dest, dest) then
      return rule.action == "permit"
    end
  end
  return false
end

-- Which PFS an end accepts: what it asks for itself, or (an end that says so)
-- any when it asks for none.
function fit.same_pfs(e, offered, own)
  return offered == own or (e.any_pfs and not own)
end

-- The map with which end e answers phase 2 of a peer: bound, with a list.
function fit.find_map(e, src, remote)
  local found
  for _, tunnel in pairs(e.tunnels) do
    local map = tunnel.map and e.maps[tunnel.map]
    if map and not tunnel.shutdown and e.acls[map.acl] and
        (map.peer == src or map.peer == "any") then
      local _, expected = fit.selectors(e, map)
      if not found or expected == remote then
        found = map
      end
    end
  end
  return found
end

return fit
