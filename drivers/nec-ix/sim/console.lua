-- What stands on the console before anybody logs in.

local console = {}

-- From power-on until the image runs (vendor-cli.md 1.5).
local BOOT = {
  "NEC Bootstrap Software",
  "Copyright (c) NEC Corporation 2001-2022. All rights reserved.",
  "",
  "%BOOT-INFO: Trying flash load, exec-image [ix2215-ms-10.7.17.ldc].",
}
local LEAST_MARKS = 20

-- One start that takes so many seconds; a mark every two of them, or more.
local function boot(seconds)
  local marks = math.max(LEAST_MARKS, seconds // 2)
  wait(1000)
  for _, line in ipairs(BOOT) do
    out(line .. "\n")
    wait(200)
  end
  out("Loading: ")
  for _ = 1, marks do
    wait(seconds * 1000 // marks)
    out("#")
  end
  out("\n")
end

local states = {}

-- No power, or a cable that leads nowhere.
function states.dead()
  deaf("dead")
end

-- It was switched on a moment ago.
function states.booting(c)
  rows(0)
  deaf("busy")
  boot(c.seconds)
end

-- It starts, fails, and starts again; half an hour of it.
function states.loop(c)
  rows(0)
  deaf("busy")
  for _ = 1, 1800 // c.seconds do
    boot(c.seconds)
  end
end

-- Somebody pressed Ctrl-C while it was loading.
function console.monitor(s)
  s.mode = "monitor"
  out("NEC Bootstrap Software, Version 22.1\n")
  out("Copyright (c) NEC Corporation 2001-2022. All rights reserved.\n")
end

function states.monitor(_, s)
  console.monitor(s)
end

-- Somebody typed a name and went away.
function states.password(_, s)
  s.user, s.mode = "somebody", "password"
end

-- Somebody logged in and went away: in which mode.
function states.exec(_, s)
  s.mode = "exec"
end

function states.config(_, s)
  s.mode = "config"
end

function states.interface(_, s)
  s.mode, s.block = "config", "interface GigaEthernet2.0"
end

-- ... in the middle of a long reply.
function states.pager(_, s, run)
  s.mode = "config"
  run("show running-config")
end

function states.login()
end

function console.start(c, s, run)
  states[c.state](c, s, run)
end

-- The boot monitor obeys: "b" boots, "cc" clears the configuration.
function console.command(s, line)
  if line == "b" then
    s.mode = "user"
    rows(0)
    deaf("busy")
    boot(40)
  elseif line == "cc" then
    out("Enter \"Y\" to clear startup configuration: ")
  end
end

function console.prompt()
  return "boot[1]> "
end

return console
