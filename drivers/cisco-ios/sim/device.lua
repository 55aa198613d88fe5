-- A Cisco router: its session, modes and commands.

local config = include("config")
local match = include("match")
local modes = include("modes")
local network = include("network")
local person = include("person")
local ping = include("ping")
local pipe = include("pipe")
local sa = include("show_sa")
local maps = include("show_map")
local show = include("show")
local log = include("log")
local world = include("world")

local USERS = {admin = {password = "kiriwake-1", level = 15},
               watch = {password = "kiriwake-2", level = 1}}
local ENABLE = "kiriwake-3"

local s             -- the session
local w             -- the world

local device = {}

-- What happened meanwhile, for who watches the log.
local function flush()
  local r = w.read["local"]
  local level = s.console and r.logging.console or
      s.monitor and r.logging.monitor
  for _, m in ipairs(w.log.pending) do
    if level and m.level <= log.rank(level) then
      out(m.text .. "\n")
    end
  end
  w.log.pending = {}
end

-- Modes.

local function configure()
  s.mode, s.stack = "config", {}
  say("Enter configuration commands, one per line.  End with CNTL/Z.")
end

local function leave_config()
  s.mode, s.stack = "exec", {}
  w:add_log(w.model.time, 5, "%SYS-5-CONFIG_I: Configured from " ..
            (s.console and "console by console" or
             "console by " .. (s.user or "admin") .. " on vty0 (10.1.0.77)"))
end

local function enable()
  if s.level == 15 then
    return
  end
  s.mode, s.tries = "enable", 0
end

local function disable()
  s.level = 1
end

-- A console goes back to where nobody is logged in (K).
local function leave()
  if not s.console then
    close()
    return
  end
  s.mode, s.level = "idle", 1
  say("\n\n%s con0 is now available\n\n\n\n", w.read["local"].hostname)
  say("Press RETURN to get started.\n\n")
end

local function terminal_length(words)
  rows(tonumber(words[3]) or 24)
end

local function terminal_width(words)
  width(tonumber(words[3]) or 80)
end

local function ask(question, answer)
  s.asking = {question = question, answer = answer}
end

local function save()
  w.startup = config.copy(w.cfg["local"])
  say("Building configuration...")
  say("[OK]")
end

local function copy_run()
  ask("Destination filename [startup-config]? ", save)
end

local function clear_logging()
  ask("Clear logging buffer [confirm]", function()
    w.log:clear()
  end)
end

-- Debugging.

local DEBUGS = {
  {"crypto isakmp", "isakmp", "Crypto ISAKMP debugging is %s"},
  {"crypto ipsec", "ipsec", "Crypto IPSEC debugging is %s"},
  {"crypto engine", "engine", "Crypto Engine debugging is %s"},
  {"ip icmp", "icmp", "ICMP packet debugging is %s"},
  -- unverified: the word "default", and the heading below.
  {"crypto ikev2", "ikev2", "IKEv2 default debugging is %s"},
  {"crypto ikev2 error", "ikev2_error", "IKEv2 error debugging is %s"},
}

-- Which of these does a system know?
local function debug_known(d, crypto)
  return d[2] == "icmp" or
      crypto and not (w.old and d[2]:match("^ikev2"))
end

local function debug_set(key, text, on)
  return function()
    w.debugging[key] = on or nil
    say(text, on and "on" or "off")
  end
end

local function undebug_all()
  w.debugging = {}
  say("All possible debugging has been turned off")
end

local HEADS = {
  {"Generic IP:", {4}}, {"Cryptographic Subsystem:", {1, 2, 3}},
  {"IKEV2:", {5, 6}},
}

local function show_debugging()
  for _, head in ipairs(HEADS) do
    local any = false
    for _, n in ipairs(head[2]) do
      local d = DEBUGS[n]
      if w.debugging[d[2]] then
        if not any then
          say("")
          say("%s", head[1])
        end
        any = true
        say("  " .. d[3], "on")
      end
    end
  end
end

-- Commands.

local function shown(f)
  return function(words)
    f(w, words)
  end
end

local function by_interface(f)
  return function(words)
    local from = words[2] == "ip" and 4 or 3
    local name = modes.interface(table.concat(words, "", from))
    if not name then
      return false
    end
    f(w, name)
  end
end

local function show_config(nodes_of)
  return function(words)
    local nodes = nodes_of()
    if words[3] == "interface" or words[3] == "map" then
      show.part_of_config(nodes, "interface " ..
                          (modes.interface(table.concat(words, "", 4)) or
                           ""))
    elseif nodes == w.startup then
      show.startup(w)
    else
      show.running(w)
    end
  end
end

local function running()
  return w.cfg["local"]
end

local function startup()
  return w.startup
end

local function clear_sas(words)
  local peer = words[4] == "peer" and words[5] or nil
  w.model:clear("local", "sas", peer)
end

local function clear_isakmp()
  w.model:clear("local", "ike")
  w.dead = {}
end

