-- The network a scenario starts from: a branch router (local), the router at
-- the other end (peer), the path between them, and on request a second VPN.
-- Each router is a tree that config.lua writes out as a configuration.

local tree = include("tree")

local network = {}

-- One router with its WAN on PPPoE and one VPN.
local function router(o)
  return {
    hostname = o.hostname, model = o.model or "IX2215",
    version = "10.7.18", boot = -595000,
    line = {link = true, pppoe = "up", address = o.address},
    manner = {}, host = o.host,
    logging = {buffered = 131072, timestamp = "datetime",
               levels = {all = "warn"}},
    ike_proposals = {["ike-prop"] = {encryption = "aes-256", hash = "sha"}},
    policies = {["ike-policy"] = {
      peer = o.peer, key = "tunnel-Kagi-7", mode = "main",
      proposal = "ike-prop", version = 1,
    }},
    ipsec_proposals = {["auto-prop"] = {encryption = "esp-aes-256",
                                        hash = "esp-sha"}},
    maps = {["ipsec-policy"] = {
      acl = "sec-list", peer = o.peer, proposal = "auto-prop",
      local_id = o.lan, remote_id = o.far_lan,
    }},
    acls = {["sec-list"] = {"permit ip src any dest any"}},
    ppp = {internet = {name = o.ppp, password = "line-Pass-9"}},
    routes = {default = "GigaEthernet0.1", [o.far_lan] = "Tunnel0.0"},
    interfaces = {
      ["GigaEthernet0.0"] = {shutdown = true},
      ["GigaEthernet0.1"] = {
        ppp = "internet", address = "ipcp", mss = true, mtu = 1454,
        napt = {"udp 500", "udp 4500", "50"},
      },
      ["GigaEthernet1.0"] = {address = o.lan_address},
      ["Loopback0.0"] = {}, ["Null0.0"] = {},
      ["Tunnel0.0"] = {tunnel = "ipsec", unnumbered = "GigaEthernet1.0",
                       map = "ipsec-policy", mss = true},
    },
    anti_replay = true, extra = {},
  }
end

local function base()
  return {
    ends = {
      ["local"] = router{
        hostname = "Router", address = "198.51.100.100",
        peer = "198.51.100.200", lan = "192.168.0.0/24",
        lan_address = "192.168.0.254/24", far_lan = "192.168.1.0/24",
        host = "192.168.0.100", ppp = "branch@isp.example",
      },
      peer = router{
        hostname = "Center", address = "198.51.100.200",
        peer = "198.51.100.100", lan = "192.168.1.0/24",
        lan_address = "192.168.1.254/24", far_lan = "192.168.0.0/24",
        host = "192.168.1.100", ppp = "center@isp.example",
      },
    },
    paths = {peer = {}},
  }
end

-- A second VPN of the local router, to a router of its own.
local function add_second(net)
  local l = net.ends["local"]
  l.ike_proposals["ike-prop2"] = {encryption = "aes-256", hash = "sha2-256",
                                  group = "2048-bit"}
  l.policies["ike-policy2"] = {
    peer = "192.0.2.20", key = "second-Kagi-3", mode = "main",
    proposal = "ike-prop2", version = 1,
  }
  l.ipsec_proposals["auto-prop2"] = {encryption = "esp-aes-256",
                                     hash = "esp-sha2-256"}
  l.maps["ipsec-policy2"] = {
    acl = "sec-list2", peer = "192.0.2.20", proposal = "auto-prop2",
    local_id = "192.168.0.0/24", remote_id = "192.168.2.0/24",
  }
  l.acls["sec-list2"] = {"permit ip src any dest any"}
  l.routes["192.168.2.0/24"] = "Tunnel1.0"
  l.interfaces["Tunnel1.0"] = {
    tunnel = "ipsec", unnumbered = "GigaEthernet1.0",
    map = "ipsec-policy2", mss = true,
  }
  local p = router{
    hostname = "Depot", address = "192.0.2.20", peer = "198.51.100.100",
    lan = "192.168.2.0/24", lan_address = "192.168.2.254/24",
    far_lan = "192.168.0.0/24", host = "192.168.2.100",
    ppp = "depot@isp.example",
  }
  p.ike_proposals["ike-prop"] = tree.copy(l.ike_proposals["ike-prop2"])
  p.ipsec_proposals["auto-prop"] = tree.copy(l.ipsec_proposals["auto-prop2"])
  p.policies["ike-policy"].key = "second-Kagi-3"
  net.ends.peer2 = p
  net.paths.peer2 = {}
