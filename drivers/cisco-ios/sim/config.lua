-- The text of a Cisco's configuration: its order, and what names a setting.

local cfgtext = include("cfgtext")

-- In which order the parts stand; what begins otherwise goes before "line".
local ORDER = {
  "version", "service", "no service", "hostname", "boot-start-marker",
  "logging", "enable", "no aaa", "aaa", "clock", "ip cef", "no ip domain", "ip domain",
  "username", "crypto ikev2 proposal", "crypto ikev2 policy",
  "crypto ikev2 keyring", "crypto ikev2 profile", "crypto ikev2",
  "crypto isakmp policy", "no crypto isakmp", "crypto isakmp",
  "crypto ipsec", "crypto logging",
  "crypto map", "interface", "ip forward-protocol", "ip local", "ip nat",
  "ip route", "ip access-list", "access-list", "route-map", "", "line", "end",
}

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
local ON = {"ip domain lookup", "logging console", "logging on",
            "crypto isakmp enable", "ip route-cache",
            "service password-encryption", "ip redirects"}

local config = cfgtext.new{
  order = ORDER, single = SINGLE, on = ON,
  key = function(text, words)
    if cfgtext.begins(text, "ip access-group") then
      return "ip access-group", words[#words]
    elseif cfgtext.begins(text, "crypto isakmp key") then
      return "crypto isakmp key", text:match(" address .*$")
    end
    return nil
  end,
}

-- All lines, with the last one by which the end is known.
function config.text_lines(nodes)
  local list = config:lines(nodes)
  list[#list + 1] = "end"
  return list
end

return config
