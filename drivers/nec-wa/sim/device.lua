-- A NEC UNIVERGE WA: its session, modes and commands.

local commands = include("commands")
local config = include("config")
local match = include("match")
local network = include("network")
local person = include("person")
local ping = include("ping")
local show = include("show")
local world = include("world")

local USERS = {admin = {password = "kiriwake-1", level = "administrator"},
               watch = {password = "kiriwake-2", level = "monitor"}}

local s             -- the session
local w             -- the world

local device = {}

-- What the commands do; the tables in commands.lua name these.
local run = {}

function run.enable()
  if s.level == "monitor" then
    say("%% Permission denied.")
  else
    s.mode = "enable"
  end
end

function run.disable()
  s.mode = "exec"
end

function run.configure()
  s.mode, s.block = "config", nil
end

function run.leave()
  if s.block then
    s.block = nil
  elseif s.mode == "config" then
    s.mode = "enable"
  else
    close()
  end
end

run["end"] = function()
  s.mode, s.block = "enable", nil
end

function run.logout()
  close()
end

function run.length(words)
  rows(tonumber(words[3]) or 24)
end

function run.width(words)
  width(tonumber(words[3]) or 80)
end

function run.show(words, _, what)
  show[what](w, words[#words])
end

function run.ping(words)
  ping.run(w, words)
end

function run.clear(_, _, what)
  if what == "log" then
    w.log:clear()
  else
    w.model:clear("local", what)
  end
end

function run.save()
  w.startup = config.copy(w.cfg["local"])
end

function run.set(_, line)
  config.set(w.cfg["local"], line)
  w:changed()
end

function run.unset(_, line)
  config.unset(w.cfg["local"], (line:gsub("^no ", "")))
  w:changed()
end

function run.block(_, line)
  if line:match("^interface ") and
      not line:match("^interface %u%a+%d+%.?%d*$") then
    say("%% Invalid parameter.")
    return
  end
  s.block = line
  config.block(w.cfg["local"], line)
  w:changed()
end

function run.in_block(_, line)
  config.set_in_block(config.block(w.cfg["local"], s.block), line)
  w:changed()
end

local COMPLAINTS = {invalid = "%% Invalid command.",
                    incomplete = "%% Incomplete command.",
                    ambiguous = "%% Ambiguous command."}

local function execute(line)
  local list = commands.of(s.mode, s.block)
  local found, what = match.find(list, line)
  if found then
    run[found[2]](match.words(what), what, found[3])
  else
    say(COMPLAINTS[what])
  end
end

-- Login.

local function enter(name)
  s.mode, s.level = "exec", USERS[name].level
end

local login = person.login{
  users = USERS, wrong = {"Login incorrect"}, enter = enter,
}

-- What the engine calls.

function device.start(arg)
  w = world.new(arg.scenario, arg.knobs)
  person.begin(arg, w)
  s = {level = "administrator", mode = "user"}
  if not person.stranger() then
    enter(device.user())
  end
end

function device.banner()
  return "OpenSSH_7.4"
end

local SIGNS = {exec = ">", enable = "#", config = "(config)#"}
local BLOCKS = {{"^interface ", "if"}, {"^ike proposal ", "ike-proposal"},
                {"^ike policy ", "ike-policy"},
                {"^ipsec proposal ", "ipsec-proposal"},
                {"^ipsec policy ", "ipsec-policy"},
                {"^ipsec profile ", "ipsec-profile"}}

function device.prompt()
  if s.mode == "user" then
    return "login: "
  elseif s.mode == "password" then
    return "Password: ", false
  end
  local sign = SIGNS[s.mode]
  for _, b in ipairs(s.block and BLOCKS or {}) do
    sign = s.block:match(b[1]) and "(config-" .. b[2] .. ")#" or sign
  end
  return w.read["local"].hostname .. sign
end

function device.command(line)
  w.model:advance(now())
  if login[s.mode] then
    login[s.mode](s, line)
  elseif line:match("%S") and not line:match("^%s*!") then
    execute(line)
  end
end

-- "?": no source shows the list.
function device.help(line)
  return not login[s.mode] and
      match.help_text(commands.of(s.mode, s.block), line,
                      "% Invalid command.") or nil
end

function device.refused()
  say(COMPLAINTS.invalid)
end

function device.key(key)
  if key == "ctrl-z" and s.mode == "config" then
    s.mode, s.block = "enable", nil
  end
end

function device.noise()
  return "2026/03/16 10:00:00 LAN: GigaEthernet0.0 port 2 link up"
end

-- What names the VPN in question: its IPsec interface, else its profile.
local function subject()
  local first
  for name, i in pairs(w.faulty.ends["local"].interfaces) do
    if i.map and not i.map:match("2$") then
      return name
    end
  end
  for name in pairs(w.faulty.ends["local"].profiles) do
    first = first or not name:match("2$") and name
  end
  return first or "none"
end

person.equip(device, {
  users = USERS, names = network.other_names, subject = subject,
  lines = config.lines,
})

return device
