-- A firewall's tree (network.lua) as its configuration, in the words of its
-- generation.

local config = include("config")

local write = {}

local MASK = "255.255.255.0"

local function node(nodes, text, kids)
  local list
  if kids then
    list = {}
    for i, k in ipairs(kids) do
      list[i] = {text = k}
    end
  end
  config:put(nodes, {text = text, kids = list}, true)
end

local function each_seq(entries)
  local order = {}
  for seq in pairs(entries) do
    order[#order + 1] = tonumber(seq)
  end
  table.sort(order)
  local i = 0
  return function()
    i = i + 1
    return order[i], order[i] and entries[tostring(order[i])]
  end
end

local function interfaces(nodes, t)
  for name, i in pairs(t.interfaces) do
    if t.dialect == "pix6" then
      node(nodes, "interface " .. i.hw .. " " ..
           (i.shutdown and "auto shutdown" or "auto"))
      node(nodes, string.format("nameif %s %s security%d", i.hw, name,
                                i.level))
      node(nodes, "ip address " .. name .. " " .. i.address)
    else
      local kids = {}
      if i.description then
        kids[#kids + 1] = "description " .. i.description
      end
      if i.shutdown then
        kids[#kids + 1] = "shutdown"
      end
      kids[#kids + 1] = "nameif " .. name
      kids[#kids + 1] = "security-level " .. i.level
      kids[#kids + 1] = "ip address " .. i.address .. " "
      node(nodes, "interface " .. i.hw, kids)
    end
    node(nodes, "mtu " .. name .. " " .. (i.mtu or 1500))
  end
end

local function lists(nodes, t)
  local extended = t.dialect == "pix6" and "" or "extended "
  for name, rules in pairs(t.acls) do
    for _, rule in ipairs(rules) do
      node(nodes, "access-list " .. name .. " " .. extended .. rule .. " ")
    end
  end
  for name, acl in pairs(t.groups_in) do
    node(nodes, "access-group " .. acl .. " in interface " .. name)
  end
end

-- NAT of the inside, and what is exempt from it.
local function nat_9(nodes, t)
  local lan, mask = t.interfaces.inside.address:match("(%S+) (%S+)")
  node(nodes, "object network LAN-INSIDE",
       {"subnet " .. lan:gsub("%d+$", "0") .. " " .. mask})
  for key, pair in pairs(t.exempt) do
    local mine, far = pair:match("(%S+) (%S+)")
    node(nodes, "object network LAN-" .. key .. "-local",
         {"subnet " .. mine .. " " .. MASK})
    node(nodes, "object network LAN-" .. key .. "-remote",
         {"subnet " .. far .. " " .. MASK})
    if not t.exempt_unapplied then
      node(nodes, "nat (inside,outside) source static LAN-" .. key ..
           "-local LAN-" .. key .. "-local destination static LAN-" .. key ..
           "-remote LAN-" .. key .. "-remote no-proxy-arp route-lookup")
    end
  end
  if t.dynamic_nat then
    node(nodes, "nat (inside,outside) after-auto source dynamic LAN-INSIDE " ..
         "interface")
  end
end

local function nat_old(nodes, t)
  local extended = t.dialect == "pix6" and "" or "extended "
  for _, pair in pairs(t.exempt) do
    local mine, far = pair:match("(%S+) (%S+)")
    node(nodes, "access-list NONAT " .. extended .. "permit ip " .. mine ..
         " " .. MASK .. " " .. far .. " " .. MASK .. " ")
  end
  if next(t.exempt) and not t.exempt_unapplied then
    node(nodes, "nat (inside) 0 access-list NONAT")
  end
  if t.dynamic_nat then
    node(nodes, "global (outside) 1 interface")
    node(nodes, "nat (inside) 1 0.0.0.0 0.0.0.0" ..
         (t.dialect == "pix6" and " 0 0" or ""))
  end
end

local function logging(nodes, t)
  local l = t.logging
  if l.on then
    node(nodes, t.dialect == "pix6" and "logging on" or "logging enable")
  end
  node(nodes, "logging timestamp")
  if l.buffered then
    node(nodes, "logging buffered " .. l.buffered)
  end
  if l.debug_trace then
    node(nodes, "logging debug-trace")
  end
end

local function ike_pix(nodes, t)
  if t.enabled then
    node(nodes, "isakmp enable outside")
  end
  for peer, key in pairs(t.keys) do
    node(nodes, "isakmp key " .. key .. " address " .. peer ..
         " netmask 255.255.255.255 ")
  end
  for priority, p in pairs(t.policies) do
    local head = "isakmp policy " .. priority .. " "
    node(nodes, head .. "authentication pre-share")
    node(nodes, head .. "encryption " .. p.encr)
    node(nodes, head .. "hash " .. p.hash)
    node(nodes, head .. "group " .. p.group)
    node(nodes, head .. "lifetime " .. p.lifetime)
  end
end

local function ike_asa(nodes, t, word)
  for priority, p in pairs(t.policies) do
    node(nodes, "crypto " .. word .. " policy " .. priority, {
      "authentication pre-share", "encryption " .. p.encr,
      "hash " .. p.hash, "group " .. p.group, "lifetime " .. p.lifetime})
  end
  if t.enabled then
    node(nodes, "crypto " .. word .. " enable outside")
  end
  for peer, key in pairs(t.keys) do
    node(nodes, "tunnel-group " .. peer .. " type ipsec-l2l")
    node(nodes, "tunnel-group " .. peer .. " ipsec-attributes",
         {(word == "ikev1" and "ikev1 " or "") .. "pre-shared-key " .. key})
  end
end

local function ike_v2(nodes, t)
  for priority, p in pairs(t.policies) do
    node(nodes, "crypto ikev2 policy " .. priority, {
      "encryption " .. p.encr, "integrity " .. p.hash, "group " .. p.group,
      "prf " .. p.hash, "lifetime seconds " .. p.lifetime})
  end
  if t.enabled then
    node(nodes, "crypto ikev2 enable outside")
  end
  for peer, key in pairs(t.keys) do
    node(nodes, "tunnel-group " .. peer .. " type ipsec-l2l")
    node(nodes, "tunnel-group " .. peer .. " ipsec-attributes", {
      "ikev2 remote-authentication pre-shared-key " .. key,
      "ikev2 local-authentication pre-shared-key " .. key})
  end
end

local function sets(nodes, t, word)
  for name, set in pairs(t.sets) do
    if t.version == 2 then
      local encr, hash = set:match("^esp%-(%S+) esp%-(%w+)%-hmac")
      node(nodes, "crypto ipsec ikev2 ipsec-proposal " .. name, {
        "protocol esp encryption " .. encr,
        "protocol esp integrity " .. (hash == "sha" and "sha-1" or hash)})
    else
      node(nodes, "crypto ipsec " .. word .. "transform-set " .. name .. " " ..
           set .. " ")
    end
  end
  if t.ipsec_lifetime then
    node(nodes, "crypto ipsec security-association lifetime seconds " ..
         t.ipsec_lifetime)
  end
end

local function maps(nodes, t, word)
  for tag, entries in pairs(t.maps) do
    for seq, m in each_seq(entries) do
      local head = "crypto map " .. tag .. " " .. seq .. " "
      if t.dialect == "pix6" then
        node(nodes, head .. "ipsec-isakmp")
      end
      if m.dynamic then
        node(nodes, head .. (t.dialect == "pix6" and "" or "ipsec-isakmp ") ..
             "dynamic " .. m.dynamic)
      end
      local function add(what, value)
        if value then
          node(nodes, head .. what .. value)
        end
      end
      add("match address ", m.acl)
      add("set pfs ", m.pfs)
      add("set peer ", m.peer and m.peer .. " ")
      add(t.version == 2 and "set ikev2 ipsec-proposal " or
          "set " .. word .. "transform-set ", m.set)
    end
    if t.map_interface[tag] then
      node(nodes, "crypto map " .. tag .. " interface " ..
           t.map_interface[tag])
    end
  end
end

-- VPN clients of a PIX: {pool, range, password, split}.
local function clients(nodes, t)
  for name, c in pairs(t.clients) do
    node(nodes, "ip local pool " .. c.pool .. " " .. c.range)
    node(nodes, "crypto dynamic-map dynmap 10 set transform-set ESP-SET")
    node(nodes, "vpngroup " .. name .. " address-pool " .. c.pool)
    if c.split then
      node(nodes, "vpngroup " .. name .. " split-tunnel " .. c.split)
    end
    node(nodes, "vpngroup " .. name .. " password " .. c.password)
  end
end

function write.config(t)
  local nodes = {}
  local pix, nine = t.dialect == "pix6", t.dialect == "9"
  node(nodes, "hostname " .. t.hostname)
  node(nodes, "enable password 8Ry2YjIyt7RRXU24 encrypted")
  node(nodes, "passwd 2KFQnbNIdI.2KYOU encrypted")
  interfaces(nodes, t)
  lists(nodes, t)
  node(nodes, pix and "pager lines 24" or "pager lines 24")
  logging(nodes, t);
  (nine and nat_9 or nat_old)(nodes, t)
  for dest, gateway in pairs(t.routes) do
    node(nodes, "route " .. dest .. " " .. gateway .. " 1" ..
         (pix and " " or " "))
  end
  if pix and t.sysopt then
    node(nodes, "sysopt connection permit-ipsec")
  elseif not pix and not t.sysopt then
    node(nodes, "no sysopt connection permit-vpn")
  end
  if t.mss and t.mss ~= 1380 then
    node(nodes, "sysopt connection tcpmss " .. t.mss)
  end
  sets(nodes, t, nine and "ikev1 " or "")
  maps(nodes, t, nine and "ikev1 " or "")
  if pix then
    ike_pix(nodes, t)
  elseif t.version == 2 then
    ike_v2(nodes, t)
  else
    ike_asa(nodes, t, nine and "ikev1" or "isakmp")
  end
  clients(nodes, t)
  if t.management then
    node(nodes, "management-access inside")
  end
  if not pix then
    node(nodes, "username admin password 3USUcOPFUiMCO4Jk encrypted " ..
         "privilege 15")
  end
  for _, line in ipairs(t.extra) do
    node(nodes, line)
  end
  return nodes
end

return write
