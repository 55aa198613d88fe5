-- The configuration mode: blocks, what may be typed in them, and its effect.

local config = include("config")
local match = include("match")

local modes = {}

local s, w              -- the session and the world

-- Where a command changes the configuration: the block at hand, or all.
local function here()
  local block = s.stack[#s.stack]
  if block then
    return block.node.kids, false
  end
  return w.cfg["local"], true
end

-- Words that are kept in another form than some type them.
local function canonical(line)
  line = line:gsub("^encryption (%l)", function(c)
    local block = s.stack[#s.stack]
    return (block and block.prompt == "config-isakmp" and "encr " or
            "encryption ") .. c
  end)
  return line
end

local function set(_, line)
  local nodes, global = here()
  config:set(nodes, canonical(line), global)
  w:changed()
end

local function unset(_, line)
  local nodes, global = here()
  config:unset(nodes, canonical((line:gsub("^no ", ""))), global)
  w:changed()
end

local function set_transform(words, line)
  for i = 3, #words do
    if not w.read["local"].sets[words[i]] then
      say("ERROR: transform set with tag \"%s\" does not exist.", words[i])
      return
    end
  end
  set(words, line .. " ")
end

local function set_map(words, line)
  if not w.read["local"].maps[words[3]] then
    say("ERROR: Crypto Map with tag \"%s\" does not exist.", words[3])
    return
  end
  set(words, line)
end

-- Blocks: {pattern, prompt, what may be typed inside}; the whole line is the
-- head, but an old one is found by its first n words.
local function push(node, prompt, commands)
  s.stack[#s.stack + 1] = {node = node, prompt = prompt, commands = commands}
end

local function enter(prompt, commands, words_of_name, make)
  return function(words, line)
    local nodes, global = w.cfg["local"], true
    if prompt == "config-ikev2-keyring-peer" then
      nodes, global = here()
    else
      s.stack = {}
    end
    local name = table.concat(words, " ", 1, math.min(words_of_name, #words))
    local node
    for _, n in ipairs(nodes) do
      if n.kids and config.begins(n.text, name) then
        node = n
      end
    end
    if not node and make then
      line = make(words, line) or line
    end
    node = node or config:block(nodes, line, global)
    push(node, prompt, commands)
    w:changed()
  end
end

local function with_no(list)
  local all = {}
  for _, c in ipairs(list) do
    local pattern, run = c, set
    if type(c) == "table" then
      pattern, run = c[1], c[2]
    end
    all[#all + 1] = {pattern, run}
    all[#all + 1] = {"no " .. pattern, unset}
    local first = pattern:match("^(.-) [*.]")
    if first and not first:match("^[*.]") then
      all[#all + 1] = {"no " .. first, unset}
    end
  end
  return all
end

local ISAKMP = with_no{"encr ...", "encryption ...", "hash *",
                       "authentication *", "group *", "lifetime *"}
local TRANSFORM = with_no{"mode *"}
local MAP = with_no{"set peer *", {"set transform-set ...", set_transform},
                    "set pfs ...", "set ikev2-profile *",
                    "set security-association lifetime seconds *",
                    "match address *", "description ..."}
local INTERFACE = with_no{
  "description ...", "ip address * *", "ip access-group * *", "ip mtu *",
  "mtu *", "ip nat inside", "ip nat outside", "ip tcp adjust-mss *",
  {"crypto map *", set_map}, "crypto ipsec fragmentation *",
  "crypto ipsec df-bit *", "service-policy * *", "shutdown",
  "ip route-cache", "ip redirects", "duplex *", "speed *", "bandwidth *"}
local LIST = with_no{"permit ...", "deny ...", "remark ..."}
LIST[#LIST + 1] = {"* permit ...", set}
LIST[#LIST + 1] = {"* deny ...", set}
LIST[#LIST + 1] = {"no *", unset}
LIST[#LIST + 1] = {"no * permit ...", unset}
LIST[#LIST + 1] = {"no * deny ...", unset}
local ROUTE_MAP = with_no{"match ip address *", "set ..."}
local GROUP = with_no{"key *", "acl *", "pool *", "dns ...", "wins ...",
                      "domain *"}
local V2_PROPOSAL = with_no{"encryption ...", "integrity ...", "group ..."}
local V2_POLICY = with_no{"proposal *", "match ..."}
local V2_PEER = with_no{"address ...", "pre-shared-key ...",
                        "identity ..."}
local V2_KEYRING = {{"peer *", enter("config-ikev2-keyring-peer", V2_PEER,
                                     2)}}
local V2_PROFILE = with_no{
  "match identity remote address ...", "match identity remote fqdn *",
  "identity local ...",
  "authentication ...", "keyring local *", "dpd ..."}
local LINE = with_no{"login ...", "transport ...", "logging synchronous",
                     "exec-timeout ...", "password ..."}

local function new_map(_, line)
  say("%% NOTE: This new crypto map will remain disabled until a peer")
  say("\tand a valid access list have been configured.")
  return line:match("ipsec%-isakmp") and line .. " " or
      line .. " ipsec-isakmp "
end

-- An interface by any of its names.
function modes.interface(typed)
  local letters, digits = typed:gsub(" ", ""):match("^(%a+)([%d/.]*)$")
  for name in pairs(w.read["local"].interfaces) do
    local full, number = name:match("^(%a+)([%d/.]*)$")
    if letters and full and number == digits and
        full:lower():sub(1, #letters) == letters:lower() then
      return name
    end
  end
  return nil
end

local enter_interface = enter("config-if", INTERFACE, 2)

local function interface(words)
  local typed = table.concat(words, "", 2)
  local name = modes.interface(typed)
  if not name and typed:match("^[Ll]o%a*%d+$") then
    name = "Loopback" .. typed:match("%d+")
  end
  if not name then
    return false
  end
  enter_interface({"interface", name}, "interface " .. name)
end

local function remove_interface_map(words, line)
  unset(words, line)
end

local GLOBAL = with_no{
  "hostname *", "logging buffered ...", "logging buffered",
  "logging console ...", "logging console",
  "logging monitor ...", "logging trap ...", "logging on",
  "service timestamps ...", "service password-encryption",
  "crypto isakmp key ...", "crypto isakmp keepalive ...",
  "crypto isakmp enable", "crypto isakmp identity *",
  "crypto logging session", "crypto ipsec security-association ...",
  "crypto ipsec df-bit *", "crypto ipsec fragmentation *",
  "crypto map * local-address *", "ip route * * *", "ip nat inside source ...",
  "ip local pool ...", "access-list * ...", "enable secret ...",
  "username ...", "ip domain lookup"}

local BLOCKS = {
  {"interface ...", interface},
  {"crypto isakmp policy *", enter("config-isakmp", ISAKMP, 4)},
  {"crypto isakmp client configuration group *",
   enter("config-isakmp-group", GROUP, 6)},
  {"crypto ipsec transform-set * ...", enter("cfg-crypto-trans", TRANSFORM,
                                             4)},
  {"crypto map * * ipsec-isakmp", enter("config-crypto-map", MAP, 4,
                                        new_map)},
  {"crypto map * *", enter("config-crypto-map", MAP, 4, new_map)},
  {"ip access-list extended *", enter("config-ext-nacl", LIST, 4)},
  {"route-map ...", enter("config-route-map", ROUTE_MAP, 2)},
  {"crypto ikev2 proposal *", enter("config-ikev2-proposal", V2_PROPOSAL, 4)},
  {"crypto ikev2 policy *", enter("config-ikev2-policy", V2_POLICY, 4)},
  {"crypto ikev2 keyring *", enter("config-ikev2-keyring", V2_KEYRING, 4)},
  {"crypto ikev2 profile *", enter("config-ikev2-profile", V2_PROFILE, 4)},
  {"line ...", enter("config-line", LINE, 4)},
  {"no crypto isakmp policy *", unset}, {"no crypto map * *", unset},
  {"no crypto map *", unset}, {"no crypto ipsec transform-set *", unset},
  {"no ip access-list extended *", unset}, {"no route-map *", unset},
  {"no access-list *", unset}, {"no interface *", remove_interface_map},
  {"no crypto ikev2 proposal *", unset}, {"no crypto ikev2 profile *", unset},
  {"no crypto ikev2 keyring *", unset}, {"no crypto ikev2 policy *", unset},
}

-- A changed transform set loses its old transforms, not its mode.
local function change_set(words, line)
  local name = table.concat(words, " ", 1, 4)
  local node
  for _, n in ipairs(w.cfg["local"]) do
    if config.begins(n.text, name) then
      node = n
    end
  end
  s.stack = {}
  if node then
    node.text = line .. " "
  else
    node = config:block(w.cfg["local"], line .. " ", true)
  end
  push(node, "cfg-crypto-trans", TRANSFORM)
  w:changed()
end

for _, c in ipairs(BLOCKS) do
  if c[1] == "crypto ipsec transform-set * ..." then
    c[2] = change_set
  end
end

local CONFIG = {}
for _, list in ipairs({GLOBAL, BLOCKS}) do
  for _, c in ipairs(list) do
    CONFIG[#CONFIG + 1] = c
  end
end

function modes.begin(session, world_of)
  s, w = session, world_of
end

function modes.prompt()
  local block = s.stack[#s.stack]
  return block and block.prompt or "config"
end

-- Runs a line of the configuration mode. Gives nil, or why not and where.
function modes.run(line)
  local block = s.stack[#s.stack]
  local found, what, where
  if block then
    found, what, where = match.find(block.commands, line)
  end
  if not found then
    local in_block_why, in_block_where = what, where
    found, what, where = match.find(CONFIG, line)
    if found and block and found[2] == set then
      s.stack = {}
    end
    if not found and block and in_block_why ~= "invalid" then
      what, where = in_block_why, in_block_where
    end
  end
  if not found then
    return what, where
  end
  if found[2](match.words(what), what) == false then
    return "invalid", line
  end
  return nil
end

-- What may be typed there.
function modes.commands()
  local block = s.stack[#s.stack]
  return block and match.join(match.join({}, block.commands), CONFIG) or CONFIG
end

-- Leaves a block, or (true) the mode itself.
function modes.exit()
  if #s.stack > 0 then
    table.remove(s.stack)
    return false
  end
  return true
end

return modes
