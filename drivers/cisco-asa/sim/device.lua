-- A Cisco ASA or PIX: its session, modes and commands.

local cfgtext = include("cfgtext")
local config = include("config")
local log = include("log")
local match = include("match")
local modes = include("modes")
local network = include("network")
local person = include("person")
local ping = include("ping")
local pipe = include("pipe")
local sa = include("show_sa")
local show = include("show")
local world = include("world")

local USERS = {admin = {password = "kiriwake-1", level = 15},
               watch = {password = "kiriwake-2", level = 1}}
local ENABLE = "kiriwake-3"

local s             -- the session
local w             -- the world

local device = {}

-- What happened meanwhile, for who watches.
local function flush()
  local l = w.read["local"].logging
  local level = s.console and l.console or s.monitor and l.monitor
  for _, m in ipairs(w.log.pending) do
    -- Debug lines go to the terminal unless they are traced into the log.
    local shown = m.level == 0 and not l["debug-trace"] and s.console or
        m.level > 0 and level and l.on and m.level <= log.rank(level)
    if shown then
      out(m.text .. "\n")
    end
  end
  w.log.pending = {}
end

local function enable()
  if s.level < 15 then
    s.mode, s.tries = "enable", 0
  end
end

local function configure()
  s.mode, s.block = "config", nil
end

local function leave_config()
  s.mode, s.block = "exec", nil
end

local function save()
  w.startup = cfgtext.copy(w.cfg["local"])
  say("Building configuration...")
  say("Cryptochecksum: 8b2a9c1d e4f50617 28394a5b 6c7d8e9f ")
  if not w.pix then
    say("")
    say("4297 bytes copied in 0.260 secs")
  end
  say("[OK]")
end

-- Debugging.

local DEBUGS = {{"isakmp", "isakmp"}, {"ipsec", "ipsec"},
                {"engine", "engine"}, {"ikev1", "isakmp"},
                {"ikev2", "isakmp"}}

-- Which of them this generation knows.
local function knows(name)
  if name == "isakmp" then
    return not w.nine
  elseif name == "ikev1" or name == "ikev2" then
    return w.nine
  end
  return true
end

local function debug_on(name, key)
  return function(words)
    w.debugging[key] = name
    s.levels[name] = tonumber(words[4]) or 1
    if w.pix then
      return
    end
    say("INFO: 'logging debug-trace' is %s. All debug messages are %s",
        w.read["local"].logging["debug-trace"] and "enabled" or "disabled",
        w.read["local"].logging["debug-trace"] and
        "currently being redirected to syslog:711001 and will not appear in " ..
        "any monitor session" or "shown in this session")
  end
end

local function debug_off(key)
  return function()
    w.debugging[key] = nil
  end
end

local function debug_none()
  w.debugging = {}
end

local function show_debug()
  for _, d in ipairs(DEBUGS) do
    if w.debugging[d[2]] == d[1] then
      say(w.pix and "debug crypto %s %d" or
          "debug crypto %s enabled at level %d", d[1], s.levels[d[1]] or 1)
    end
  end
end

-- Commands.

local function shown(f)
  return function(words)
    f(w, words)
  end
end

local function show_interface(words)
  for _, i in pairs(w.read["local"].interfaces) do
    if i.name == words[3] or (i.hw or ""):lower() == (words[3] or ""):lower()
    then
      show.interface(w, i)
      return nil
    end
  end
  return false
end

local function run_ping(words)
  local o = ping.parse(w, words)
  if not o then
    return false
  end
  ping.run(w, o)
end

