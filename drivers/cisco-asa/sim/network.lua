-- The network a scenario starts from: a firewall at a branch (local), the one
-- at the other end (peer), the path between them, and on request a second
-- VPN. Each is a tree that write.lua writes out as a configuration.

local tree = include("tree")

local network = {}

-- What the generations call their hardware, and what they default to.
network.dialects = {
  ["9"] = {model = "ASA5515", outside = "GigabitEthernet0/0",
           inside = "GigabitEthernet0/1", encr = "aes-256"},
  ["8.2"] = {model = "ASA5510", outside = "Ethernet0/0",
             inside = "Ethernet0/1", encr = "aes-256"},
  pix6 = {model = "PIX-515E", outside = "ethernet0", inside = "ethernet1",
          encr = "3des", hash = "md5"},
}

local MASK = "255.255.255.0"

-- o: {hostname, dialect, address, gateway, peer, lan, lan_address, far_lan,
-- host}
local function firewall(o)
  local d = network.dialects[o.dialect]
  local pix = o.dialect == "pix6"
  return {
    hostname = o.hostname, dialect = o.dialect, boot = -1435000,
    manner = {}, line = {link = true, address = o.address}, host = o.host,
    policies = {["10"] = {encr = d.encr, hash = d.hash or "sha",
                          group = 2, lifetime = 86400}},
    keys = {[o.peer] = "Tunnel-Kagi7"}, enabled = true,
    sets = {["ESP-SET"] = pix and "esp-3des esp-md5-hmac" or
                "esp-aes-256 esp-sha-hmac"},
    maps = {outside_map = {["10"] = {peer = o.peer, set = "ESP-SET",
                                     acl = "VPN-TRAFFIC"}}},
    map_interface = {outside_map = "outside"},
    acls = {["VPN-TRAFFIC"] = {"permit ip " .. o.lan .. " " .. MASK .. " " ..
                               o.far_lan .. " " .. MASK}},
    exempt = {peer = o.lan .. " " .. o.far_lan}, dynamic_nat = true,
    routes = {["outside 0.0.0.0 0.0.0.0"] = o.gateway},
    interfaces = {
      outside = {hw = d.outside, level = 0,
                 address = o.address .. " 255.255.255.252"},
      inside = {hw = d.inside, level = 100,
                address = o.lan_address .. " " .. MASK},
    },
    groups_in = {}, clients = {}, license = {des = true, strong = true},
    logging = {buffered = "debugging", on = true, debug_trace = not pix},
    sysopt = true, management = true, mss = 1380, extra = {},
  }
end

local function base(setup)
  local dialect = setup.dialect or "9"
  return {
    ends = {
      ["local"] = firewall{
        hostname = "asa-branch", dialect = dialect, address = "198.51.100.2",
        gateway = "198.51.100.1", peer = "203.0.113.6", lan = "10.1.0.0",
        lan_address = "10.1.0.1", far_lan = "10.1.1.0", host = "10.1.0.10",
      },
      peer = firewall{
        hostname = "asa-center", dialect = dialect, address = "203.0.113.6",
        gateway = "203.0.113.5", peer = "198.51.100.2", lan = "10.1.1.0",
        lan_address = "10.1.1.1", far_lan = "10.1.0.0", host = "10.1.1.10",
      },
    },
    paths = {peer = {}},
  }
end

-- A second VPN of the local firewall, to one of its own.
local function add_second(net)
  local l = net.ends["local"]
  local p = firewall{
    hostname = "asa-depot", dialect = l.dialect, address = "192.0.2.10",
    gateway = "192.0.2.9", peer = "198.51.100.2", lan = "10.1.2.0",
    lan_address = "10.1.2.1", far_lan = "10.1.0.0", host = "10.1.2.10",
  }
  p.keys["198.51.100.2"] = "Second-Kagi3"
  l.keys["192.0.2.10"] = "Second-Kagi3"
  l.maps.outside_map["20"] = {peer = "192.0.2.10", set = "ESP-SET",
                              acl = "VPN2-TRAFFIC"}
  l.acls["VPN2-TRAFFIC"] = {"permit ip 10.1.0.0 " .. MASK .. " 10.1.2.0 " ..
                            MASK}
  l.exempt.peer2 = "10.1.0.0 10.1.2.0"
  net.ends.peer2, net.paths.peer2 = p, {}
end

-- The second VPN's network goes first: its old prefix is a new one.
network.other_names = {
  {"192.0.2.10", "\1"}, {"192.0.2.9", "\2"},
  {"outside_map", "vpn"}, {"VPN-TRAFFIC", "110"},
  {"VPN2-TRAFFIC", "TO_DEPOT"}, {"ESP-SET", "strong_set"},
  {"NONAT", "no-nat-list"}, {"LAN-", "net_"},
  {"asa-branch", "kyoto-fw1"}, {"asa-center", "osaka_core"},
  {"asa-depot", "kobe-fw"},
  {"198.51.100.", "192.0.2."}, {"203.0.113.", "198.18.77."},
  {"10.1.0.0 255.255.0.0", "10.20.0.0 255.255.0.0"},
  {"10.1.0.", "10.20.30."}, {"10.1.1.", "10.20.31."},
  {"10.1.2.", "10.20.99."},
  {"\1", "203.0.113.130"}, {"\2", "203.0.113.129"},
}

local function describe(net)
  net.ends["local"].interfaces.outside.description =
      "\x83\x43\x83\x93\x83\x5e\x81\x5b\x83\x6c\x83\x62\x83\x67"
end

-- Both states of the network: {sound = net, faulty = net}.
function network.build(scenario, knobs)
  local setup = scenario.setup
  local sound = base(setup)
  if setup.second or knobs["second-vpn"] then
    add_second(sound)
  end
  for _, t in pairs(sound.ends) do
    t.ipsec_lifetime = setup.ipsec_lifetime
    t.version = setup.version
  end
  return tree.states(sound, scenario, knobs, {
    names = network.other_names, describe = describe})
end

return network
