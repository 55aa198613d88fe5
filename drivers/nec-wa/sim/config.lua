-- A configuration as text: written from a tree (network.lua), edited by
-- commands, read back by parse.lua. The text is the truth.
--
-- A configuration is a list of sections {head, lines}; a section without a
-- head holds global lines.

local match = include("match")
local sections = include("sections")

local config = {copy = sections.copy}

local function put(lines, word, value)
  if value then
    lines[#lines + 1] = word .. " " .. value
  end
end

local function interface_lines(i)
  local lines = {}
  put(lines, "description", i.description)
  put(lines, "ip address", i.address)
  if i.mobile then
    put(lines, "mobile id", "ip 1 " .. i.mobile)
    put(lines, "mobile username", "user@" .. i.mobile)
    put(lines, "mobile password", "plain sim-Pass-4")
    lines[#lines + 1] = "auto-connect"
    lines[#lines + 1] = "ip napt enable"
  end
  put(lines, "ipsec map", i.map)
  for _, line in ipairs(i.extra or {}) do
    lines[#lines + 1] = line
  end
  lines[#lines + 1] = i.shutdown and "shutdown" or "no shutdown"
  return lines
end

local function ike_proposal_lines(p)
  local lines = {}
  put(lines, "encryption-algorithm", p.encryption)
  put(lines, "authentication-algorithm", p.hash)
  put(lines, "dh-group", p.group)
  put(lines, "lifetime", p.lifetime)
  return lines
end

local function ike_policy_lines(p)
  local lines = {}
  put(lines, "mode", p.mode)
  put(lines, "proposal", p.proposal)
  put(lines, "pre-shared-key plain", p.key)
  put(lines, "local-id", p.local_id)
  put(lines, "remote-id", p.remote_id)
  put(lines, "nat-traversal", p.natt and "enable")
  return lines
end

local function ipsec_proposal_lines(p)
  local lines = {}
  put(lines, "protocol esp enc-algo", p.encryption)
  put(lines, "protocol esp auth-algo", p.hash)
  put(lines, "lifetime", p.lifetime)
  return lines
end

local function ipsec_policy_lines(p)
  local lines = {}
  put(lines, "proposal", p.proposal)
  put(lines, "pfs", p.pfs)
  put(lines, "local-id", p.local_id)
  put(lines, "remote-id", p.remote_id)
  return lines
end

local function profile_lines(p)
  local lines = {"mode tunnel"}
  put(lines, "ipsec policy", p.ipsec_policy)
  put(lines, "ike policy", p.ike_policy)
  put(lines, "source", p.source)
  put(lines, "peer", p.peer)
  return lines
end

local BLOCKS = {
  {"interface", "interfaces", interface_lines},
  {"ike proposal", "ike_proposals", ike_proposal_lines},
  {"ike policy", "ike_policies", ike_policy_lines},
  {"ipsec proposal", "ipsec_proposals", ipsec_proposal_lines},
  {"ipsec policy", "ipsec_policies", ipsec_policy_lines},
  {"ipsec profile", "profiles", profile_lines},
}

-- Router tree -> configuration.
function config.write(t)
  local cfg = {
    {lines = {"hostname " .. t.hostname}},
    {lines = {"username admin password hash 3E2B7C0D9A level administrator",
              "username watch password hash 77A0B1C2D3 level monitor"}},
  }
  local routes = {}
  for dest, via in pairs(t.routes) do
    routes[#routes + 1] = "ip route " .. dest .. " " .. via
  end
  for i, block in ipairs(BLOCKS) do
    for name, x in pairs(t[block[2]]) do
      cfg[#cfg + 1] = {head = block[1] .. " " .. name, lines = block[3](x)}
    end
    if i == 1 then
      cfg[#cfg + 1] = {lines = routes}
    end
  end
  return cfg
end

-- Configuration -> lines as the router prints them.
function config.lines(cfg)
  local lines = {}
  for _, s in ipairs(cfg) do
    if s.head then
      lines[#lines + 1] = s.head
    end
    for _, line in ipairs(s.lines) do
      lines[#lines + 1] = (s.head and "  " or "") .. line
    end
    lines[#lines + 1] = "!"
  end
  return lines
end

-- Editing: the first words make two lines one setting.

local LONG = {["ip route"] = 3, ["protocol esp"] = 3, username = 2,
              ip = 2, ipsec = 2, ike = 2, mobile = 2}

local function key_of(line)
  local w = match.words(line)
  local n = LONG[(w[1] or "") .. " " .. (w[2] or "")] or LONG[w[1]] or 1
  return table.concat(w, " ", 1, math.min(n, #w))
end

local function home_of(cfg, line)
  for _, s in ipairs(cfg) do
    for _, old in ipairs(s.head and {} or s.lines) do
      if match.words(old)[1] == match.words(line)[1] then
        return s
      end
    end
  end
  return cfg[1]
end

function config.set(cfg, line)
  sections.set(home_of(cfg, line).lines, line, key_of)
end

-- "no LINE": a global line, or a whole block.
function config.unset(cfg, line)
  for i = #cfg, 1, -1 do
    if cfg[i].head == line then
      table.remove(cfg, i)
    elseif not cfg[i].head then
      sections.remove(cfg[i].lines, line)
    end
  end
end

-- The place of a new block: after the last of its kind.
local function place_of(cfg, head)
  local kind = head:match("^(.-) %S+$")
  local at = #cfg + 1
  for i, s in ipairs(cfg) do
    if s.head and sections.begins(s.head, kind) then
      at = i + 1
    end
  end
  return at
end

function config.block(cfg, head)
  local known = sections.block(cfg, head)
  if known then
    return known
  end
  local s = {head = head, lines = {}}
  if sections.begins(head, "interface") then
    s.lines[1] = "shutdown"
  end
  table.insert(cfg, place_of(cfg, head), s)
  return s
end

function config.set_in_block(s, line)
  if line == "shutdown" or line == "no shutdown" then
    sections.toggle(s.lines, line)
    return
  end
  local bare = line:match("^no (.+)")
  if bare then
    sections.remove(s.lines, bare)
    return
  end
  sections.set(s.lines, line, key_of)
  local last = s.lines[#s.lines]
  if last == line and #s.lines > 1 and
      s.lines[#s.lines - 1]:match("shutdown$") then
    s.lines[#s.lines], s.lines[#s.lines - 1] =
        s.lines[#s.lines - 1], s.lines[#s.lines]
  end
end

return config
