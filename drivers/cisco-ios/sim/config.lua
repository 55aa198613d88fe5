-- A configuration as text: a list of nodes {text, kids}, edited as a Cisco
-- does it. The text is the truth; the tree of network.lua is its first author.

local match = include("match")

local config = {}

-- In which order the parts stand; what begins otherwise goes before "line".
local ORDER = {
  "version", "service", "no service", "hostname", "boot-start-marker", "logging",
  "enable", "no aaa", "aaa", "clock", "ip cef", "no ip domain", "ip domain",
  "username", "crypto ikev2 proposal", "crypto ikev2 policy",
  "crypto ikev2 keyring", "crypto ikev2 profile", "crypto ikev2",
  "crypto isakmp policy", "no crypto isakmp", "crypto isakmp",
  "crypto ipsec", "crypto logging",
  "crypto map", "interface", "ip forward-protocol", "ip local", "ip nat",
  "ip route", "ip access-list", "access-list", "route-map", "", "line", "end",
}

local function begins(text, with)
  return text == with or text:sub(1, #with + 1) == with .. " "
end
config.begins = begins

local function rank(text)
  local best, length = nil, -1
  for i, prefix in ipairs(ORDER) do
    if prefix == "" then
      best = best or i
    elseif begins(text, prefix) and #prefix > length then
      best, length = i, #prefix
    end
  end
  return best
end

-- How many words of a line name what it sets, when that is not all of it.
local SINGLE = {
  {"hostname", 1}, {"enable secret", 2}, {"logging buffered", 2},
  {"logging console", 2}, {"logging monitor", 2}, {"logging trap", 2},
  {"service timestamps", 3}, {"crypto isakmp keepalive", 3},
  {"crypto isakmp identity", 3},
  {"crypto ipsec security-association lifetime", 5},
  {"crypto ipsec security-association replay", 4},
  {"crypto ipsec df-bit", 3}, {"crypto ipsec fragmentation", 3},
  {"encr", 1}, {"hash", 1}, {"authentication", 1}, {"group", 1},
  {"lifetime", 1}, {"set transform-set", 2}, {"set pfs", 2},
  {"set ikev2-profile", 2}, {"match address", 2}, {"ip address", 2},
  {"set security-association lifetime", 4},
  {"ip mtu", 2}, {"mtu", 1}, {"ip tcp adjust-mss", 3}, {"crypto map", 2},
  {"description", 1}, {"encryption", 1}, {"integrity", 1}, {"mode", 1},
  {"address", 1}, {"pre-shared-key", 1}, {"match identity remote", 3},
  {"acl", 1}, {"bandwidth", 1}, {"service-policy", 2},
}

-- Settings that are on unless a line says no.
local ON = {"logging console", "logging on", "crypto isakmp enable",
            "ip route-cache", "service password-encryption", "ip redirects"}

local function key_of(text)
  local words = match.words(text)
  if begins(text, "ip access-group") then
    return "ip access-group", words[#words]
  elseif begins(text, "crypto isakmp key") then
    return "crypto isakmp key", text:match(" address .*$")
  end
  for _, s in ipairs(SINGLE) do
    if begins(text, s[1]) then
      return table.concat(words, " ", 1, math.min(s[2], #words)), nil
    end
  end
  return text, nil
end

local function same_key(a, b)
  local a1, a2 = key_of(a)
  local b1, b2 = key_of(b)
  return a1 == b1 and a2 == b2
end

local function remove(nodes, wanted)
  local found = false
  for i = #nodes, 1, -1 do
    if wanted(nodes[i]) then
      table.remove(nodes, i)
      found = true
    end
  end
  return found
end

local function is_on_by_default(text)
  for _, s in ipairs(ON) do
    if begins(text, s) then
      return s
    end
  end
end

-- Puts a node where its kind stands; in a block at its end.
local function put(nodes, node, global)
  local at = #nodes + 1
  if global then
    local mine = rank(node.text)
    while at > 1 and rank(nodes[at - 1].text) > mine do
      at = at - 1
    end
  end
  table.insert(nodes, at, node)
  return node
end
config.put = put

local function trim(text)
  return (text:gsub(" +$", ""))
end

function config.find(nodes, text)
  for _, n in ipairs(nodes) do
    if trim(n.text) == trim(text) then
      return n
    end
  end
end

-- The block of that name, made when it is missing.
function config.block(nodes, text, global)
  return config.find(nodes, text) or
      put(nodes, {text = text, kids = {}}, global)
end

-- A list entry may say its place: "15 permit ...".
local function set_entry(nodes, text)
  local seq, rest = text:match("^(%d+) ((%a+) .*)$")
  if not seq then
    remove(nodes, function(n) return n.text == text end)
    nodes[#nodes + 1] = {text = text}
    return
  end
  seq = tonumber(seq)
  for i, n in ipairs(nodes) do
    n.seq = n.seq or i * 10
  end
  local at = 1
  while nodes[at] and nodes[at].seq < seq do
    at = at + 1
  end
  if nodes[at] and nodes[at].seq == seq then
    table.remove(nodes, at)
  end
  table.insert(nodes, at, {text = rest, seq = seq})
end

function config.set(nodes, text, global)
  if text:match("^%d*%s*permit ") or text:match("^%d*%s*deny ") then
    set_entry(nodes, text)
    return
  end
  local on = is_on_by_default(text)
  if on then
    remove(nodes, function(n) return begins(n.text, "no " .. on) end)
  end
  if on == text then
    return
  end
  remove(nodes, function(n)
    return not n.kids and same_key(n.text, text)
  end)
  put(nodes, {text = text}, global)
end

-- "no TEXT": what begins so goes; a number names an entry of a list.
function config.unset(nodes, text, global)
  local seq = tonumber(text)
  if seq then
    for i, n in ipairs(nodes) do
      if (n.seq or i * 10) == seq then
        table.remove(nodes, i)
        return true
      end
    end
    return false
  end
  if text:match("^%d+ %a+ ") then
    text = text:gsub("^%d+ ", "")
  end
  local on = is_on_by_default(text)
  local found = remove(nodes, function(n)
    return begins(n.text, text) or begins(n.text, text:gsub(" $", ""))
  end)
  if on and not config.find(nodes, "no " .. text) then
    put(nodes, {text = "no " .. on}, global)
  end
  return found or on ~= nil
end

function config.copy(nodes)
  local list = {}
  for i, n in ipairs(nodes) do
    list[i] = {text = n.text, kids = n.kids and config.copy(n.kids),
               seq = n.seq}
  end
  return list
end

local function add_lines(list, nodes, indent)
  for _, n in ipairs(nodes) do
    list[#list + 1] = indent .. n.text
    add_lines(list, n.kids or {}, indent .. " ")
  end
end

-- The lines as the device prints them, with "!" between the parts.
function config.lines(nodes)
  local list, last = {}, nil
  for _, n in ipairs(nodes) do
    local mine = rank(n.text)
    if last and (n.kids or last ~= mine) then
      list[#list + 1] = "!"
    end
    add_lines(list, {n}, "")
    last = n.kids and 0 or mine
  end
  list[#list + 1] = "!"
  list[#list + 1] = "end"
  return list
end

-- The parts whose first line holds a text, with all of their lines.
function config.section(nodes, pattern)
  local list = {}
  for _, n in ipairs(nodes) do
    if n.text:find(pattern, 1, true) then
      add_lines(list, {n}, "")
    else
      for _, k in ipairs(n.kids or {}) do
        if k.kids and k.text:find(pattern, 1, true) then
          add_lines(list, {k}, " ")
        end
      end
    end
  end
  return list
end

return config
