-- The commands of each mode: {words, what runs, argument}.

local match = include("match")

local commands = {}

local ANY = {
  {"show version", "show", "version"},
  {"show clock", "show", "clock"},
  {"ping ...", "ping"},
  {"terminal length *", "length"},
  {"terminal width *", "width"},
  {"exit", "leave"},
}

local EXEC = {{"enable", "enable"}, {"logout", "logout"}}

local SHOW = {
  {"show running-config", "show", "running_config"},
  {"show startup-config", "show", "startup_config"},
  {"show ip address", "show", "ip_address"},
  {"show ip route", "show", "ip_route"},
  {"show ike sa", "show", "ike_sa"},
  {"show ipsec sa", "show", "ipsec_sa"},
  {"show ipsec profile", "show", "ipsec_profile"},
  {"show ipsec profile *", "show", "ipsec_profile_one"},
  {"show logging", "show", "logging"},
  {"show syslog", "show", "logging"},
  {"show mobile status", "show", "mobile"},
}

local ENABLE = {
  {"configure", "configure"},
  {"configure terminal", "configure"},
  {"disable", "disable"},
  {"logout", "logout"},
  {"clear ike sa", "clear", "ike"},
  {"clear ipsec sa", "clear", "sas"},
  {"clear logging", "clear", "log"},
  {"write memory", "save"},
  {"copy running-config startup-config", "save"},
}

local CONFIG = {{"end", "end"}, {"write memory", "save"}}

for _, kind in ipairs({"interface", "ike proposal", "ike policy",
                       "ipsec proposal", "ipsec policy", "ipsec profile"}) do
  CONFIG[#CONFIG + 1] = {kind .. " *", "block"}
  CONFIG[#CONFIG + 1] = {"no " .. kind .. " *", "unset"}
end

for _, words in ipairs({"hostname *", "ip route * *", "username ..."}) do
  CONFIG[#CONFIG + 1] = {words, "set"}
  CONFIG[#CONFIG + 1] = {"no " .. words, "unset"}
end

-- Block -> its lines; "no" needs only as much as names the setting.
local LINES = {
  ["interface"] = {"description ...", "ip address *", "ip napt enable",
                   "mobile id ...", "mobile username *",
                   "mobile password ...", "auto-connect", "ipsec map *",
                   "shutdown"},
  ["ike proposal"] = {"encryption-algorithm *", "authentication-algorithm *",
                      "dh-group *", "lifetime *"},
  ["ike policy"] = {"mode *", "proposal *", "pre-shared-key plain *",
                    "local-id ...", "remote-id ...", "nat-traversal *"},
  ["ipsec proposal"] = {"protocol esp enc-algo *", "protocol esp auth-algo *",
                        "lifetime *"},
  ["ipsec policy"] = {"proposal *", "pfs *", "local-id ...",
                      "remote-id ..."},
  ["ipsec profile"] = {"mode *", "ipsec policy *", "ike policy *", "source *",
                       "peer *"},
}

local function lines_of(kind)
  local list = {}
  for _, words in ipairs(LINES[kind] or {}) do
    list[#list + 1] = {words, "in_block"}
    list[#list + 1] = {"no " .. words, "in_block"}
    local short = words:gsub(" [*.]+$", "")
    if short ~= words then
      list[#list + 1] = {"no " .. short, "in_block"}
    end
  end
  return list
end

local kept = {}

-- The commands in a mode; block: the head of the one being edited, or nil.
function commands.of(mode, block)
  local kind = block and block:match("^(.-) %S+$")
  local key = mode .. (kind or "")
  if not kept[key] then
    local list = kind and lines_of(kind) or {}
    if mode == "exec" then
      match.join(list, EXEC)
    else
      match.join(match.join(list, SHOW), mode == "enable" and ENABLE or CONFIG)
    end
    kept[key] = match.join(list, ANY)
  end
  return kept[key]
end

return commands
