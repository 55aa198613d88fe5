-- A configuration as text, read back into what the router then does.

local match = include("match")
local acltext = include("acltext")

local parse = {}

local function kid_values(n)
  local v = {}
  for _, k in ipairs(n.kids or {}) do
    v[#v + 1] = {k.text, match.words(k.text), k}
  end
  return v
end

local globals = {}      -- by the first two words
local blocks = {}

globals["no ip"] = function(r, w, text)
  r.no_lookup = r.no_lookup or w[3] == "domain-lookup" or
      w[3] == "domain" and w[4] == "lookup"
end

globals["hostname"] = function(r, w)
  r.hostname = w[2]
end

globals["no logging"] = function(r, w)
  if w[3] == "console" then
    r.logging.console = nil
  elseif w[3] == "on" then
    r.logging.off = true
  end
end

globals["logging buffered"] = function(r, w)
  local size, level = 4096, "debugging"
  for i = 3, #w do
    if tonumber(w[i]) and tonumber(w[i]) > 7 then
      size = tonumber(w[i])
    else
      level = w[i]
    end
  end
  r.logging.buffered = {size = size, level = level}
end

globals["logging console"] = function(r, w)
  r.logging.console = w[3] or "debugging"
end

globals["logging monitor"] = function(r, w)
  r.logging.monitor = w[3] or "debugging"
end

globals["service timestamps"] = function(r, w)
  r.stamps[w[3]] = w[4]
end

globals["no crypto"] = function(r, w)
  if w[3] == "isakmp" and w[4] == "enable" then
    r.isakmp.off = true
  end
end

globals["crypto logging"] = function(r, _)
  r.log_sessions = true
end

globals["ip route"] = function(r, w)
  r.routes[#r.routes + 1] = {dest = acltext.net(w[3], w[4]), via = w[5]}
end

globals["ip nat"] = function(r, w, text)
  r.nat[#r.nat + 1] = {kind = w[5], name = w[6], text = text}
end

globals["access-list"] = function(r, w, text)
  local rule = acltext.read((text:gsub("^access%-list %d+ ", "")), true)
  r.acls[w[2]] = r.acls[w[2]] or {}
  table.insert(r.acls[w[2]], rule)
end

local crypto = {}       -- by the second word

local AES = {["128"] = true, ["192"] = true, ["256"] = true}

function crypto.isakmp(r, w, text, n)
  if w[3] == "policy" then
    local p = {priority = tonumber(w[4]), encryption = "des", hash = "sha",
               auth = "rsa-sig", group = 1, lifetime = 86400}
    for _, k in ipairs(kid_values(n)) do
      local kw = k[2]
      if kw[1] == "encr" or kw[1] == "encryption" then
        p.encryption = kw[2] .. (AES[kw[3]] and " " .. kw[3] or "")
      elseif kw[1] == "hash" then
        p.hash = kw[2]
      elseif kw[1] == "authentication" then
        p.auth = kw[2]
      elseif kw[1] == "group" or kw[1] == "lifetime" then
        p[kw[1]] = tonumber(kw[2])
      end
    end
    r.isakmp.policies[#r.isakmp.policies + 1] = p
  elseif w[3] == "key" then
    local at = 4
    if (w[4] == "0" or w[4] == "6") and w[5] ~= "address" then
      at = 5
    end
    local peer = text:match(" address ([%d.]+)")
    if peer then
      r.isakmp.keys[peer == "0.0.0.0" and "any" or peer] = w[at]
    end
  elseif w[3] == "keepalive" then
    r.isakmp.keepalive = {interval = tonumber(w[4]) or 10,
                          retry = tonumber(w[5]) or 2, tries = 5}
  elseif w[3] == "client" then
    local g = {name = w[6]}
    for _, k in ipairs(kid_values(n)) do
      g[k[2][1]] = k[2][2]
    end
    r.groups[#r.groups + 1] = g
  end
end

local function transforms(w, from)
  local set = {mode = "tunnel", words = {}}
  local i = from
  while w[i] do
    local word = w[i]
    if AES[w[i + 1]] then
      word, i = word .. " " .. w[i + 1], i + 1
    end
    if word:match("^ah%-") then
      set.ah = word
    elseif word:match("hmac$") then
      set.hash = word
    elseif word:match("^esp%-") then
      set.encryption = word
    end
    set.words[#set.words + 1] = word
    i = i + 1
  end
  set.text = table.concat(set.words, " ")
  return set
end

function crypto.ipsec(r, w, _, n)
  if w[3] == "transform-set" then
    local set = transforms(w, 5)
    for _, k in ipairs(kid_values(n)) do
      if k[2][1] == "mode" then
        set.mode = k[2][2]
      end
    end
    r.sets[w[4]] = set
  elseif w[4] == "lifetime" and w[5] == "seconds" then
    r.ipsec_lifetime = tonumber(w[6])
  elseif w[4] == "replay" and w[5] == "disable" then
    r.anti_replay = false
  elseif w[3] == "fragmentation" then
    r.fragmentation = w[4]
  end
end

function crypto.map(r, w, _, n)
  local tag = w[3]
  if w[4] == "local-address" then
    r.map_local[tag] = w[5]
    return
  end
  local m = {tag = tag, seq = tonumber(w[4]), peers = {}, sets = {},
             kind = w[5]}
  if not m.seq then
    return
  end
  for _, k in ipairs(kid_values(n)) do
    local kw = k[2]
    local two = kw[1] .. " " .. (kw[2] or "")
    if two == "set peer" then
      m.peers[#m.peers + 1] = kw[3]
    elseif two == "set transform-set" then
      for i = 3, #kw do
        m.sets[#m.sets + 1] = kw[i]
      end
    elseif two == "set pfs" then
      m.pfs = kw[3] or "group1"
    elseif two == "set ikev2-profile" then
      m.profile = kw[3]
    elseif two == "match address" then
      m.acl = kw[3]
    elseif two == "set security-association" and kw[4] == "seconds" then
      m.lifetime = tonumber(kw[5])
    end
  end
  r.maps[tag] = r.maps[tag] or {}
  table.insert(r.maps[tag], m)
end

local V2_SINGLE = {encryption = true, integrity = true}

function crypto.ikev2(r, w, _, n)
  local v2 = r.ikev2
  if w[3] == "proposal" then
    local p = {encryption = "aes-cbc-256", integrity = "sha512", groups = {5}}
    for _, k in ipairs(kid_values(n)) do
      if V2_SINGLE[k[2][1]] then
        p[k[2][1]] = k[2][2]
      elseif k[2][1] == "group" then
        p.groups = {}
        for i = 2, #k[2] do
          p.groups[i - 1] = tonumber(k[2][i])
        end
      end
    end
    v2.proposals[w[4]] = p
  elseif w[3] == "policy" then
    v2.policy = w[4]
    for _, k in ipairs(kid_values(n)) do
      if k[2][1] == "proposal" then
        v2.offers[#v2.offers + 1] = k[2][2]
      end
    end
  elseif w[3] == "keyring" then
    v2.keyrings[w[4]] = {}
    for _, k in ipairs(kid_values(n)) do
      local peer = {name = k[2][2]}
      for _, kk in ipairs(kid_values(k[3])) do
        if kk[2][1] == "address" then
          peer.address = kk[2][2]
        elseif kk[2][1] == "pre-shared-key" then
          peer.key = kk[2][#kk[2]]
        end
      end
      table.insert(v2.keyrings[w[4]], peer)
    end
  elseif w[3] == "profile" then
    local p = {name = w[4]}
    for _, k in ipairs(kid_values(n)) do
      local kw = k[2]
      if kw[1] == "match" then
        p.remote_id = {type = kw[4], value = kw[5]}
      elseif kw[1] == "identity" then
        p.local_id = {type = kw[3], value = kw[4]}
      elseif kw[1] == "keyring" then
        p.keyring = kw[#kw]
      elseif kw[1] == "dpd" then
        p.dpd = {interval = tonumber(kw[2]), retry = tonumber(kw[3]),
                 tries = 5}
      end
    end
    v2.profiles[w[4]] = p
  end
end

function blocks.interface(r, w, n)
  local i = {name = w[2], filters = {}}
  for _, k in ipairs(kid_values(n)) do
    local text, kw = k[1], k[2]
    local two = kw[1] .. " " .. (kw[2] or "")
    if text == "shutdown" then
      i.shutdown = true
    elseif two == "ip address" then
      i.address, i.net = kw[3], acltext.net(kw[3], kw[4])
    elseif two == "ip access-group" then
      i.filters[kw[4]] = kw[3]
    elseif two == "ip nat" then
      i.nat = kw[3]
    elseif two == "ip mtu" then
      i.ip_mtu = tonumber(kw[3])
    elseif kw[1] == "mtu" then
      i.mtu = tonumber(kw[2])
    elseif two == "ip tcp" then
      i.mss = tonumber(kw[4])
    elseif two == "crypto map" then
      i.map = kw[3]
    elseif kw[1] == "service-policy" then
      i.qos = kw[3]
    elseif two == "crypto ipsec" then
      i.fragmentation = kw[4]
    elseif kw[1] == "description" then
      i.description = text:sub(#"description " + 1)
    end
  end
  r.interfaces[i.name] = i
  r.order[#r.order + 1] = i.name
end

blocks["ip access-list"] = function(r, w, n)
  local rules = {}
  for i, k in ipairs(n.kids or {}) do
    local rule = acltext.read(k.text, true)
    if rule then
      rule.seq = k.seq or i * 10
      rules[#rules + 1] = rule
    end
  end
  r.acls[w[4]] = #rules > 0 and rules or nil
end

blocks["route-map"] = function(r, w, n)
  for _, k in ipairs(kid_values(n)) do
    if k[2][1] == "match" then
      r.route_maps[w[2]] = k[2][#k[2]]
    end
  end
end

local function number_lists(r)
  for _, rules in pairs(r.acls) do
    for i, rule in ipairs(rules) do
      rule.seq = rule.seq or i * 10
    end
  end
  for _, entries in pairs(r.maps) do
    table.sort(entries, function(a, b) return a.seq < b.seq end)
  end
  table.sort(r.isakmp.policies, function(a, b)
    return a.priority < b.priority
  end)
end

-- Configuration -> what it says.
function parse.read(nodes)
  local r = {
    hostname = "Router", logging = {console = "debugging",
                                    monitor = "debugging"},
    stamps = {}, isakmp = {policies = {}, keys = {}}, sets = {}, maps = {},
    map_local = {}, acls = {}, routes = {}, nat = {}, route_maps = {},
    interfaces = {}, order = {}, groups = {}, anti_replay = true,
    ikev2 = {proposals = {}, offers = {}, keyrings = {}, profiles = {}},
  }
  for _, n in ipairs(nodes) do
    local w = match.words(n.text)
    local two = (w[1] or "") .. " " .. (w[2] or "")
    local block = n.kids and (blocks[two] or blocks[w[1]])
    local global = globals[two] or globals[w[1]]
    if block then
      block(r, w, n)
    elseif w[1] == "crypto" and crypto[w[2]] then
      crypto[w[2]](r, w, n.text, n)
    elseif global then
      global(r, w, n.text)
    end
  end
  number_lists(r)
  return r
end

return parse
