-- The configuration mode: what may be typed, and its effect.

local config = include("config")
local match = include("match")

local modes = {}

local s, w              -- the session and the world

local function here()
  if s.block then
    return s.block.node.kids, false
  end
  return w.cfg["local"], true
end

local function set(_, line)
  local nodes, global = here()
  config:set(nodes, line, global)
  w:changed()
end

local function unset(_, line)
  local nodes, global = here()
  config:unset(nodes, (line:gsub("^no ", "")), global)
  w:changed()
end

-- Lists of numbered lines are added to, never replaced.
local function add_rule(words, line)
  line = line:gsub(" line %d+", "")
  if not w.pix and words[3] ~= "extended" and words[3] ~= "remark" then
    line = line:gsub("^(access%-list %S+ )", "%1extended ")
  end
  set(words, line .. " ")
end

local function remove_rule(_, line)
  line = line:gsub("^no ", "")
  if not w.pix and not line:match(" extended ") then
    line = line:gsub("^(access%-list %S+ )", "%1extended ")
  end
  config:unset(w.cfg["local"], line, true)
  w:changed()
end

local function with_no(list)
  local all = {}
  for _, pattern in ipairs(list) do
    all[#all + 1] = {pattern, set}
    all[#all + 1] = {"no " .. pattern, unset}
  end
  return all
end

local POLICY = with_no{"authentication *", "encryption *", "hash *",
                       "group *", "lifetime ...", "integrity *", "prf *"}
local INTERFACE = with_no{"nameif *", "security-level *", "ip address ...",
                          "description ...", "shutdown"}
local GROUP = with_no{"ikev1 pre-shared-key *", "pre-shared-key *",
                      "isakmp keepalive ...", "ikev2 ..."}
local OBJECT = with_no{"subnet * *", "host *"}
local PROPOSAL = with_no{"protocol esp encryption *",
                         "protocol esp integrity *"}

local function enter(prompt, commands)
  return function(_, line)
    s.block = nil
    s.block = {node = config:block(w.cfg["local"], line, true),
               prompt = prompt, commands = commands}
    w:changed()
  end
end

local GLOBAL = with_no{
  "hostname *", "enable password ...", "logging enable", "logging on",
  "logging timestamp", "logging buffered *", "logging console *",
  "logging monitor *", "logging debug-trace", "logging buffer-size *",
  "mtu * *", "ip local pool * *", "nat ...", "global ...",
  "access-group * in interface *", "route * * * *", "route * * * * *",
  "sysopt connection permit-vpn", "sysopt connection permit-ipsec",
  "sysopt connection tcpmss *", "crypto ipsec transform-set * ...",
  "crypto ipsec ikev1 transform-set * ...",
  "crypto ipsec security-association ...", "crypto ipsec df-bit ...",
  "crypto ipsec fragmentation ...", "crypto map * interface *",
  "crypto map * * match address *", "crypto map * * set peer ...",
  "crypto map * * set transform-set ...",
  "crypto map * * set ikev1 transform-set ...",
  "crypto map * * set ikev2 ipsec-proposal ...",
  "crypto map * * set pfs ...", "crypto map * * set pfs",
  "crypto map * * set security-association ...",
  "crypto map * * ipsec-isakmp", "crypto ikev1 enable *",
  "crypto ikev2 enable *", "crypto isakmp enable *", "isakmp enable *",
  "isakmp key ...", "isakmp policy * ...", "management-access *",
  "vpngroup * ...", "interface * *", "nameif * * *", "ip address * * *",
  "tunnel-group * type *", "username ...",
}

-- A width is a part of the configuration here (vendor-cli.md 4).
local function set_width(words, line)
  width(tonumber(words[3]) or 80)
  set(words, line)
end

local BLOCKS = {
  {"terminal width *", set_width},
  {"access-list * ...", add_rule}, {"no access-list * ...", remove_rule},
  {"interface *", enter("config-if", INTERFACE)},
  {"crypto ikev1 policy *", enter("config-ikev1-policy", POLICY)},
  {"crypto ikev2 policy *", enter("config-ikev2-policy", POLICY)},
  {"crypto isakmp policy *", enter("config-isakmp-policy", POLICY)},
  {"crypto ipsec ikev2 ipsec-proposal *", enter("config-ipsec-proposal",
                                                PROPOSAL)},
  {"tunnel-group * ipsec-attributes", enter("config-tunnel-ipsec", GROUP)},
  {"object network *", enter("config-network-object", OBJECT)},
  {"no crypto ikev1 policy *", unset}, {"no crypto isakmp policy *", unset},
  {"no crypto map * *", unset}, {"no tunnel-group *", unset},
  {"no object network *", unset}, {"no logging buffered", unset},
  {"no access-list *", unset}, {"no nat", unset},
}

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
  return s.block and s.block.prompt or "config"
end

-- Runs a line of the configuration mode. Gives nil, or why not and where.
function modes.run(line)
  local found, what, where
  if s.block then
    found, what, where = match.find(s.block.commands, line)
  end
  if not found then
    found, what, where = match.find(CONFIG, line)
    if found then
      s.block = nil
    end
  end
  if not found then
    return what, where
  end
  found[2](match.words(what), what)
  return nil
end

-- What may be typed there.
function modes.commands()
  return s.block and match.join(match.join({}, s.block.commands), CONFIG) or
      CONFIG
end

-- Leaves a block, or (true) the mode itself.
function modes.exit()
  if s.block then
    s.block = nil
    return false
  end
  return true
end

return modes
