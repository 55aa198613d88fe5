-- A NEC UNIVERGE IX: its session, modes and commands.

local config = include("config")
local console = include("console")
local match = include("match")
local network = include("network")
local person = include("person")
local ping = include("ping")
local sa = include("show_sa")
local show = include("show")
local world = include("world")

local USERS = {admin = {password = "kiriwake-1", level = "administrator"},
               watch = {password = "kiriwake-2", level = "monitor"}}

local s             -- the session
local w             -- the world

local device = {}

local function is_monitor()
  return s.level == "monitor"
end

-- Modes.

local function enter_config()
  if s.held then
    say("%% CONFIG process is occupied.")
    say("%% You may use `svintr-config' command with administrator " ..
        "privilege.")
    return
  end
  s.mode, s.block = "config", nil
  say("Enter configuration commands, one per line. End with CNTL/Z.")
end

local function force_config()
  s.held = false
  enter_config()
end

local function leave()
  if s.block then
    s.block = nil
  elseif s.mode == "config" then
    s.mode = "exec"
  else
    close()
  end
end

local function terminal_length(words)
  rows(tonumber(words[3]) or 24)
end

local function terminal_width(words)
  width(tonumber(words[3]) or 80)
end

-- Changes of the configuration.

local function set(_, line)
  config.set(w.cfg["local"], line)
  w:changed()
end

local function unset(_, line)
  config.unset(w.cfg["local"], (line:gsub("^no ", "")))
  w:changed()
end

local function enter_block(_, line)
  local head = line
  if not config.block(w.cfg["local"], head) and
      not head:match("^interface %u%a+%d+%.%d+$") and
      not head:match("^ppp profile ") then
    say("%% %s -- Invalid command.", line)
    return
  end
  s.block = head
  config.add_block(w.cfg["local"], head)
end

local function set_in_block(_, line)
  local block = config.add_block(w.cfg["local"], s.block)
  local bare = line:match("^no (.+)")
  if bare then
    config.unset_in_block(block, bare)
  else
    config.set_in_block(block, line)
  end
  w:changed()
end

local function write_memory()
  say("Building configuration...")
  say("%% Warning: do NOT enter CNTL/Z while saving to avoid config " ..
      "corruption.")
  w.startup = config.copy(w.cfg["local"])
  w.log:add(w.read["local"].logging, w.model.time, "notice",
            "CNFG.003: Startup config write done  (TTY:1).")
end

local function clear(which)
  return function()
    w.model:clear("local", which)
  end
end

