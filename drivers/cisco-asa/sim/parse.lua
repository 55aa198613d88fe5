-- A configuration as text, read back into what the firewall then does.

local match = include("match")
local acltext = include("acltext")

local parse = {}

local heads = {}        -- by the first word

heads["hostname"] = function(r, w)
  r.hostname = w[2]
end

-- PIX: "nameif ethernet0 outside security0".
heads["nameif"] = function(r, w)
  r.interfaces[w[3]] = r.interfaces[w[3]] or {name = w[3]}
  local i = r.interfaces[w[3]]
  i.hw, i.level = w[2], tonumber(w[4]:match("%d+"))
  i.shutdown = r.off[w[2]]
end

heads["interface"] = function(r, w, _, n)
  if not n.kids then
    r.off[w[2]] = w[#w] == "shutdown"
    return
  end
  local i = {hw = w[2], level = 0}
  for _, k in ipairs(n.kids) do
    local kw = match.words(k.text)
    if kw[1] == "nameif" then
      i.name = kw[2]
    elseif kw[1] == "security-level" then
      i.level = tonumber(kw[2])
    elseif kw[1] == "ip" and kw[2] == "address" then
      i.address, i.net = kw[3], acltext.net(kw[3], kw[4])
      i.mask = kw[4]
    elseif kw[1] == "shutdown" then
      i.shutdown = true
    elseif kw[1] == "description" then
      i.description = k.text:sub(#"description " + 1)
    end
  end
  if i.name then
    r.interfaces[i.name] = i
  end
end

heads["ip"] = function(r, w)
  if w[2] == "address" and r.interfaces[w[3]] then
    local i = r.interfaces[w[3]]
    i.address, i.mask, i.net = w[4], w[5], acltext.net(w[4], w[5])
  elseif w[2] == "local" and w[3] == "pool" then
    r.pools[w[4]] = w[5]
  end
end

heads["mtu"] = function(r, w)
  r.mtus[w[2]] = tonumber(w[3])
end

heads["access-list"] = function(r, w, text)
  text = text:gsub("^access%-list %S+ ", ""):gsub("^extended ", "")
  local rule = acltext.read((text:gsub(" +$", "")))
  if rule then
    r.acls[w[2]] = r.acls[w[2]] or {}
    rule.seq = #r.acls[w[2]] + 1
    table.insert(r.acls[w[2]], rule)
  end
end

heads["access-group"] = function(r, w)
  r.groups_in[w[5] or ""] = w[2]
end

heads["object"] = function(r, w, _, n)
  for _, k in ipairs(n.kids or {}) do
    local kw = match.words(k.text)
    if kw[1] == "subnet" then
      r.objects[w[3]] = acltext.net(kw[2], kw[3])
    elseif kw[1] == "host" then
      r.objects[w[3]] = kw[2] .. "/32"
    end
  end
end

heads["nat"] = function(r, w, text)
  if w[3] == "0" then
    r.nat[#r.nat + 1] = {exempt = true, acl = w[5], text = text}
  elseif w[4] == "static" or w[3] == "source" and w[4] == "static" then
    r.nat[#r.nat + 1] = {exempt = w[5] == w[6], mine = w[5],
                         far = text:match("destination static (%S+)"),
                         text = text}
  elseif text:match("source dynamic") then
    r.nat[#r.nat + 1] = {dynamic = true, mine = text:match(
        "source dynamic (%S+)"), text = text}
  elseif w[3] == "1" then
    r.nat[#r.nat + 1] = {dynamic = true, net = acltext.net(w[4], w[5]),
                         text = text}
  end
end

heads["route"] = function(r, w)
  r.routes[#r.routes + 1] = {interface = w[2], dest = acltext.net(w[3], w[4]),
                             via = w[5]}
end

heads["sysopt"] = function(r, w)
  if w[3] == "permit-ipsec" or w[3] == "permit-vpn" then
    r.sysopt = true
  elseif w[3] == "tcpmss" then
    r.mss = tonumber(w[4])
  end
end

heads["management-access"] = function(r, w)
  r.management = w[2]
end

heads["logging"] = function(r, w)
  local l = r.logging
  if w[2] == "enable" or w[2] == "on" then
    l.on = true
  elseif w[2] == "timestamp" or w[2] == "debug-trace" then
    l[w[2]] = true
  elseif w[2] == "buffered" or w[2] == "console" or w[2] == "monitor" then
    l[w[2]] = w[3]
  end
end

heads["no"] = function(r, w)
  if w[2] == "sysopt" and w[4] == "permit-vpn" then
    r.sysopt = false
  end
end

local function policy(r, priority)
  r.policies[priority] = r.policies[priority] or {
    priority = priority, encryption = "des", hash = "sha", group = 1,
    auth = "pre-share", lifetime = 86400}
  return r.policies[priority]
end

local function set_policy(p, what, value)
  if what == "encryption" or what == "hash" then
    p[what] = value
  elseif what == "integrity" then
    p.hash = value
  elseif what == "group" then
    p.group = tonumber(value)
  elseif what == "lifetime" then
    p.lifetime = tonumber(value) or p.lifetime
  elseif what == "authentication" then
    p.auth = value
  end
end

local function policy_block(r, priority, n)
  for _, k in ipairs(n.kids or {}) do
    local kw = match.words(k.text)
    set_policy(policy(r, priority), kw[1], kw[#kw])
  end
end

local function transform_set(words, from)
  local set = {mode = "tunnel", words = {}}
  for i = from, #words do
    local word = words[i]
    if word:match("hmac$") then
      set.hash = word
    elseif word:match("^esp%-") then
      set.encryption = word
    end
    set.words[#set.words + 1] = word
  end
  set.text = table.concat(set.words, " ")
  return set
end

local function proposal_v2(n)
  local encr, hash
  for _, k in ipairs(n.kids or {}) do
    local kw = match.words(k.text)
    if kw[3] == "encryption" then
      encr = kw[4]
    elseif kw[3] == "integrity" then
      hash = kw[4]:gsub("sha%-1", "sha")
    end
  end
  return transform_set({"esp-" .. (encr or ""), "esp-" .. (hash or "") ..
                        "-hmac"}, 1)
end

local function map_entry(r, tag, seq)
  r.entries[tag] = r.entries[tag] or {}
  r.entries[tag][seq] = r.entries[tag][seq] or
      {tag = tag, seq = seq, peers = {}, sets = {}}
  return r.entries[tag][seq]
end

local function crypto_map(r, w, text)
  local tag, seq = w[3], tonumber(w[4])
  if w[4] == "interface" then
    r.map_interface[tag] = w[5]
    return
  elseif not seq then
    return
  end
  local m = map_entry(r, tag, seq)
  local what = text:match("^crypto map %S+ %d+ (.*)$"):gsub(" +$", "")
  if what:match("dynamic %S+$") then
    m.dynamic = what:match("dynamic (%S+)$")
  elseif what:match("^match address ") then
    m.acl = w[7]
  elseif what:match("^set peer ") then
    m.peers = {table.unpack(w, 7)}
  elseif what:match("^set pfs") then
    m.pfs = w[7] or "group2"
  elseif what:match("^set ikev2 ipsec%-proposal") then
    m.sets, m.v2 = {table.unpack(w, 8)}, true
  elseif what:match("^set ikev1 transform%-set") then
    m.sets = {table.unpack(w, 8)}
  elseif what:match("^set transform%-set") then
    m.sets = {table.unpack(w, 7)}
  elseif what:match("^set security%-association lifetime seconds") then
    m.lifetime = tonumber(w[#w])
  end
end

heads["crypto"] = function(r, w, text, n)
  if w[2] == "map" then
    crypto_map(r, w, text)
  elseif w[2] == "ipsec" and w[4] == "ipsec-proposal" then
    r.sets[w[5]] = proposal_v2(n)
  elseif w[2] == "ipsec" and w[3] == "transform-set" then
    r.sets[w[4]] = transform_set(w, 5)
  elseif w[2] == "ipsec" and w[4] == "transform-set" then
    r.sets[w[5]] = transform_set(w, 6)
  elseif w[2] == "ipsec" and w[4] == "lifetime" then
    r.ipsec_lifetime = tonumber(w[6])
  elseif w[3] == "policy" then
    policy_block(r, tonumber(w[4]), n)
  elseif w[3] == "enable" then
    r.enabled[w[4] or ""] = true
  end
end

heads["isakmp"] = function(r, w, text)
  if w[2] == "enable" then
    r.enabled[w[3] or ""] = true
  elseif w[2] == "key" then
    r.keys[text:match(" address (%S+)") or ""] = w[3]
  elseif w[2] == "policy" then
    set_policy(policy(r, tonumber(w[3])), w[4], w[5])
  end
end

heads["tunnel-group"] = function(r, w, _, n)
  for _, k in ipairs(n.kids or {}) do
    local kw = match.words(k.text)
    if k.text:match("pre%-shared%-key") then
      r.keys[w[2]] = kw[#kw]
      r.v2_keys[w[2]] = kw[1] == "ikev2" and kw[#kw] or r.v2_keys[w[2]]
    end
  end
end

heads["vpngroup"] = function(r, w)
  r.clients[w[2]] = r.clients[w[2]] or {}
  r.clients[w[2]][w[3]] = w[4]
end

local function in_order(r)
  for tag, entries in pairs(r.entries) do
    r.maps[tag] = {}
    for _, m in pairs(entries) do
      table.insert(r.maps[tag], m)
    end
  end
  local list = {}
  for _, p in pairs(r.policies) do
    list[#list + 1] = p
  end
  r.policies = list
  for name, i in pairs(r.interfaces) do
    i.mtu = r.mtus[name] or 1500
  end
end

-- Configuration -> what it says. pix: permit-ipsec is off unless it is there.
function parse.read(nodes, pix)
  local r = {
    hostname = "ciscoasa", interfaces = {}, off = {}, mtus = {}, acls = {},
    groups_in = {}, objects = {}, nat = {}, routes = {}, sets = {},
    entries = {}, maps = {}, map_interface = {}, policies = {}, keys = {},
    v2_keys = {}, enabled = {}, clients = {}, pools = {}, logging = {},
    sysopt = not pix, anti_replay = true, mss = 1380,
  }
  for _, n in ipairs(nodes) do
    local w = match.words(n.text)
    if heads[w[1]] then
      heads[w[1]](r, w, n.text, n)
    end
  end
  in_order(r)
  return r
end

return parse