end

local function each_policy(net, change)
  for _, name in ipairs({"local", "peer"}) do
    change(net.ends[name].policies["ike-policy"], name)
  end
end

-- The exchange mode; in aggressive mode the one that starts has an id.
local function set_mode(net, setup)
  local starter = setup.role == "responder" and "peer" or "local"
  each_policy(net, function(p, name)
    p.mode = setup.mode or p.mode
    if p.mode == "aggressive" and name == starter then
      p.local_id = "keyid kyoten"
    elseif p.mode == "aggressive" then
      p.remote_id = "keyid kyoten"
    end
    p.version = setup.version or p.version
    p.natt = setup.natt or p.natt
  end)
  -- An end that takes calls from anywhere never starts one itself.
  local answering = setup.any and net.ends[setup.any]
  if answering then
    answering.policies["ike-policy"].peer = "any"
    answering.maps["ipsec-policy"].peer = "any"
  end
end

local function set_lifetime(net, seconds)
  for _, name in ipairs({"local", "peer"}) do
    net.ends[name].ipsec_proposals["auto-prop"].lifetime = seconds
  end
end

network.other_names = {
  {"ike-policy", "HQ-IKE"}, {"ipsec-policy", "vpn_hq"},
  {"ike-prop", "p1strong"}, {"auto-prop", "P2.set"},
  {"sec-list", "crypto_acl"}, {"Tunnel0.0", "Tunnel5.0"},
  {"Tunnel1.0", "Tunnel6.0"}, {"GigaEthernet1.0", "GigaEthernet2.0"},
  {"GigaEthernet0.1", "GigaEthernet0.7"}, {"Router", "kyoto-gw1"},
  {"Center", "osaka_core"}, {"198.51.100.", "203.0.113."},
  {"192.0.2.", "198.18.77."}, {"192.168.0.", "10.20.30."},
  {"192.168.1.", "172.16.31."}, {"192.168.2.", "172.16.99."},
  {"kyoten", "shop07"}, {"internet", "flets"},
}

-- Descriptions as people write them, in Shift_JIS.
local function describe(net)
  local ifs = net.ends["local"].interfaces
  local wan = ifs["GigaEthernet0.1"] or ifs["GigaEthernet0.0"]
  wan.description = "\x83\x43\x83\x93\x83\x5e\x81\x5b" ..
      "\x83\x6c\x83\x62\x83\x67\x89\xf1\x90\xfc"
  ifs["GigaEthernet1.0"].description = "\x8e\xd0\x93\xe0LAN"
  ifs["Tunnel0.0"].description = "\x96\x7b\x8e\xd0\x82\xd6\x82\xccVPN " ..
      "\x81\x69\x95\x5c\x8e\xa6\x81\x6a"
end

-- Both states of the network: {sound = net, faulty = net}. A net is {ends,
-- paths}.
function network.build(scenario, knobs)
  local setup = scenario.setup
  local sound = base()
  if setup.second or knobs["second-vpn"] then
    add_second(sound)
  end
  set_mode(sound, setup)
  if setup.ipsec_lifetime then
    set_lifetime(sound, setup.ipsec_lifetime)
  end
  return tree.states(sound, scenario, knobs, {
    names = network.other_names, describe = describe})
end

return network
