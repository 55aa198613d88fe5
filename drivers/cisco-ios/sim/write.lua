-- A router's tree (network.lua) as its configuration.

local config = include("config")

local write = {}

local function node(nodes, text, kids)
  local list
  if kids then
    list = {}
    for i, k in ipairs(kids) do
      list[i] = type(k) == "table" and k or {text = k}
    end
  end
  config:put(nodes, {text = text, kids = list}, true)
end

local function add(list, fmt, value)
  if value then
    list[#list + 1] = string.format(fmt, value)
  end
end

local VERSIONS = {["1941"] = "15.1", ["2611"] = "12.2", ["7606"] = "12.2",
                  ["1721"] = "12.3", ["CSR1000V"] = "16.9"}

local function system(nodes, t)
  node(nodes, "version " .. VERSIONS[t.model])
  if not t.uptime_stamps then
    node(nodes, "service timestamps debug datetime msec")
    node(nodes, "service timestamps log datetime msec")
  else
    node(nodes, "service timestamps debug uptime")
    node(nodes, "service timestamps log uptime")
  end
  node(nodes, "no service password-encryption")
  node(nodes, "hostname " .. t.hostname)
  add(nodes, "%s", nil)
  if t.logging.buffered then
    node(nodes, "logging buffered " .. t.logging.buffered)
  end
  if t.logging.console == false then
    node(nodes, "no logging console")
  end
  if t.logging.off then
    node(nodes, "no logging on")
  end
  if t.enable_secret then
    node(nodes, "enable secret 5 $1$kiri$0TtZ1Zt0rYh8ZQ9xq1Jx0/")
  end
  node(nodes, "username admin privilege 15 secret 5 " ..
       "$1$wake$5mT2r1Qd0mXo1t3LwTz7e.")
  node(nodes, "username watch privilege 1 secret 5 " ..
       "$1$wake$8sB1x0Rk3pUe5v6NyWq2c1")
end

local function isakmp(nodes, t)
  for priority, p in pairs(t.isakmp.policies) do
    local kids = {}
    add(kids, "encr %s", p.encr)
    add(kids, "hash %s", p.hash)
    add(kids, "authentication %s", p.auth)
    add(kids, "group %d", p.group)
    add(kids, "lifetime %d", p.lifetime)
    node(nodes, "crypto isakmp policy " .. priority, kids)
  end
  if t.isakmp.off then
    node(nodes, "no crypto isakmp enable")
  end
  for peer, key in pairs(t.isakmp.keys) do
    node(nodes, "crypto isakmp key " .. key .. " address " ..
         (peer == "any" and "0.0.0.0 0.0.0.0" or peer))
  end
  if t.isakmp.keepalive then
    node(nodes, "crypto isakmp keepalive " .. t.isakmp.keepalive)
  end
end

local function ikev2(nodes, v2)
  for name, p in pairs(v2.proposals) do
    node(nodes, "crypto ikev2 proposal " .. name, {
      "encryption " .. p.encryption, "integrity " .. p.integrity,
      "group " .. p.group})
  end
  for name, proposals in pairs(v2.policies) do
    local kids = {}
    for i, p in ipairs(proposals) do
      kids[i] = "proposal " .. p
    end
    node(nodes, "crypto ikev2 policy " .. name, kids)
  end
  for name, peers in pairs(v2.keyrings) do
    local kids = {}
    for peer, p in pairs(peers) do
      kids[#kids + 1] = {text = "peer " .. peer, kids = {
        {text = "address " .. p.address},
        {text = "pre-shared-key " .. p.key}}}
    end
    node(nodes, "crypto ikev2 keyring " .. name, kids)
  end
  for name, p in pairs(v2.profiles) do
    local kids = {"match identity remote " .. (p.remote:match(" ") and
        p.remote or "address " .. p.remote .. " 255.255.255.255 ")}
    add(kids, "identity local %s", p.identity)
    kids[#kids + 1] = "authentication remote pre-share"
    kids[#kids + 1] = "authentication local pre-share"
    add(kids, "keyring local %s", p.keyring)
    add(kids, "dpd %s", p.dpd)
    node(nodes, "crypto ikev2 profile " .. name, kids)
  end
end

local function ipsec(nodes, t)
  if t.ipsec_lifetime then
    node(nodes, "crypto ipsec security-association lifetime seconds " ..
         t.ipsec_lifetime)
  end
  if t.replay_off then
    node(nodes, "crypto ipsec security-association replay disable")
  end
  for name, set in pairs(t.sets) do
    local transforms, mode = set:match("^(.-) mode (%a+)$")
    node(nodes, "crypto ipsec transform-set " .. name .. " " ..
         (transforms or set) .. " ",
         mode and {"mode " .. mode} or (t.model == "2611" or
             t.model == "1721") and {} or {"mode tunnel"})
  end
  for tag, options in pairs(t.map_options) do
    if options.local_address then
      node(nodes, "crypto map " .. tag .. " local-address " ..
           options.local_address)
    end
  end
  for tag, entries in pairs(t.maps) do
    local order = {}
    for seq in pairs(entries) do
      order[#order + 1] = tonumber(seq)
    end
    table.sort(order)
    for _, seq in ipairs(order) do
      local m, kids = entries[tostring(seq)], {}
      add(kids, "set peer %s", m.peer)
      add(kids, "set security-association lifetime seconds %d", m.lifetime)
      add(kids, "set transform-set %s ", m.set)
      add(kids, "set pfs %s", m.pfs)
      add(kids, "set ikev2-profile %s", m.profile)
      add(kids, "match address %s", m.acl)
      node(nodes, "crypto map " .. tag .. " " .. seq .. " ipsec-isakmp ",
           kids)
    end
  end
end

local function interface(nodes, name, i)
  local kids = {}
  add(kids, "description %s", i.description)
  add(kids, "mtu %d", i.hw_mtu)
  kids[#kids + 1] = i.address and "ip address " .. i.address or
      "no ip address"
  add(kids, "ip access-group %s in", i.filter_in)
  add(kids, "ip access-group %s out", i.filter_out)
  add(kids, "ip mtu %d", i.mtu)
  add(kids, "ip nat %s", i.nat)
  add(kids, "ip tcp adjust-mss %d", i.mss)
  if i.shutdown then
    kids[#kids + 1] = "shutdown"
  end
  if name:match("Ethernet") then
    kids[#kids + 1] = "duplex auto"
    kids[#kids + 1] = "speed auto"
  end
  add(kids, "crypto map %s", i.map)
  add(kids, "service-policy output %s", i.qos)
  add(kids, "crypto ipsec fragmentation %s", i.fragmentation)
  for _, line in ipairs(i.extra or {}) do
    kids[#kids + 1] = line
  end
  node(nodes, "interface " .. name, kids)
end

local function lists(nodes, t)
  for name, rules in pairs(t.acls) do
    if name:match("^%d+$") then
      for _, rule in ipairs(rules) do
        node(nodes, "access-list " .. name .. " " .. rule)
      end
    else
      node(nodes, "ip access-list extended " .. name, rules)
    end
  end
end

-- Groups of VPN clients.
local function groups(nodes, t)
  for name, g in pairs(t.groups) do
    local kids = {"key " .. g.key}
    add(kids, "pool %s", g.pool)
    add(kids, "acl %s", g.acl)
    node(nodes, "crypto isakmp client configuration group " .. name, kids)
    if g.range then
      node(nodes, "ip local pool " .. g.pool .. " " .. g.range)
    end
  end
end

function write.config(t)
  local nodes = {}
  system(nodes, t)
  isakmp(nodes, t)
  groups(nodes, t)
  if t.ikev2 then
    ikev2(nodes, t.ikev2)
  end
  ipsec(nodes, t)
  for name, i in pairs(t.interfaces) do
    interface(nodes, name, i)
  end
  for _, rule in ipairs(t.nat) do
    node(nodes, "ip nat " .. rule)
  end
  for dest, via in pairs(t.routes) do
    node(nodes, "ip route " .. dest .. " " .. via)
  end
  lists(nodes, t)
  for name, kids in pairs(t.route_maps) do
    node(nodes, "route-map " .. name .. " permit 10", kids)
  end
  for _, line in ipairs(t.extra) do
    node(nodes, line)
  end
  node(nodes, "line con 0", {})
  node(nodes, "line aux 0", {})
  node(nodes, "line vty 0 4", {"login local", "transport input all"})
  return nodes
end

return write