local function clear_ipsec(words)
  local peer = words[#words]:match("^%d+%.%d+%.%d+%.%d+$")
  w.model:clear("local", "sas", peer)
end

local function clear_isakmp()
  w.model:clear("local", "ike")
  w.dead = {}
end

local function run_part(prefix)
  return function(words)
    show.part(w, table.concat(words, " ", 3 + (prefix and 0 or 0)))
  end
end

local function run_all(words)
  if words[4] == "sysopt" then
    show.sysopt(w)
  else
    show.part(w, table.concat(words, " ", 4))
  end
end

local function pager_lines(words)
  rows(tonumber(words[3]) or 24)
end

local USER = {
  {"show version", shown(show.version)}, {"enable", enable},
  {"exit", close}, {"logout", close}, {"quit", close},
  {"show clock", shown(show.clock)}, {"show curpriv", function()
    say("Username : %s", s.user or "enable_15")
    say("Current privilege level : %d", s.level)
    say("Current Mode/s : P_%s", s.level == 15 and "PRIV" or "UNPR")
  end},
  {"ping ...", run_ping}, {"terminal pager *", pager_lines},
  {"terminal pager lines *", function(words) pager_lines(
      {nil, nil, words[4]}) end},
}

local FULL = {
  {"disable", function() s.level = 1 end},
  {"configure terminal", configure},
  {"show running-config", shown(show.running)},
  {"show running-config all ...", run_all},
  {"show running-config ...", run_part()},
  {"show startup-config", shown(show.startup)},
  {"show configuration", shown(show.startup)},
  {"write terminal", shown(show.running)},
  {"write memory", save}, {"copy running-config startup-config", save},
  {"show logging", shown(show.logging)}, {"show debug", show_debug},
  {"show interface", shown(show.interfaces)},
  {"show interface *", show_interface},
  {"show interface ip brief", shown(show.ip_brief)},
  {"show nameif", shown(show.nameif)}, {"show route", shown(show.route)},
  {"show access-list", shown(show.lists)},
  {"show access-list *", shown(show.lists)},
  {"show xlate", shown(show.xlate)}, {"show nat", shown(show.nat)},
  {"show crypto isakmp sa", shown(sa.isakmp)},
  {"show crypto isakmp sa detail", shown(sa.isakmp)},
  {"show isakmp sa", shown(sa.isakmp)},
  {"show isakmp sa detail", shown(sa.isakmp)},
  {"show crypto ipsec sa", shown(sa.ipsec)},
  {"show crypto ipsec sa peer *", shown(sa.ipsec)},
  {"show crypto ipsec sa detail", shown(sa.ipsec)},
  {"show ipsec sa", shown(sa.ipsec)},
  {"show ipsec sa peer *", shown(sa.ipsec)},
  {"clear logging", function() w.log:clear() end},
  {"clear logging buffer", function() w.log:clear() end},
  {"clear crypto ipsec sa", clear_ipsec}, {"clear ipsec sa", clear_ipsec},
  {"clear crypto ipsec sa peer *", clear_ipsec},
  {"clear ipsec sa peer *", clear_ipsec},
  {"clear crypto isakmp sa", clear_isakmp},
  {"clear isakmp sa", clear_isakmp}, {"clear xlate", function()
    w.translations = {}
  end},
  {"undebug all", debug_none}, {"no debug all", debug_none},
  {"show sysopt", shown(show.sysopt)},
}

local NINE = {
  {"show crypto ikev1 sa", shown(sa.ikev1)},
  {"show crypto ikev1 sa detail", shown(sa.ikev1)},
  {"show crypto ikev2 sa", shown(sa.ikev2)},
  {"show crypto ikev2 sa detail", shown(sa.ikev2)},
  {"clear crypto ikev1 sa", clear_isakmp},
  {"clear crypto ikev2 sa", clear_isakmp},
}

local ASA = {
  {"show vpn-sessiondb l2l", shown(sa.l2l)},
  {"show vpn-sessiondb detail l2l", shown(sa.l2l)},
  {"terminal monitor", function() s.monitor = true end},
  {"terminal no monitor", function() s.monitor = false end},
}

local function commands()
  local list = match.join({}, USER)
  if s.level < 15 then
    return list
  end
  match.join(list, FULL)
  match.join(list, w.nine and NINE or {})
  match.join(list, w.pix and {} or ASA)
  for _, d in ipairs(DEBUGS) do
    if knows(d[1]) then
      local name = "debug crypto " .. d[1]
      match.join(list, {{name, debug_on(d[1], d[2])},
                 {name .. " *", debug_on(d[1], d[2])},
                 {"no " .. name, debug_off(d[2])},
                 {"no " .. name .. " *", debug_off(d[2])},
                 {"undebug crypto " .. d[1], debug_off(d[2])}})
    end
  end
  return list
end

local function prompt_text()
  local name = w.read["local"].hostname
  if s.mode == "config" then
    return name .. "(" .. modes.prompt() .. ")# "
  end
  return name .. (s.level == 15 and "# " or "> ")
end

-- Complaints, with the mark under the first wrong word.
local function complain(why, line, where)
  if why == "ambiguous" then
    say("ERROR: %% Ambiguous command:  \"%s\"", line)
  elseif why == "incomplete" then
    say("ERROR: %% Incomplete command")
  elseif w.pix then
    say("Type help or '?' for a list of available commands.")
  else
    say("%s^", string.rep(" ", #prompt_text() + match.column(line, where)))
    say("ERROR: %% Invalid input detected at '^' marker.")
  end
end

local function run_exec(line, list)
  local bare, how, pattern = pipe.split(line)
  local found, what, where = match.find(list or commands(), bare)
  if not found then
    complain(what, line, where)
    return
  end
  local function run()
    return found[2](match.words(what), what)
  end
  if how then
    pipe.print(pipe.capture(run), how, pattern)
  elseif run() == false then
    complain("invalid", line, line)
  end
end

-- In configuration mode the other commands work, too.
local function run_config(line)
  local word = line:match("^%s*(%S+)%s*$")
  if word == "end" then
    leave_config()
  elseif word == "exit" or word == "quit" then
    if modes.exit() then
      leave_config()
    end
  elseif match.find(commands(), (pipe.split(line))) then
    run_exec(line)
  else
    local why, where = modes.run(line)
    if why then
      complain(why, line, where)
    end
  end
end

-- Login.

local function enter(name)
  s.mode, s.user, s.level = "exec", name, USERS[name].level
  if s.exec == "user" then
    s.level = 1
  end
  say("Type help or '?' for a list of available commands.")
end

local typed = person.login{
  users = USERS, wrong = {"Login incorrect"}, enter = enter,
}

function typed.enable(_, line)
  if line == ENABLE then
    s.mode, s.level = "exec", 15
    return
  end
  s.tries = s.tries + 1
  say("Invalid password")
  if s.tries >= 3 then
    say("Access denied.")
    s.mode = "exec"
  end
end

-- What the engine calls.

function device.start(arg)
  pager("<--- More --->", "\r              \r")
  w = world.new(arg.scenario, arg.knobs)
  person.begin(arg, w)
  s = {level = 1, mode = "user", levels = {},
       console = arg.scenario.setup.console,
       exec = arg.scenario.setup.exec}
  modes.begin(s, w)
  w.log.pending = {}
  if not person.stranger() then
    enter(device.user())
  end
end

function device.banner()
  return "Cisco-1.25"
end

function device.prompt()
  if s.mode == "user" then
    return "Username: "
  elseif s.mode == "password" or s.mode == "enable" then
    return "Password: ", false
  end
  return prompt_text()
end

function device.command(line)
  w.model:advance(now())
  if typed[s.mode] then
    typed[s.mode](s, line)
    return
  end
  flush()
  if line:match("%S") and not line:match("^%s*[!:]") then
    if s.mode == "config" then
      run_config(line)
    else
      run_exec(line)
    end
  end
  flush()
end

-- "?": no source shows the list.
function device.help(line)
  if typed[s.mode] then
    return nil
  end
  return match.help_text(s.mode == "config" and modes.commands() or
                         commands(), line, "% Unrecognized command")
end

function device.refused(line)
  local words = match.words(line)
  complain("invalid", line, words[1] .. (words[2] and " " .. words[2] or ""))
end

function device.key(key)
  if key == "ctrl-z" and s.mode == "config" then
    leave_config()
  end
end

function device.noise()
  return (w.pix and "Mar 16 2026 10:00:00: %PIX-6-" or
          "Mar 16 2026 10:00:00: %ASA-6-") .. "302015: Built outbound UDP " ..
      "connection 4711 for outside:192.88.99.53/53 (192.88.99.53/53) to " ..
      "inside:10.77.0.9/1026 (192.0.2.201/1026)"
end

-- What names the VPN in question: its peer; of clients the map entry.
local function subject()
  local t = w.faulty.ends["local"]
  for tag, entries in pairs(t.maps) do
    for seq, m in pairs(entries) do
      if m.dynamic then
        return tag .. " " .. seq
      end
    end
  end
  return w.faulty.ends[person.peer()].line.address
end

person.equip(device, {
  users = USERS, names = network.other_names, subject = subject,
  lines = function(cfg)
    return config.text_lines(cfg, w.dialect)
  end,
})

return device
