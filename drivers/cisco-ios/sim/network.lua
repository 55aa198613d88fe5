-- The network a scenario starts from: a branch router (local), the router at
-- the other end (peer), the path between them, and on request a second VPN.
-- Each router is a tree that write.lua writes out as a configuration.

local tree = include("tree")

local network = {}

-- What models have: names of interfaces, and how old their words are.
local MODELS = {
  ["1941"] = {wan = "GigabitEthernet0/0", lan = "GigabitEthernet0/1"},
  ["2611"] = {wan = "Ethernet0/0", lan = "Ethernet0/1", old = true},
  ["7606"] = {wan = "GigabitEthernet1/1", lan = "GigabitEthernet1/2"},
  ["1721"] = {wan = "FastEthernet0", lan = "Ethernet0", old = true},
  ["CSR1000V"] = {wan = "GigabitEthernet1", lan = "GigabitEthernet2",
                  xe = true},
}
network.models = MODELS

local function wild(lan)
  return (lan:gsub("%.0$", ".0 0.0.0.255"))
end

-- The NAT of the inside, and what is exempt from it.
local function nat_lists(o, t)
  t.acls["NAT"] = {
    "deny ip " .. wild(o.lan) .. " " .. wild(o.far_lan),
    "permit ip " .. wild(o.lan) .. " any",
  }
  t.nat = {"inside source list NAT interface " .. o.wan .. " overload"}
end

-- One router with one VPN. o: {hostname, model, address, gateway, peer, lan,
-- lan_address, far_lan, host, set}
local function router(o)
  local names = MODELS[o.model]
  o.wan = names.wan
  local t = {
    hostname = o.hostname, model = o.model, boot = -595000, manner = {},
    line = {link = true, address = o.address}, host = o.host,
    enable_secret = true, users = {"admin"},
    logging = {buffered = "16384 debugging"},
    isakmp = {
      policies = {["10"] = {encr = names.old and "3des" or "aes 256",
                            hash = names.old and "md5" or nil,
                            auth = "pre-share",
                            group = names.old and 2 or 14}},
      keys = {[o.peer] = "Tunnel-Kagi7"},
    },
    sets = {["ESP-SET"] = names.old and "esp-3des esp-md5-hmac" or
                "esp-aes 256 esp-sha-hmac"},
    maps = {VPNMAP = {["10"] = {peer = o.peer, set = "ESP-SET",
                                acl = "VPN-TRAFFIC"}}},
    map_options = {},
    acls = {["VPN-TRAFFIC"] = {"permit ip " .. wild(o.lan) .. " " ..
                               wild(o.far_lan)}},
    nat = {}, route_maps = {}, groups = {},
    routes = {["0.0.0.0 0.0.0.0"] = o.gateway},
    interfaces = {
      [o.wan] = {address = o.address .. " 255.255.255.252", map = "VPNMAP",
                 nat = "outside"},
      [names.lan] = {address = o.lan_address .. " 255.255.255.0",
                     nat = "inside", mss = 1360},
    },
    extra = {},
  }
  nat_lists(o, t)
  return t
end

local function base(setup)
  local model = setup.model or "1941"
  return {
    ends = {
      ["local"] = router{
        hostname = "Router", model = model, address = "198.51.100.2",
        gateway = "198.51.100.1", peer = "203.0.113.6", lan = "10.1.0.0",
        lan_address = "10.1.0.1", far_lan = "10.1.1.0", host = "10.1.0.10",
      },
      peer = router{
        hostname = "Center", model = setup.peer_model or model,
        address = "203.0.113.6",
        gateway = "203.0.113.5", peer = "198.51.100.2", lan = "10.1.1.0",
        lan_address = "10.1.1.1", far_lan = "10.1.0.0", host = "10.1.1.10",
      },
    },
    paths = {peer = {}},
  }
end

