-- Who sits before a simulated router: the login dialogue, and what a
-- variation makes of a scenario's arguments.

local tree = include("tree")

local person = {}

local TRIES = 3

local setup, world

-- arg: what device.start got.
function person.begin(arg, w)
  setup, world = arg, w
end

-- Does somebody have to log in first?
function person.stranger()
  return setup.login or setup.knobs.login
end

-- The login dialogue: what the line behind "login: " (mode "user" of a
-- session) and the one behind "Password: " (mode "password") do.
-- o: {users = {name = {password}}, wrong = the lines of a refusal,
-- enter(name)}. A session that refuses takes no password.
function person.login(o)
  local typed = {}
  function typed.user(s, line)
    if line ~= "" then
      s.user, s.mode = line, "password"
    end
  end
  function typed.password(s, line)
    local user = o.users[s.user]
    local refused = s.refuses or setup.knobs.login == "refused"
    s.mode = "user"
    if user and user.password == line and not refused then
      o.enter(s.user)
      return
    end
    s.tries = (s.tries or 0) + 1
    wait(100)
    for _, text in ipairs(o.wrong) do
      say("%s", text)
    end
    if s.tries >= TRIES then
      close()
    end
  end
  return typed
end

-- The end whose configuration is the peer's of the VPN in question.
function person.peer()
  return setup.scenario.setup.subject == "peer2" and "peer2" or "peer"
end

-- What the engine asks of every device: user, password, args, peer_config.
-- o: {users, names: what "rename" makes of them, subject(): what names the
-- VPN in question, lines(cfg)}
function person.equip(device, o)
  function device.user()
    return setup.knobs.user == "monitor" and "watch" or "admin"
  end

  function device.password()
    return o.users[device.user()].password
  end

  -- The configuration of the router at the other end, unmasked.
  function device.peer_config()
    return table.concat(o.lines(world.cfg[person.peer()]), "\n") .. "\n"
  end

  -- The arguments of `check` for this variation, one a line.
  function device.args()
    local scenario, knobs = setup.scenario, setup.knobs
    local args, named = {}, scenario.setup.subject == "none"
    for _, a in ipairs(scenario.args) do
      named = named or a == "--vpn"
      args[#args + 1] = knobs.rename and tree.rename_text(a, o.names) or a
    end
    if knobs["second-vpn"] and not named and not scenario.setup.second then
      args[#args + 1] = "--vpn"
      args[#args + 1] = o.subject()
    end
    return table.concat(args, "\n")
  end
end

return person
