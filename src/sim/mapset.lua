-- Crypto maps: entries in an order, each with a peer and a list of what it
-- encrypts.
--
-- A rule is {action, proto, src, dest, sport, dport}; an entry {tag, seq,
-- peers, sets, acl, pfs, lifetime, profile}.

local cidr = include("cidr")

local mapset = {}

local PROTOS = {["50"] = "esp", ["51"] = "ahp", ["17"] = "udp"}

local function rule_fits(rule, p)
  local proto = PROTOS[rule.proto] or rule.proto
  return (proto == "ip" or proto == p.proto) and
      (not p.src or cidr.contains(rule.src, p.src)) and
      (not p.dest or cidr.contains(rule.dest, p.dest)) and
      (not rule.dport or rule.dport == p.port) and
      (not rule.sport or rule.sport == p.port)
end

-- The first rule of a list that fits a packet {proto, src, dest, port}.
function mapset.first_rule(rules, p)
  for _, rule in ipairs(rules or {}) do
    if rule_fits(rule, p) then
      return rule
    end
  end
end

-- Every line of every entry's list is a map of its own for the engine.
function mapset.expand(r, incomplete)
  local maps, by_entry = {}, {}
  for tag, entries in pairs(r.maps) do
    for _, m in ipairs(entries) do
      by_entry[m] = {}
      if not incomplete(r, m) then
        for _, rule in ipairs(r.acls[m.acl]) do
          if rule.action == "permit" then
            local name = string.format("%s %05d %05d", tag, m.seq, rule.seq)
            maps[name] = {
              name = name, peer = m.peers[1], proposals = m.sets,
              pfs = m.pfs, acl = name, local_id = rule.src,
              remote_id = rule.dest, tag = tag, entry = m, rule = rule,
              lifetime = m.lifetime or r.ipsec_lifetime or 3600,
              policy = m.profile and "v2 " .. m.peers[1] or nil,
            }
            table.insert(by_entry[m], maps[name])
          end
        end
      end
    end
  end
  return maps, by_entry
end

function mapset.of_rule(by_entry, m, rule)
  for _, map in ipairs(by_entry[m]) do
    if map.rule == rule then
      return map
    end
  end
end

-- How a set answers phase 2 of a peer: the map, or nil, why ("peer": another
-- entry takes it, "acl") and the type of the refusal.
function mapset.answer(entries, by_entry, src, mine, theirs, kind)
  for _, m in ipairs(entries) do
    for _, map in ipairs(by_entry[m]) do
      local exact = map.local_id == mine and map.remote_id == theirs
      local wider = cidr.contains(map.local_id, (mine:gsub("/.*", ""))) and
          cidr.contains(map.remote_id, (theirs:gsub("/.*", "")))
      if (exact or wider) and map.peer ~= src then
        return nil, "peer", 14
      elseif exact then
        return map
      elseif wider then
        return nil, "acl", kind
      end
    end
  end
  return nil, "acl", kind
end

return mapset