local function clear_session(words)
  local peer = words[4] == "remote" and words[5] or nil
  w.model:clear("local", "sas", peer)
  w.model:clear("local", "ike", peer)
end

local function clear_counters()
  w.model.state["local"].flows = {}
end

local function run_ping(words)
  local o, at = ping.parse(w, words)
  if not o then
    s.bad_word = at
    return false
  end
  ping.run(w, o)
end

local function ping_dialogue()
  s.dialogue = ping.dialogue()
end

local function traceroute(words)
  if not words[2]:match("^%d+%.%d+%.%d+%.%d+$") then
    return false
  end
  ping.traceroute(w, words[2])
end

local function route_to(words)
  show.route_to(w, words[4])
end

local function lists(words)
  show.lists(w, words[2] == "ip" and words[4] or words[3])
end

local EXEC = {
  {"show version", shown(show.version)},
  {"show clock", shown(show.clock)},
  {"show clock detail", shown(show.clock)},
  {"show ip interface brief", shown(show.ip_brief)},
  {"ping", ping_dialogue}, {"ping ...", run_ping},
  {"traceroute *", traceroute},
  {"terminal length *", terminal_length},
  {"terminal width *", terminal_width},
  {"terminal monitor", function() s.monitor = true end},
  {"terminal no monitor", function() s.monitor = false end},
  {"enable", enable}, {"exit", leave}, {"logout", leave}, {"quit", leave},
  {"show ip route", shown(show.ip_route)}, {"show ip route *", route_to},
  {"show ip interface", shown(show.ip_interfaces)},
  {"show ip interface ...", by_interface(show.ip_interface)},
  {"show interfaces", shown(show.interfaces)},
  {"show interfaces ...", by_interface(show.interface)},
  {"show privilege", function()
    say("Current privilege level is %d", s.level)
  end},
}

local PRIVILEGED = {
  {"configure terminal", configure},
  {"configure", function()
    ask("Configuring from terminal, memory, or network [terminal]? ",
        configure)
  end},
  {"disable", disable}, {"terminal no ...", function() end},
  {"show running-config", show_config(running)},
  {"show running-config interface ...", show_config(running)},
  {"show startup-config", show_config(startup)},
  {"show logging", shown(show.logging)},
  {"show debugging", show_debugging},
  {"show access-lists", lists}, {"show access-lists *", lists},
  {"show ip access-lists", lists}, {"show ip access-lists *", lists},
  {"show ip nat translations", shown(show.nat)},
  {"undebug all", undebug_all}, {"no debug all", undebug_all},
  {"write memory", save}, {"write", save},
  {"write terminal", show_config(running)},
  {"copy running-config startup-config", copy_run},
  {"clear logging", clear_logging},
  {"clear counters", clear_counters},
  {"clear access-list counters", function() w.hits = {} end},
  {"clear ip nat translation ...", function() w.translations = {} end},
}

local CRYPTO = {
  {"show crypto isakmp sa", shown(sa.isakmp)},
  {"show crypto isakmp sa detail", shown(sa.isakmp_detail)},
  {"show crypto isakmp policy", shown(maps.policies)},
  {"show crypto isakmp key", shown(maps.keys)},
  {"show crypto ipsec sa", shown(sa.ipsec)},
  {"show crypto ipsec sa detail", shown(sa.ipsec_detail)},
  {"show crypto ipsec sa peer *", shown(sa.ipsec_peer)},
  {"show crypto ipsec sa peer * detail", shown(sa.ipsec_peer)},
  {"show crypto ipsec transform-set", shown(maps.sets)},
  {"show crypto map", shown(maps.maps)},
  {"show crypto engine connections active", shown(sa.engine)},
  {"show crypto engine connection active", shown(sa.engine)},
  {"show crypto engine brief", shown(sa.engine_brief)},
  {"show crypto engine configuration", shown(sa.engine_brief)},
  {"show crypto eli", shown(sa.eli)},
  {"clear crypto sa", clear_sas}, {"clear crypto sa peer *", clear_sas},
  {"clear crypto sa counters", clear_counters},
  {"clear crypto isakmp", clear_isakmp},
  {"clear crypto isakmp *", clear_isakmp},
  {"clear crypto session", clear_session},
  {"clear crypto session remote *", clear_session},
}

-- What older systems do not have yet.
local NEW_CRYPTO = {
  {"show crypto session", shown(sa.session)},
  {"show crypto session detail", shown(sa.session_detail)},
  {"show crypto ikev2 sa", shown(sa.ikev2)},
  {"show crypto ikev2 sa detailed", shown(sa.ikev2_detail)},
}

