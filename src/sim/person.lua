-- Who sits before a simulated router: the login dialogue, and what a
-- variation makes of a scenario's arguments.

local tree = include("tree")

local person = {}

local TRIES = 3

-- The line that follows "login: ", and the one that follows "Password: ".
-- s: the session (mode, user, tries); o: {users = {name = {password}},
-- refused: every password is wrong, wrong = the lines of a refusal}.

function person.name(s, line)
  if line ~= "" then
    s.user, s.mode = line, "password"
  end
end

-- True: the session begins.
function person.password(s, line, o)
  local user = o.users[s.user]
  s.mode = "user"
  if user and user.password == line and not o.refused then
    return true
  end
  s.tries = (s.tries or 0) + 1
  wait(100)
  for _, text in ipairs(o.wrong) do
    out(text .. "\n")
  end
  if s.tries >= TRIES then
    close()
  end
  return false
end

-- Which user the knobs let in.
function person.user(setup)
  return setup.knobs.user == "monitor" and "watch" or "admin"
end

-- The end whose configuration is the peer's of the VPN in question.
function person.peer(setup)
  return setup.scenario.setup.subject == "peer2" and "peer2" or "peer"
end

-- The arguments of `check` for this variation, one a line. names: what
-- "rename" makes of them; subject(): what names the VPN in question.
function person.args(setup, names, subject)
  local scenario, knobs = setup.scenario, setup.knobs
  local args, named = {}, scenario.setup.subject == "none"
  for _, a in ipairs(scenario.args) do
    named = named or a == "--vpn"
    args[#args + 1] = knobs.rename and tree.rename_text(a, names) or a
  end
  if knobs["second-vpn"] and not named and not scenario.setup.second then
    args[#args + 1] = "--vpn"
    args[#args + 1] = subject()
  end
  return table.concat(args, "\n")
end

return person