-- A second VPN of the local router, to a router of its own.
local function add_second(net)
  local l = net.ends["local"]
  local p = router{
    hostname = "Depot", model = l.model, address = "192.0.2.10",
    gateway = "192.0.2.9", peer = "198.51.100.2", lan = "10.1.2.0",
    lan_address = "10.1.2.1", far_lan = "10.1.0.0", host = "10.1.2.10",
  }
  p.isakmp.keys["198.51.100.2"] = "Second-Kagi3"
  l.isakmp.keys["192.0.2.10"] = "Second-Kagi3"
  l.maps.VPNMAP["20"] = {peer = "192.0.2.10", set = "ESP-SET",
                         acl = "VPN2-TRAFFIC"}
  l.acls["VPN2-TRAFFIC"] = {"permit ip 10.1.0.0 0.0.0.255 " ..
                            "10.1.2.0 0.0.0.255"}
  table.insert(l.acls.NAT, 1, "deny ip 10.1.0.0 0.0.0.255 " ..
               "10.1.2.0 0.0.0.255")
  net.ends.peer2, net.paths.peer2 = p, {}
end

-- The VPN in IKEv2 instead of IKEv1, at one end.
local function to_v2(t)
  local peer, key = next(t.isakmp.keys)
  for address, k in pairs(t.isakmp.keys) do
    if address ~= "192.0.2.10" then
      peer, key = address, k
    end
  end
  t.isakmp.keys[peer] = nil
  if not next(t.isakmp.keys) then
    t.isakmp.policies = {}
  end
  t.ikev2 = {
    proposals = {["V2-PROP"] = {encryption = "aes-cbc-256",
                                integrity = "sha256", group = 14}},
    policies = {["V2-POL"] = {"V2-PROP"}},
    keyrings = {["V2-KEYS"] = {["to-peer"] = {address = peer, key = key}}},
    profiles = {["V2-PROF"] = {remote = peer, keyring = "V2-KEYS"}},
  }
  t.maps.VPNMAP["10"].profile = "V2-PROF"
end

-- The second VPN's network goes first: its old prefix is a new one.
network.other_names = {
  {"192.0.2.10", "\1"}, {"192.0.2.9", "\2"},
  {"VPNMAP", "outside_map"}, {"VPN-TRAFFIC", "110"},
  {"VPN2-TRAFFIC", "TO-DEPOT"}, {"ESP-SET", "strong_set"},
  {"V2-PROP", "p1"}, {"V2-POL", "pol1"}, {"V2-KEYS", "ring"},
  {"V2-PROF", "prof-hq"}, {"NAT", "NAT_OUT"},
  {"Router", "kyoto-gw1"}, {"Center", "osaka_core"}, {"Depot", "kobe.dc"},
  {"198.51.100.", "192.0.2."}, {"203.0.113.", "198.18.77."},
  {"10.1.0.0 0.0.255.255", "10.20.0.0 0.0.255.255"},
  {"10.1.0.", "10.20.30."}, {"10.1.1.", "10.20.31."},
  {"10.1.2.", "10.20.99."}, {"10.2.0.", "10.77.0."},
  {"\1", "203.0.113.130"}, {"\2", "203.0.113.129"},
}

-- Descriptions as people write them, in Shift_JIS.
local function describe(net)
  local t = net.ends["local"]
  local names = MODELS[t.model]
  t.interfaces[names.wan].description = "\x83\x43\x83\x93\x83\x5e\x81\x5b" ..
      "\x83\x6c\x83\x62\x83\x67\x89\xf1\x90\xfc"
  t.interfaces[names.lan].description = "\x8e\xd0\x93\xe0LAN"
end

-- Both states of the network: {sound = net, faulty = net}.
function network.build(scenario, knobs)
  local setup = scenario.setup
  local sound = base(setup)
  if setup.second or knobs["second-vpn"] then
    add_second(sound)
  end
  if setup.version == 2 then
    to_v2(sound.ends["local"])
    to_v2(sound.ends.peer)
  end
  if setup.ipsec_lifetime then
    for _, name in ipairs({"local", "peer"}) do
      sound.ends[name].ipsec_lifetime = setup.ipsec_lifetime
    end
  end
  return tree.states(sound, scenario, knobs, {
    names = network.other_names, describe = describe})
end

return network