local function debug_commands(crypto)
  local list = {}
  for _, d in ipairs(DEBUGS) do
    if debug_known(d, crypto) then
      list[#list + 1] = {"debug " .. d[1], debug_set(d[2], d[3], true)}
      list[#list + 1] = {"no debug " .. d[1], debug_set(d[2], d[3], false)}
      list[#list + 1] = {"undebug " .. d[1], debug_set(d[2], d[3], false)}
    end
  end
  return list
end

-- The commands of the present user and system.
local function commands()
  local t = w.trees["local"]
  local crypto = show.has_crypto(t)
  local list = match.join({}, EXEC)
  if s.level == 15 then
    match.join(list, PRIVILEGED)
    match.join(list, debug_commands(crypto))
    if crypto then
      match.join(list, CRYPTO)
      match.join(list, w.old and {} or NEW_CRYPTO)
    end
  end
  return list
end

local function prompt_text()
  local name = w.read["local"].hostname
  if s.mode == "config" then
    return name:sub(1, 20) .. "(" .. modes.prompt() .. ")#"
  end
  return name .. (s.level == 15 and "#" or ">")
end

-- Complaints, with the mark under the first wrong word.
local function complain(why, line, where)
  if why == "ambiguous" then
    say("%% Ambiguous command:  \"%s\"", line:gsub("^ +", ""))
  elseif why == "incomplete" then
    say("%% Incomplete command.")
    say("")
  else
    say("%s^", string.rep(" ", #prompt_text() + match.column(line, where)))
    say("%% Invalid input detected at '^' marker.")
    say("")
  end
end

-- A lone word may be a host to telnet to: its name is asked for (K).
local function look_up(name)
  if not w.read["local"].no_lookup then
    say("Translating \"%s\"...domain server (255.255.255.255)", name)
    wait(3000)
  end
  say("%% Unknown command or computer name, or unable to find computer " ..
      "address")
end

local function run_exec(line)
  local bare, how, pattern = pipe.split(line)
  local found, what, where = match.find(commands(), bare)
  if not found then
    if what == "invalid" and #match.words(bare) == 1 and
        bare:match("^%a[%w-]*$") then
      look_up(bare)
      return
    end
    complain(what, line, where)
    return
  end
  local function run()
    return found[2](match.words(what), what)
  end
  local text, done
  if how then
    text, done = pipe.capture(run)
    pipe.print(text, how, pattern)
  else
    done = run()
  end
  if done == false then
    local words = match.words(bare)
    complain("invalid", line, table.concat(words, " ", 1, s.bad_word or
                                           #words))
    s.bad_word = nil
  end
end

local function run_config(line)
  local word = line:match("^%s*(%S+)%s*$")
  if word == "end" then
    leave_config()
  elseif word == "exit" or word == "ex" then
    if modes.exit() then
      leave_config()
    end
  elseif line:match("^%s*do ") then
    run_exec((line:gsub("^%s*do ", "")))
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
  say("")
end

local typed = person.login{
  users = USERS, wrong = {"% Login invalid", ""}, enter = enter,
}

function typed.idle()
  rows(24)
  enter(device.user())
end

function typed.enable(_, line)
  if line == ENABLE then
    s.mode, s.level = "exec", 15
    return
  end
  s.tries = s.tries + 1
  if s.tries >= 3 then
    say("%% Bad secrets")
    say("")
    s.mode = "exec"
  end
end

-- What the engine calls.

function device.start(arg)
  pager(" --More-- ", "\b\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b\b")
  w = world.new(arg.scenario, arg.knobs)
  person.begin(arg, w)
  s = {level = 1, mode = "user", stack = {},
       console = arg.scenario.setup.console,
       exec = arg.scenario.setup.exec}
  modes.begin(s, w)
  w.log.pending = {}
  if not person.stranger() then
    enter(device.user())
  else
    say("")
    say("")
    say("User Access Verification")
    say("")
  end
end

function device.banner()
  return "Cisco-1.25"
end

function device.prompt()
  if s.mode == "idle" then
    return ""
  elseif s.mode == "user" then
    return "Username: "
  elseif s.mode == "password" or s.mode == "enable" then
    return "Password: ", false
  elseif s.dialogue then
    return ping.question(s.dialogue)
  elseif s.asking then
    return s.asking.question
  end
  return prompt_text()
end

local function answer_dialogue(line)
  local done = ping.answer(w, s.dialogue, line)
  local o = s.dialogue.o
  if done or done == nil then
    s.dialogue = nil
  end
  if done then
    ping.run(w, o)
  end
end

function device.command(line)
  w.model:advance(now())
  if typed[s.mode] then
    typed[s.mode](s, line)
    return
  end
  flush()
  if s.dialogue then
    answer_dialogue(line)
  elseif s.asking then
    local answer = s.asking.answer
    s.asking = nil
    answer(line)
  elseif line:match("%S") and not line:match("^%s*!") then
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
  if typed[s.mode] or s.dialogue or s.asking then
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
  s.dialogue, s.asking = nil, nil
end

function device.noise()
  return "*Mar 16 10:00:00.120: %LINEPROTO-5-UPDOWN: Line protocol on " ..
      "Interface FastEthernet0/1/3, changed state to up"
end

-- What names the VPN in question: its peer.
local function subject()
  return w.faulty.ends[person.peer()].line.address
end

person.equip(device, {
  users = USERS, names = network.other_names, subject = subject,
  lines = config.text_lines,
})

return device