local function one_interface(f)
  return function(words)
    local name = words[#words]
    if not w.read["local"].interfaces[name] then
      say("%% %s -- Invalid interface.", name)
      return
    end
    f(w, name)
  end
end

local function shown(f)
  return function()
    f(w)
  end
end

local function run_ping(words)
  ping.run(w, words)
end

-- What everybody may type, in both modes.
local COMMON = {
  {"show version", shown(show.version)},
  {"show hardware", shown(show.hardware)},
  {"show clock", shown(show.clock)},
  {"ping ...", run_ping},
  {"exit", leave},
}

local EXEC = {
  {"enable-config", enter_config},
  {"configure", enter_config},
  {"configure terminal", enter_config},
  {"logout", close},
}

-- Only for administrators.
local EXEC_FULL = {
  {"svintr-config", force_config},
}

local CONFIG = {
  {"show ike sa", shown(sa.ike)},
  {"show ike sa brief", shown(sa.ike_brief)},
  {"show ike statistics", shown(sa.ike_statistics)},
  {"show ipsec sa", shown(sa.ipsec)},
  {"show ipsec sa brief", shown(sa.ipsec_brief)},
  {"show ipsec statistics", shown(sa.ipsec_statistics)},
  {"show ikev2 sa", shown(sa.ikev2)},
  {"show logging", shown(show.logging)},
  {"show interfaces", shown(show.interfaces)},
  {"show interfaces *", one_interface(show.interface)},
  {"show ip interface", shown(show.ip_interfaces)},
  {"show ip interface *", one_interface(show.ip_interface)},
  {"show ip address", shown(show.ip_address)},
  {"show ip route", shown(show.ip_route)},
  {"show pppoe status", shown(show.pppoe_status)},
  {"show utilization", shown(show.utilization)},
  {"show utilization history", shown(show.utilization_history)},
  {"show error-log", shown(show.error_log)},
  {"terminal length *", terminal_length},
  {"terminal width *", terminal_width},
  {"configure", function() s.block = nil end},
}

local CONFIG_FULL = {
  {"show running-config", shown(show.running_config)},
  {"show startup-config", shown(show.startup_config)},
  {"show config", shown(show.startup_config)},
  {"show tech-support", shown(show.tech_support)},
  {"clear ipsec sa", clear("sas")},
  {"clear ike sa", clear("ike")},
  {"clear logging", function() w.log:clear() end},
  {"write memory", write_memory},
  {"copy running-config startup-config", write_memory},
  {"interface *", enter_block},
  {"ppp profile *", enter_block},
}

local GLOBAL = {
  "hostname *", "timezone ...", "logging buffered", "logging buffered *",
  "logging timestamp *", "logging subsystem * *", "username ...",
  "ip route * *", "ip access-list * ...", "ip ufs-cache enable",
  "ike proposal * ...", "ike policy * ...", "ike local-id * ...",
  "ike remote-id * ...", "ike nat-traversal policy *", "ike keepalive ...",
  "ipsec autokey-proposal * ...", "ipsec autokey-map * ...",
  "ipsec local-id * *", "ipsec remote-id * *", "ipsec anti-replay",
  "ssh-server ...",
}

local IN_BLOCK = {
  "description ...", "ip address *", "ip unnumbered *", "ip mtu *",
  "ip tcp adjust-mss *", "ip napt enable", "ip napt static ...",
  "ip filter * * *", "ipsec policy tunnel * *", "tunnel mode *",
  "encapsulation *", "auto-connect", "ppp binding *", "shutdown",
  "service-policy ...", "authentication ...", "ikev2 ...",
}

for _, words in ipairs(GLOBAL) do
  CONFIG_FULL[#CONFIG_FULL + 1] = {words, set}
  CONFIG_FULL[#CONFIG_FULL + 1] = {"no " .. words, unset}
end
-- "no" needs only as much as names the setting.
match.join(CONFIG_FULL, {
  {"no logging timestamp", unset}, {"no logging subsystem *", unset},
  {"no ip route *", unset}, {"no ip access-list *", unset},
  {"no ike policy *", unset}, {"no ike proposal *", unset},
  {"no ipsec autokey-map *", unset}, {"no interface *", unset},
})

local BLOCK = {}
for _, words in ipairs(IN_BLOCK) do
  BLOCK[#BLOCK + 1] = {words, set_in_block}
  BLOCK[#BLOCK + 1] = {"no " .. words, set_in_block}
end
match.join(BLOCK, {
  {"no ip address", set_in_block}, {"no ipsec policy tunnel", set_in_block},
  {"no description", set_in_block},
})

local tables = {}

-- The commands of the present mode and user.
local function commands()
  local key = s.mode .. (s.block and "+block" or "") .. s.level
  if tables[key] then
    return tables[key]
  end
  local list = {}
  if s.block and not is_monitor() then
    match.join(list, BLOCK)
  end
  if s.mode == "config" and not is_monitor() then
    match.join(list, CONFIG_FULL)
  end
  if s.mode == "config" then
    match.join(list, CONFIG)
  else
    match.join(list, EXEC)
    match.join(list, is_monitor() and {} or EXEC_FULL)
  end
  tables[key] = match.join(list, COMMON)
  return tables[key]
end

local COMPLAINTS = {invalid = "Invalid command.",
                    incomplete = "Incomplete command.",
                    ambiguous = "Ambiguous command."}

local function run(line)
  local found, what, where = match.find(commands(), line)
  if found then
    found[2](match.words(what), what)
  else
    say("%% %s -- %s", where, COMPLAINTS[what])
  end
end

-- Login.

local function banner_text()
  say("NEC Portable Internetwork Core Operating System Software")
  say("Copyright Notices:")
  say("Copyright (c) NEC Corporation 2001-2022. All rights reserved.")
  say("Copyright (c) 1985-1998 OpenROUTE Networks, Inc.")
  say("Copyright (c) 1984-1987, 1989 J. Noel Chiappa.")
end

local function enter(name)
  s.mode = "exec"
  s.level = USERS[name].level
  s.hello = true
  banner_text()
end

-- A console as somebody left it, or as the device's state has it.
local function begin_console(c)
  s.refuses = c.login == "refused"
  console.start(c, s, run)
end

local login = person.login{
  users = USERS, wrong = {"% Login incorrect", ""}, enter = enter,
}

-- What the engine calls.

function device.start(arg)
  w = world.new(arg.scenario, arg.knobs)
  person.begin(arg, w)
  s = {level = "administrator", mode = "user",
       held = arg.knobs["config-held"] or arg.scenario.setup.config_held}
  if arg.scenario.setup.console then
    begin_console(arg.scenario.setup.console)
  elseif not person.stranger() then
    enter(device.user())
  end
end

function device.banner()
  local t = w.trees["local"]
  return "NEC-" .. t.model .. "-ms-" .. t.version
end

function device.prompt()
  if s.mode == "monitor" then
    return console.prompt()
  end
  deaf("no")
  if s.mode == "user" then
    rows(24)
    return "login: "
  elseif s.mode == "password" then
    return "Password: ", false
  end
  local mode = ""
  if s.block then
    mode = "(config-" .. s.block:match("%S+$") .. ")"
  elseif s.mode == "config" then
    mode = "(config)"
  end
  return w.read["local"].hostname .. mode .. (is_monitor() and "% " or "# ")
end

function device.command(line)
  w.model:advance(now())
  if s.mode == "monitor" then
    console.command(s, line)
  elseif login[s.mode] then
    login[s.mode](s, line)
  elseif line:match("%S") and not line:match("^%s*!") then
    run(line)
  end
end

-- The link of a session ended; another one begins.
function device.hangup()
  s.mode, s.block = "exec", nil
  rows(24)
end

-- "?": no source shows the list.
function device.help(line)
  if s.mode == "monitor" or login[s.mode] then
    return nil
  end
  return match.help_text(commands(), line, "% Invalid command.")
end

function device.refused(line)
  say("%% %s -- Invalid command.", table.concat(match.words(line), " "))
end

function device.key(key)
  if key == "break" then
    console.monitor(s)
    return
  end
  if key == "ctrl-z" and s.mode == "config" then
    s.mode, s.block = "exec", nil
  end
end

function device.noise()
  local d = "2026/03/16 10:00:00 "
  return d .. "GETH.002: GigaEthernet2 port 3 link up"
end

-- What names the VPN in question: its interface, else its peer.
local function subject()
  local t = w.faulty.ends["local"]
  for name, i in pairs(t.interfaces) do
    if i.map and t.maps[i.map] and not (i.map:match("2$")) then
      return name
    end
  end
  return w.faulty.ends.peer.line.address or "none"
end

person.equip(device, {
  users = USERS, names = network.other_names, subject = subject,
  lines = config.lines,
})

return device
