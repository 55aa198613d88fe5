-- A configuration as text, read back into what the router then does.

local match = include("match")

local parse = {}

-- Block kind -> where it is kept, and the words of its lines -> field.
local KINDS = {
  ["interface"] = {"interfaces", {
    ["ip address"] = "address", ["ipsec map"] = "map",
    ["description"] = "description",
  }},
  ["ike proposal"] = {"ike_proposals", {
    ["encryption-algorithm"] = "encryption",
    ["authentication-algorithm"] = "hash", ["dh-group"] = "group",
    ["lifetime"] = "lifetime",
  }},
  ["ike policy"] = {"ike_policies", {
    ["mode"] = "mode", ["proposal"] = "proposal",
    ["pre-shared-key plain"] = "key", ["local-id"] = "local_id",
    ["remote-id"] = "remote_id", ["nat-traversal"] = "natt",
  }},
  ["ipsec proposal"] = {"ipsec_proposals", {
    ["protocol esp enc-algo"] = "encryption",
    ["protocol esp auth-algo"] = "hash", ["lifetime"] = "lifetime",
  }},
  ["ipsec policy"] = {"ipsec_policies", {
    ["proposal"] = "proposal", ["pfs"] = "pfs", ["local-id"] = "local_id",
    ["remote-id"] = "remote_id",
  }},
  ["ipsec profile"] = {"profiles", {
    ["ipsec policy"] = "ipsec_policy", ["ike policy"] = "ike_policy",
    ["source"] = "source", ["peer"] = "peer", ["mode"] = "mode",
  }},
}

local function value_after(line, words)
  return line:sub(1, #words + 1) == words .. " " and line:sub(#words + 2)
end

local function read_block(fields, name, lines)
  local x = {name = name, up = false}
  for _, line in ipairs(lines) do
    for words, field in pairs(fields) do
      x[field] = value_after(line, words) or x[field]
    end
    x.up = x.up or line == "no shutdown"
    x.mobile = x.mobile or match.words(line)[1] == "mobile"
  end
  x.lifetime = tonumber(x.lifetime)
  return x
end

local function read_global(r, line)
  local w = match.words(line)
  if w[1] == "hostname" then
    r.hostname = w[2]
  elseif w[1] == "ip" and w[2] == "route" then
    r.routes[#r.routes + 1] = {dest = w[3], via = w[4]}
  end
end

-- Configuration -> {hostname, routes, interfaces, profiles, ike_policies,
-- ike_proposals, ipsec_policies, ipsec_proposals}
function parse.read(cfg)
  local r = {routes = {}, hostname = "WA"}
  for _, kind in pairs(KINDS) do
    r[kind[1]] = {}
  end
  for _, s in ipairs(cfg) do
    local what, name = (s.head or ""):match("^(.-) (%S+)$")
    local kind = KINDS[what]
    if kind then
      r[kind[1]][name] = read_block(kind[2], name, s.lines)
    end
    for _, line in ipairs(s.head and {} or s.lines) do
      read_global(r, line)
    end
  end
  return r
end

return parse
