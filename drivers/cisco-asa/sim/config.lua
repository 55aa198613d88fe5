-- The text of a firewall's configuration: its order, what names a setting,
-- and the lines around it.

local cfgtext = include("cfgtext")

local ORDER = {
  "interface", "nameif", "enable", "passwd", "hostname", "names", "object",
  "access-list", "pager", "logging", "no logging", "mtu", "ip address",
  "ip local", "ip audit", "global", "nat", "access-group", "route", "timeout",
  "", "sysopt", "no sysopt", "crypto ipsec", "crypto dynamic-map",
  "crypto map", "crypto ikev2", "crypto ikev1", "crypto isakmp", "isakmp",
  "no crypto", "no isakmp", "vpngroup", "telnet", "ssh", "management-access",
  "group-policy", "username", "tunnel-group",
}

-- How many words of a line name what it sets, when that is not all of it.
local SINGLE = {
  {"hostname", 1}, {"enable password", 2}, {"passwd", 1}, {"pager", 1},
  {"terminal width", 2}, {"logging buffered", 2}, {"logging console", 2}, {"logging monitor", 2},
  {"logging buffer-size", 2}, {"mtu", 2},
  {"sysopt connection tcpmss", 3}, {"management-access", 1},
  {"crypto ipsec df-bit", 4}, {"crypto ipsec fragmentation", 4},
  {"authentication", 1}, {"encryption", 1}, {"hash", 1}, {"group", 1},
  {"lifetime", 1}, {"ikev1 pre-shared-key", 2}, {"pre-shared-key", 1},
  {"nameif", 1}, {"security-level", 1}, {"description", 1},
  {"ip address", 2},
}

local ON = {"sysopt connection permit-vpn"}

-- "crypto map M 10 set peer A", "isakmp policy 10 hash md5", ...
local function key(text, words)
  local n
  if text:match("^crypto map %S+ %d+ set ikev[12] transform%-set") or
      text:match("^crypto map %S+ %d+ set ikev2 ipsec%-proposal") then
    n = 7
  elseif text:match("^crypto map %S+ %d+ ") then
    n = 6
  elseif text:match("^crypto map %S+ interface") or
      text:match("^crypto ipsec .*transform%-set") then
    n = words[3]:match("^ikev1$") and 5 or 4
  elseif text:match("^isakmp policy %d+ ") then
    n = 4
  elseif text:match("^isakmp key ") then
    return "isakmp key", text:match(" address (%S+)")
  elseif text:match("^ip address %a") then
    n = 3
  elseif text:match("^vpngroup ") then
    n = 3
  elseif text:match("^access%-group ") then
    return "access-group", words[#words]
  end
  return n and table.concat(words, " ", 1, math.min(n, #words)), nil
end

local config = cfgtext.new{order = ORDER, single = SINGLE, on = ON, key = key}

local HEADS = {
  ["9"] = {": Saved", ":", "ASA Version 9.1(7) ", "!"},
  ["8.2"] = {": Saved", ":", "ASA Version 8.2(5) ", "!"},
  pix6 = {": Saved", ":", "PIX Version 6.3(5)"},
}

-- All lines, with those by which beginning and end are known.
function config.text_lines(nodes, dialect)
  local list = {}
  for _, line in ipairs(HEADS[dialect]) do
    list[#list + 1] = line
  end
  if dialect == "pix6" then
    cfgtext.add_lines(list, nodes, "")
  else
    for _, line in ipairs(config:lines(nodes)) do
      list[#list + 1] = line
    end
  end
  list[#list + 1] = "Cryptochecksum:8b2a9c1de4f5061728394a5b6c7d8e9f"
  list[#list + 1] = ": end"
  return list
end

-- What a reader may see of a line: keys are masked.
function config.masked(line)
  line = line:gsub("^(isakmp key )%S+", "%1********")
  line = line:gsub("^(vpngroup %S+ password )%S+", "%1********")
  return (line:gsub("^( *[%w-]* ?[%w-]*pre%-shared%-key )%S+", "%1*****"))
end

return config
