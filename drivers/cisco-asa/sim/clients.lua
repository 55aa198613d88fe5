-- VPN clients that are connected to a PIX: what the tree's clients say of them
-- (connected: {address, peer, talks_to: a list}), and what passes for them.

local cidr = include("cidr")
local site = include("site")

local clients = {}

local EVERY = 2         -- seconds between a client's packets

-- Does what a client sends there come to somebody, and the answer back?
local function answered(w, c, dest)
  local r = w.read["local"]
  local route = cidr.longest(w.model.ends["local"].routes, dest)
  -- Nothing leaves by the interface by which it came.
  return r.sysopt and route and route.interface ~= "outside" and
      site.nat(r, dest, c.address) ~= "dynamic"
end

-- Adds what has passed since it was last asked.
local function count(w, c, n)
  local times = math.floor((w.model.time - n.at) / EVERY)
  n.at = n.at + times * EVERY
  for _, dest in ipairs(c.talks_to) do
    n.received = n.received + times
    n.sent = n.sent + (answered(w, c, dest) and times or 0)
  end
end

-- The clients as of now: {name, address, peer, received, sent}.
function clients.list(w)
  local list = {}
  local applied = false
  for tag, interface in pairs(w.read["local"].map_interface) do
    for _, m in ipairs(w.read["local"].maps[tag] or {}) do
      applied = applied or (m.dynamic and interface == "outside")
    end
  end
  for name, t in pairs(w.trees["local"].clients) do
    local c = t.connected
    if c and applied and w.read["local"].clients[name] then
      w.client_counts[name] = w.client_counts[name] or
          {at = w.start, received = 0, sent = 0}
      local n = w.client_counts[name]
      count(w, c, n)
      list[#list + 1] = {name = name, address = c.address, peer = c.peer,
                         received = n.received, sent = n.sent}
    end
  end
  return list
end

return clients
