-- A Palo Alto Networks firewall: its session, modes and commands.

local config = include("config")
local dates = include("dates")
local lab = include("lab")
local match = include("match")
local network = include("network")
local person = include("person")
local ping = include("ping")
local pipe = include("pipe")
local show = include("show")
local vpn = include("show_vpn")
local world = include("world")

local USERS = {admin = {password = "kiriwake-1", role = "superuser"},
               watch = {password = "kiriwake-2", role = "reader"}}

local s             -- the session
local w             -- the world

local device = {}

-- Operational commands; the words after those of the pattern are arguments.

local function rest(words, n)
  return table.move(words, n + 1, #words, 1, {})
end

local function shown(f)
  return function(words)
    f(w, words)
  end
end

local function last_word(f)
  return function(words)
    f(w, words[#words])
  end
end

local function cli(words)
  if words[3] == "pager" then
    s.pager = words[4] == "on"
    rows(s.pager and 24 or 0)
  elseif words[3] == "terminal" and words[4] == "width" then
    width(tonumber(words[5]) or 80)
  end
end

local function enter_config()
  say("Entering configuration mode")
  s.mode = "config"
end

local function gateway_named(name)
  return w.read["local"].gateways[name]
end

local function missing_gateway(name)
  say("Server error : IKE gateway %s is not found", name)
end

local function debug_gateway(words)
  local name, what = words[4], words[5]
  if not gateway_named(name) then
    missing_gateway(name)
  elseif what == "on" then
    w.debug[name] = words[6] or "normal"
    w.debug[name] = w.debug[name] == "debug" or nil
  elseif what == "off" then
    w.debug[name] = nil
  elseif what == "stat" then
    say("IKE gateway %s debug level: %s", name, w.debug[name] and "debug" or
        "normal")
  else
    say("Invalid syntax.")
  end
end

local function debug_global(words)
  if words[4] == "on" and words[5] then
    w.debug.global = words[5] == "debug" or words[5] == "dump" or nil
  elseif words[4] == "off" then
    w.debug.global = nil
  elseif words[4] == "show" then
    say("sw.ikedaemon.debug.global: %s", w.debug.global and "debug" or
        "normal")
  else
    say("Invalid syntax.")
  end
end

local function debug_pcap(words)
  local what = words[4]
  if what == "on" then
    w.pcap = w.pcap or {}
  elseif what == "off" then
    w.captured, w.pcap = w.pcap or w.captured, nil
  elseif what == "delete" then
    w.captured, w.pcap = nil, w.pcap and {}
  elseif what == "show" then
    say("IKE pcap: %s", w.pcap and "on" or "off")
  else
    say("Invalid syntax.")
  end
end

local function debug_stat()
  local st = w.model.state["local"]
  say("IKE SAs: %d", #st.ike)
  say("IPSec SAs: %d", #st.sas)
end

local function view_pcap(words)
  if words[#words] ~= "ikemgr.pcap" then
    say("Server error : No such file")
    return
  end
  show.pcap(w)
end

local function less(words)
  local lines = words[2] == "mp-log" and show.file(w, words[3] or "")
  if not lines then
    say("Server error : No such file or directory")
    return
  end
  show.print(lines)
  viewer("(END)")
end

-- tail [follow yes|no] [lines N] mp-log FILE
local function tail(words)
  local n = 10
  for i = 2, #words - 2 do
    n = words[i] == "lines" and tonumber(words[i + 1]) or n
  end
  local lines = words[#words - 1] == "mp-log" and
      show.file(w, words[#words])
  if not lines then
    say("Server error : No such file or directory")
    return
  end
  show.print(lines, #lines - n + 1)
  if table.concat(words, " "):find("follow yes", 1, true) then
    viewer("")
  end
end

-- grep pattern P mp-log FILE
local function grep(words)
  local lines = words[#words - 1] == "mp-log" and show.file(w, words[#words])
  local pattern = table.concat(words, " ", 3, #words - 2):gsub('^"', ""):gsub(
      '"$', "")
  if not lines or words[2] ~= "pattern" then
    say("Invalid syntax.")
    return
  end
  for _, line in ipairs(lines) do
    if line:find(pattern, 1, true) then
      say("%s", line)
    end
  end
end

local function maps_of(gateway)
  local list = {}
  for name, t in pairs(w.read["local"].tunnels) do
    if t.gateway == gateway and w.model.ends["local"].maps[name] then
      list[#list + 1] = w.model.ends["local"].maps[name]
    end
  end
  return list
end

local function link_of(map)
  for _, link in ipairs(w.model.links) do
    if w.model:address(link, link.b) == map.peer then
      return link
    end
  end
  return w.model.links[1]
end

local function initiate(maps, text)
  local d = dates.split(lab.clock(w.model.time))
  say("")
  say("Start time: %s.%02d %02d:%02d:%02d", d.month_name, d.day, d.hour,
      d.min, d.sec)
  say("%s", text)
  say("")
  for _, map in ipairs(maps) do
    w.model:trigger("local", link_of(map), map, true)
  end
end

local function test_ike(words)
  if not gateway_named(words[5]) then
    missing_gateway(words[5])
    return
  end
  initiate(maps_of(words[5]), "Initiate 1 IKE SA.")
end

local function test_ipsec(words)
  local map = w.model.ends["local"].maps[words[5]]
  if not map then
    say("Server error : tunnel %s is not found", words[5])
    return
  end
  initiate({map}, "Initiate 1 IPSec SA for tunnel " .. words[5] .. ".")
end

-- Takes SAs away; the other end is told while it can be.
local function clear(which, wanted)
  local list, gone, link = w.model.state["local"][which], {}, nil
  for i = #list, 1, -1 do
    if wanted(list[i]) then
      gone[list[i].pair] = true
      for _, l in ipairs(w.model.links) do
        link = w.model:address(l, l.b) == list[i].peer and l or link
      end
      table.remove(list, i)
    end
  end
  if link and w.model:carry(link, "local", link.b, "udp", 500) then
    local theirs = w.model.state[link.b][which]
    for i = #theirs, 1, -1 do
      if gone[theirs[i].pair] then
        table.remove(theirs, i)
      end
    end
  end
end

local function clear_ike(words)
  local name = words[5]
  if name and not gateway_named(name) then
    missing_gateway(name)
    return
  end
  clear("ike", function(sa)
    return not name or sa.policy == name
  end)
  say("Delete IKEv2 IKE SA: Total 1 gateways found.")
end

local function clear_ipsec(words)
  local name = words[5]
  clear("sas", function(sa)
    return not name or sa.map == name
  end)
  say("Delete IKEv2 IPSec SA: Total 1 tunnels found.")
end

-- {pattern, function, full: not for a read-only user}
local COMMANDS = {
  {"show system info", shown(show.system_info)},
  {"show clock", shown(show.clock)},
  {"show config running", function() show.config(w, "running") end},
  {"show config candidate", function() show.config(w, "candidate") end},
  {"show interface all", shown(show.interfaces)},
  {"show interface logical", function() show.logical(w) end},
  {"show interface *", last_word(show.interface)},
  {"show routing route", shown(show.routes)},
  {"show routing route ...", shown(show.routes)},
  {"test routing fib-lookup virtual-router default ip *",
   last_word(show.fib)},
  {"show vpn ike-sa", function() vpn.ike_sa(w) end},
  {"show vpn ike-sa gateway *", last_word(vpn.ike_sa)},
  {"show vpn ipsec-sa", function() vpn.ipsec_sa(w) end},
  {"show vpn ipsec-sa tunnel *", last_word(vpn.ipsec_sa)},
  {"show vpn gateway", function() vpn.gateways(w) end},
  {"show vpn gateway name *", last_word(vpn.gateways)},
  {"show vpn tunnel", function() vpn.tunnels(w) end},
  {"show vpn flow", function() vpn.flow(w) end},
  {"show vpn flow name *", last_word(vpn.flow_one)},
  {"show vpn flow tunnel-id *", last_word(vpn.flow_one)},
  {"show running tunnel flow info", function() vpn.flow(w) end},
  {"show log system", function() show.log_system(w, {}) end},
  {"show log system ...", function(words)
    show.log_system(w, rest(words, 3))
  end},
  {"less ...", less}, {"tail ...", tail}, {"grep ...", grep},
  {"set cli ...", cli},
  {"ping ...", function(words) ping.run(w, words) end},
  {"view-pcap ...", view_pcap},
  {"configure", enter_config, true},
  {"test vpn ike-sa gateway *", test_ike, true},
  {"test vpn ipsec-sa tunnel *", test_ipsec, true},
  {"clear vpn ike-sa", clear_ike, true},
  {"clear vpn ike-sa gateway *", clear_ike, true},
  {"clear vpn ipsec-sa", clear_ipsec, true},
  {"clear vpn ipsec-sa tunnel *", clear_ipsec, true},
  {"debug ike gateway ...", debug_gateway, true},
  {"debug ike global ...", debug_global, true},
  {"debug ike pcap *", debug_pcap, true},
  {"debug ike stat", debug_stat, true},
  {"scp export ...", function()
    say("Server error : cannot reach the host")
  end, true},
  {"exit", function() close() end}, {"quit", function() close() end},
}

-- Configuration mode.

local function edited(done)
  say(done and "" or "Invalid syntax.")
end

local function commit()
  say("")
  say("")
  wait(1500)
  w:commit()
  say("Commit job 2 is in progress. Use Ctrl+C to return to command prompt")
  say("...55%%98%%100%%")
  say("Configuration committed successfully")
  say("")
end

local function show_candidate(words)
  local node = config.find(w.candidate, rest(words, 1))
  if not node then
    say("Invalid syntax.")
  elseif type(node) == "string" then
    say("%s %s;", words[#words], node)
  else
    for _, line in ipairs(config.lines({[words[#words]] = node})) do
      say("%s", line)
    end
  end
end

local CONFIG = {
  {"set ...", function(words)
    edited(config.set(w.candidate, rest(words, 1)))
  end},
  {"delete ...", function(words)
    edited(config.delete(w.candidate, rest(words, 1)))
  end},
  {"show", function() show.config(w, "candidate") end},
  {"show ...", show_candidate},
  {"commit", commit}, {"commit force", commit},
  {"revert config", function()
    w.candidate = config.copy(w.cfg["local"])
  end},
  {"run ...", function(words)
    device.operational(table.concat(words, " ", 2))
  end},
  {"exit", function()
    say("Exiting configuration mode")
    s.mode = "op"
  end},
  {"quit", function()
    say("Exiting configuration mode")
    s.mode = "op"
  end},
}

local function allowed()
  if s.role == "superuser" then
    return COMMANDS
  end
  s.list = s.list or {}
  for _, c in ipairs(#s.list == 0 and COMMANDS or {}) do
    if not c[3] then
      s.list[#s.list + 1] = c
    end
  end
  return s.list
end

local function execute(list, line)
  local found, what = match.find(list, line)
  if found then
    found[2](match.words(what), what)
  elseif what == "invalid" then
    say("Unknown command: %s", match.words(line)[1])
  else
    say("Invalid syntax.")
  end
end

-- What prints goes through "| match" and "| except".
local function piped(line, run)
  local command, verb, pattern = line:match("^(.-)%s*|%s*(%w+)%s+(.-)%s*$")
  if not command then
    return run(line)
  end
  if verb ~= "match" and verb ~= "except" then
    say("Invalid syntax.")
    return
  end
  local text = pipe.capture(function()
    run(command)
  end)
  pattern = pattern:gsub('^"(.*)"$', "%1"):lower()
  for l in text:gmatch("[^\n]*\n") do
    local has = l:lower():find(pattern, 1, true) ~= nil
    if has == (verb == "match") then
      out(l)
    end
  end
end

function device.operational(line)
  piped(line, function(l)
    execute(allowed(), l)
  end)
end

-- Login.

local function enter(name)
  s.mode, s.role, s.user = "op", USERS[name].role, name
end

local login = person.login{
  users = USERS, wrong = {"", "Login incorrect"}, enter = enter,
}

-- What the engine calls.

function device.start(arg)
  w = world.new(arg.scenario, arg.knobs)
  person.begin(arg, w)
  s = {mode = "user", pager = true}
  pager("lines 1-23 ", "\r\27[K")
  if not person.stranger() then
    enter(device.user())
  end
end

function device.banner()
  return "PaloAlto_" .. w.trees["local"].version
end

function device.prompt()
  local host = w.read["local"].hostname
  if s.mode == "user" then
    return host .. " login: "
  elseif s.mode == "password" then
    return "Password: ", false
  end
  local ha = w.trees["local"].ha
  local name = s.user .. "@" .. host .. (ha and "(" .. ha .. ")" or "")
  if s.mode == "config" then
    return "[edit]\n" .. name .. "# "
  end
  return name .. "> "
end

function device.command(line)
  w.model:advance(now())
  if login[s.mode] then
    login[s.mode](s, line)
  elseif line:match("%S") then
    if s.mode == "config" then
      execute(CONFIG, line)
    else
      device.operational(line)
    end
  end
end

-- "?": no source shows the list.
function device.help(line)
  if login[s.mode] then
    return nil
  end
  return match.help_text(s.mode == "config" and CONFIG or allowed(), line,
                         "Invalid syntax.")
end

function device.refused(line)
  say("")
  say("Unknown command: %s", match.words(line)[1])
end

function device.key()
end

function device.noise()
  return "2026/03/16 10:00:00 info     ntpd           restart 0  NTP sync"
end

local function subject()
  for _, t in pairs(w.faulty.ends["local"].tunnels) do
    if not t.interface:match("2$") then
      return t.gateway
    end
  end
  return "none"
end

person.equip(device, {
  users = USERS, names = network.other_names, subject = subject,
  lines = config.lines,
})

return device
