-- A configuration as text, read back into what the router then does.

local match = include("match")

local parse = {}

local GROUPS = {["768-bit"] = "modp768", ["1024-bit"] = "modp1024",
                ["1536-bit"] = "modp1536", ["2048-bit"] = "modp2048"}

local function first_words(line, n)
  local w = match.words(line)
  return table.concat(w, " ", 1, math.min(n, #w))
end

local function begins(line, with)
  return line == with or line:sub(1, #with + 1) == with .. " "
end

local function id_of(words, from)
  if words[from + 1] then
    return {type = words[from], value = words[from + 1]}
  end
  return {type = "address", value = words[from]}
end

-- "permit ip src A dest B", "permit udp src A sport eq N dest B dport eq N"
local function rule_of(w)
  local rule = {action = w[4], proto = w[5], src = "any", dest = "any"}
  for i = 6, #w do
    if w[i] == "src" or w[i] == "dest" then
      rule[w[i]] = w[i + 1]
    elseif (w[i] == "sport" or w[i] == "dport") and w[i + 1] == "eq" then
      rule[w[i]] = tonumber(w[i + 2])
    end
  end
  return rule
end

local function after(w, word)
  for i = 1, #w do
    if w[i] == word then
      return w[i + 1], i
    end
  end
  return nil
end

local readers = {}

readers["hostname"] = function(r, w)
  r.hostname = w[2]
end

readers["logging buffered"] = function(r, w)
  r.logging.buffered = tonumber(w[3]) or 4096
end

readers["logging subsystem"] = function(r, w)
  r.logging.levels[w[3]] = w[4]
end

readers["logging timestamp"] = function(r, w)
  r.logging.timestamp = w[3]
end

readers["ip route"] = function(r, w)
  r.routes[#r.routes + 1] = {dest = w[3], via = w[4]}
end

readers["ip access-list"] = function(r, w)
  r.acls[w[3]] = r.acls[w[3]] or {}
  table.insert(r.acls[w[3]], rule_of(w))
end

readers["ike proposal"] = function(r, w)
  local group = after(w, "group") or "768-bit"
  r.ike_proposals[w[3]] = {
    encryption = after(w, "encryption"), hash = after(w, "hash"),
    group = GROUPS[group] or group, auth = "pre-shared",
    lifetime = tonumber((after(w, "lifetime"))) or 28800,
  }
end

readers["ike policy"] = function(r, w)
  local p = {name = w[3], mode = "main", version = 1, proposals = {}}
  local i = 4
  while w[i] do
    if w[i] == "peer" or w[i] == "key" or w[i] == "mode" then
      if w[i] == "key" and (w[i + 1] == "char" or w[i + 1] == "hex") then
        i = i + 1
        p.key = w[i + 1]
      else
        p[w[i]] = w[i + 1]
      end
      i = i + 1
    else
      p.proposals[#p.proposals + 1] = w[i]
    end
    i = i + 1
  end
  r.policies[p.name] = p
end

readers["ike local-id"] = function(r, w)
  r.ids[#r.ids + 1] = {r.policies, w[3], "local_id", id_of(w, 4)}
end

readers["ike remote-id"] = function(r, w)
  r.ids[#r.ids + 1] = {r.policies, w[3], "remote_id", id_of(w, 4)}
end

readers["ike nat-traversal"] = function(r, w)
  r.ids[#r.ids + 1] = {r.policies, w[4], "natt", true}
end

readers["ipsec autokey-proposal"] = function(r, w)
  r.ipsec_proposals[w[3]] = {encryption = w[4], hash = w[5],
                             lifetime = tonumber((after(w, "time"))) or 28800}
end

readers["ipsec autokey-map"] = function(r, w)
  local m = {name = w[3], acl = w[4], proposals = {}, pfs = after(w, "pfs")}
  local peer, at = after(w, "peer")
  m.peer = peer
  for i = (at or 4) + 2, #w do
    if w[i] == "pfs" then
      break
    end
    m.proposals[#m.proposals + 1] = w[i]
  end
  r.maps[m.name] = m
end

readers["ipsec local-id"] = function(r, w)
  r.ids[#r.ids + 1] = {r.maps, w[3], "local_id", w[4]}
end

readers["ipsec remote-id"] = function(r, w)
  r.ids[#r.ids + 1] = {r.maps, w[3], "remote_id", w[4]}
end

readers["no ipsec"] = function(r, w)
  r.anti_replay = r.anti_replay and w[3] ~= "anti-replay"
end

-- IKEv2 has its key beside the peer's identity, and no policy.
readers["ikev2 authentication"] = function(r, w)
  r.v2_keys[w[5] or ""] = w[8]
end

local block_readers = {}

function block_readers.interface(r, name, lines)
  local i = {name = name, napt = {}, filters = {}}
  for _, line in ipairs(lines) do
    local w = match.words(line)
    local two = (w[1] or "") .. " " .. (w[2] or "")
    if line == "shutdown" then
      i.shutdown = true
    elseif two == "ip address" then
      i.address = w[3]
    elseif two == "ip unnumbered" then
      i.unnumbered = w[3]
    elseif two == "ip mtu" then
      i.mtu = tonumber(w[3])
    elseif line == "ip tcp adjust-mss auto" then
      i.mss = true
    elseif line == "ip napt enable" then
      i.napt_enabled = true
    elseif begins(line, "ip napt static") then
      i.napt[table.concat(w, " ", 5)] = true
    elseif two == "ip filter" then
      i.filters[#i.filters + 1] = {acl = w[3], seq = tonumber(w[4]),
                                   dir = w[5]}
    elseif two == "ppp binding" then
      i.ppp = w[3]
    elseif two == "tunnel mode" then
      i.tunnel = w[3]
    elseif two == "ipsec policy" then
      i.map = w[4]
    elseif two == "ikev2 peer" then
      i.v2_peer = w[3]
    elseif w[1] == "service-policy" then
      i.qos = true
    elseif w[1] == "description" then
      i.description = line:sub(#"description " + 1)
    end
  end
  r.interfaces[name] = i
end

block_readers["ppp profile"] = function(r, name, lines)
  r.ppp[name] = lines
end

-- Configuration -> what it says: {hostname, logging, routes, acls,
-- ike_proposals, policies, ipsec_proposals, maps, interfaces, ppp, ...}
function parse.read(cfg)
  local r = {
    logging = {levels = {}}, routes = {}, acls = {}, ike_proposals = {},
    policies = {}, ipsec_proposals = {}, maps = {}, interfaces = {}, ids = {},
    ppp = {}, anti_replay = true, v2_keys = {}, hostname = "Router",
  }
  for _, s in ipairs(cfg) do
    for _, line in ipairs(s.head and {} or s.lines) do
      local reader = readers[first_words(line, 2)] or
          readers[first_words(line, 1)]
      if reader then
        reader(r, match.words(line))
      end
    end
    local kind, name = (s.head or ""):match("^(.-) (%S+)$")
    if block_readers[kind] then
      block_readers[kind](r, name, s.lines)
    end
  end
  for _, id in ipairs(r.ids) do
    if id[1][id[2]] then
      id[1][id[2]][id[3]] = id[4]
    end
  end
  return r
end

return parse
