-- A configuration as text: written from a tree (network.lua), edited by
-- commands, read back by parse.lua. The text is the truth; the tree is only
-- its first author.
--
-- A configuration is a list of sections {head, lines}: one without a head
-- holds global lines, one with a head is a block.

local match = include("match")
local sections = include("sections")

local config = {block = sections.block, copy = sections.copy}

-- Writing.

local function section(cfg, lines, head)
  if head or #lines > 0 then
    cfg[#cfg + 1] = {head = head, lines = lines}
  end
end

local function system_lines(t)
  local lines = {"hostname " .. t.hostname, "timezone +09 00"}
  return lines
end

local function logging_lines(t)
  local lines, l = {}, t.logging
  if l.buffered then
    lines[#lines + 1] = "logging buffered " .. l.buffered
  end
  for subsystem, level in pairs(l.levels or {}) do
    lines[#lines + 1] = "logging subsystem " .. subsystem .. " " .. level
  end
  if l.timestamp then
    lines[#lines + 1] = "logging timestamp " .. l.timestamp
  end
  return lines
end

local function ip_lines(t)
  local lines = {"ip ufs-cache enable"}
  for dest, via in pairs(t.routes) do
    lines[#lines + 1] = "ip route " .. dest .. " " .. via
  end
  for name, rules in pairs(t.acls) do
    for _, rule in ipairs(rules) do
      lines[#lines + 1] = "ip access-list " .. name .. " " .. rule
    end
  end
  return lines
end

local function ike_lines(t)
  local lines = {}
  for name, p in pairs(t.ike_proposals) do
    lines[#lines + 1] = "ike proposal " .. name .. " encryption " ..
        p.encryption .. " hash " .. p.hash ..
        (p.group and " group " .. p.group or "") ..
        (p.lifetime and " lifetime " .. p.lifetime or "")
  end
  for name, p in pairs(t.policies) do
    if p.version == 1 then
      lines[#lines + 1] = "ike policy " .. name .. " peer " .. p.peer ..
          " key " .. p.key ..
          (p.mode == "aggressive" and " mode aggressive" or "") ..
          (p.proposal and " " .. p.proposal or "")
      for _, id in ipairs({"local_id", "remote_id"}) do
        if p[id] then
          lines[#lines + 1] = "ike " .. id:gsub("_", "-") .. " " .. name ..
              " " .. p[id]
        end
      end
      if p.natt then
        lines[#lines + 1] = "ike nat-traversal policy " .. name
      end
    end
  end
  return lines
end

local function ipsec_lines(t)
  local lines = {}
  for name, p in pairs(t.ipsec_proposals) do
    lines[#lines + 1] = "ipsec autokey-proposal " .. name .. " " ..
        p.encryption .. " " .. p.hash ..
        (p.lifetime and " lifetime time " .. p.lifetime or "")
  end
  for name, m in pairs(t.maps) do
    lines[#lines + 1] = "ipsec autokey-map " .. name .. " " .. m.acl ..
        " peer " .. m.peer .. (m.proposal and " " .. m.proposal or "") ..
        (m.pfs and " pfs " .. m.pfs or "")
    for _, id in ipairs({"local_id", "remote_id"}) do
      if m[id] then
        lines[#lines + 1] = "ipsec " .. id:gsub("_", "-") .. " " .. name ..
            " " .. m[id]
      end
    end
  end
  if not t.anti_replay then
    lines[#lines + 1] = "no ipsec anti-replay"
  end
  return lines
end

local function ikev2_lines(t)
  local lines = {}
  for _, p in pairs(t.policies) do
    if p.version == 2 then
      lines[#lines + 1] = "ikev2 authentication psk id ipv4 " .. p.peer ..
          " key char " .. p.key
    end
  end
  return lines
end

local function policy_to(t, peer)
  for _, p in pairs(t.policies) do
    if p.peer == peer then
      return p
    end
  end
end

local function tunnel_lines(t, i, lines)
  local m = i.map and t.maps[i.map]
  local p = m and policy_to(t, m.peer)
  local v2 = p and p.version == 2
  lines[#lines + 1] = "tunnel mode " .. (v2 and "ipsec-ikev2" or i.tunnel)
  lines[#lines + 1] = "ip unnumbered " .. i.unnumbered
  if i.mss then
    lines[#lines + 1] = "ip tcp adjust-mss auto"
  end
  if v2 then
    lines[#lines + 1] = "ikev2 connect-type auto"
    lines[#lines + 1] = "ikev2 outgoing-interface " .. t.routes.default
    lines[#lines + 1] = "ikev2 peer " .. p.peer ..
        " authentication psk id ipv4 " .. p.peer
  elseif i.map then
    lines[#lines + 1] = "ipsec policy tunnel " .. i.map .. " out"
  end
end

local function address_lines(name, i, lines)
  if i.ppp then
    lines[#lines + 1] = "encapsulation pppoe"
    lines[#lines + 1] = "auto-connect"
    lines[#lines + 1] = "ppp binding " .. i.ppp
  end
  if i.address then
    lines[#lines + 1] = "ip address " .. i.address
  end
  if i.mtu then
    lines[#lines + 1] = "ip mtu " .. i.mtu
  end
  if i.mss then
    lines[#lines + 1] = "ip tcp adjust-mss auto"
  end
  if i.napt then
    lines[#lines + 1] = "ip napt enable"
  end
  for _, entry in ipairs(i.napt or {}) do
    lines[#lines + 1] = "ip napt static " .. name .. " " .. entry
  end
end

local function interface_lines(t, name, i)
  local lines = {}
  if i.description then
    lines[#lines + 1] = "description " .. i.description
  end
  if i.tunnel then
    tunnel_lines(t, i, lines)
  elseif i.address then
    address_lines(name, i, lines)
  else
    lines[#lines + 1] = "no ip address"
  end
  for _, line in ipairs(i.extra or {}) do
    lines[#lines + 1] = line
  end
  if not name:match("^Loopback") and not name:match("^Null") then
    lines[#lines + 1] = i.shutdown and "shutdown" or "no shutdown"
  end
  return lines
end

-- Router tree -> configuration.
function config.write(t)
  local cfg = {}
  section(cfg, system_lines(t))
  section(cfg, logging_lines(t))
  section(cfg, {"username admin password hash 3E2B7C0D9A administrator",
                "username watch password hash 77A0B1C2D3 monitor"})
  section(cfg, ip_lines(t))
  section(cfg, ike_lines(t))
  section(cfg, ipsec_lines(t))
  section(cfg, ikev2_lines(t))
  section(cfg, t.extra)
  section(cfg, {"ssh-server ip enable"})
  for name, p in pairs(t.ppp) do
    section(cfg, {"authentication myname " .. p.name,
                  "authentication password " .. p.name .. " " .. p.password},
            "ppp profile " .. name)
  end
  local devices = {}
  for name in pairs(t.interfaces) do
    devices[name:match("^(GigaEthernet%d+)") or ""] = true
  end
  for name in pairs(devices) do
    if name ~= "" then
      section(cfg, {}, "device " .. name)
    end
  end
  for name, i in pairs(t.interfaces) do
    section(cfg, interface_lines(t, name, i), "interface " .. name)
  end
  return cfg
end

-- Configuration -> lines as the router prints them.
function config.lines(cfg)
  local lines = {}
  local bare = false
  for _, s in ipairs(cfg) do
    if not (bare and s.head and #s.lines == 0) then
      lines[#lines + 1] = "!"
    end
    if s.head then
      lines[#lines + 1] = s.head
    end
    for _, line in ipairs(s.lines) do
      lines[#lines + 1] = (s.head and "  " or "") .. line
    end
    bare = s.head and #s.lines == 0
  end
  lines[#lines + 1] = "!"
  return lines
end

-- Editing.

-- What makes two lines one setting: the first words of it.
local KEYS = {
  {"hostname", 1}, {"timezone", 1}, {"logging buffered", 2},
  {"logging timestamp", 2}, {"logging subsystem", 3}, {"username", 2},
  {"ip route", 3}, {"ip ufs-cache", 2}, {"ike proposal", 3},
  {"ike policy", 3}, {"ike local-id", 3}, {"ike remote-id", 3},
  {"ike nat-traversal policy", 4}, {"ike keepalive", 3},
  {"ipsec autokey-proposal", 3}, {"ipsec autokey-map", 3},
  {"ipsec local-id", 3}, {"ipsec remote-id", 3}, {"ssh-server", 3},
  {"telnet-server", 3}, {"ip address", 2}, {"ip unnumbered", 2},
  {"ip mtu", 2}, {"ip tcp adjust-mss", 3}, {"ip napt enable", 3},
  {"ipsec policy", 2}, {"tunnel mode", 2}, {"encapsulation", 1},
  {"auto-connect", 1}, {"ppp binding", 2}, {"description", 1},
  {"service-policy", 2},
}

local function first_words(line, n)
  local w = match.words(line)
  return table.concat(w, " ", 1, math.min(n, #w))
end

local function key_of(line)
  for _, k in ipairs(KEYS) do
    if (line .. " "):sub(1, #k[1] + 1) == k[1] .. " " then
      return first_words(line, k[2])
    end
  end
  return line
end

function config.add_block(cfg, head)
  local s = config.block(cfg, head)
  if not s then
    s = {head = head, lines = {}}
    cfg[#cfg + 1] = s
  end
  return s
end

-- The global section where a new line belongs: beside its relatives.
local function home_of(cfg, line)
  local first = first_words(line, 1)
  for _, s in ipairs(cfg) do
    for _, l in ipairs(not s.head and s.lines or {}) do
      if first_words(l, 1) == first then
        return s
      end
    end
  end
  local s = {lines = {}}
  table.insert(cfg, 2, s)
  return s
end

-- Settings that are on unless "no ..." stands in the configuration.
local ON = {["ipsec anti-replay"] = true}

function config.set(cfg, line)
  if ON[line] then
    sections.remove(home_of(cfg, "ipsec").lines, "no " .. line)
  else
    sections.set(home_of(cfg, line).lines, line, key_of)
  end
end

-- "no LINE"
function config.unset(cfg, line)
  if ON[line] then
    sections.set(home_of(cfg, "ipsec").lines, "no " .. line, key_of)
    return
  end
  for i = #cfg, 1, -1 do
    local s = cfg[i]
    if s.head == line then
      table.remove(cfg, i)
    elseif not s.head and sections.remove(s.lines, line) and #s.lines == 0 then
      table.remove(cfg, i)
    end
  end
end

function config.set_in_block(s, line)
  if line == "shutdown" then
    sections.toggle(s.lines, line)
  else
    sections.set(s.lines, line, key_of)
    if sections.begins(s.head, "interface") then
      local at = sections.place(s.lines, "no shutdown", key_of) or
          sections.place(s.lines, "shutdown", key_of)
      if at then
        table.insert(s.lines, table.remove(s.lines, at))
      end
    end
  end
end

function config.unset_in_block(s, line)
  if line == "shutdown" then
    sections.toggle(s.lines, "no shutdown")
  else
    sections.remove(s.lines, line)
  end
end

return config
