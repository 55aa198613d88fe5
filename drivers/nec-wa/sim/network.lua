-- The network a scenario starts from: a branch with a mobile line (local),
-- the router at the other end (peer), and on request a second VPN.

local tree = include("tree")

local network = {}

local function router(o)
  return {
    hostname = o.hostname, model = o.model or "WA1510", version = "8.5.10",
    line = {sim = true, signal = true, address = o.address,
            names = {["hq.example.jp"] = "198.51.100.200"}},
    manner = {}, host = o.host,
    ike_proposals = {["ike-prop"] = {encryption = "aes256-cbc",
                                     hash = "sha2-256", group = "768-bit",
                                     lifetime = 3600}},
    ike_policies = {["ike-pol"] = {mode = "main", proposal = "ike-prop",
                                   key = "kagi-Tunnel-7"}},
    ipsec_proposals = {["ipsec-prop"] = {encryption = "aes256-cbc",
                                         hash = "hmac-sha2-256",
                                         lifetime = 28800}},
    ipsec_policies = {["ipsec-pol"] = {proposal = "ipsec-prop",
                                       local_id = o.lan,
                                       remote_id = o.far_lan}},
    profiles = {["vpn-prof"] = {ike_policy = "ike-pol",
                                ipsec_policy = "ipsec-pol",
                                source = "MobileEthernet0.0", peer = o.peer}},
    routes = {default = "MobileEthernet0.0", [o.far_lan] = "IPsec0"},
    interfaces = {
      ["GigaEthernet0.0"] = {address = o.lan_address},
      ["IPsec0"] = {map = "vpn-prof"},
      ["MobileEthernet0.0"] = {mobile = "apn.example", address = "dhcp"},
    },
  }
end

local function base()
  return {
    ends = {
      ["local"] = router{
        hostname = "WA-Branch", address = "198.51.100.100",
        peer = "198.51.100.200", lan = "192.168.1.0/24",
        lan_address = "192.168.1.254/24", far_lan = "192.168.2.0/24",
        host = "192.168.1.10",
      },
      peer = router{
        hostname = "WA-Center", address = "198.51.100.200",
        peer = "198.51.100.100", lan = "192.168.2.0/24",
        lan_address = "192.168.2.254/24", far_lan = "192.168.1.0/24",
        host = "192.168.2.10",
      },
    },
    paths = {peer = {}},
  }
end

-- Who takes calls from any address; the other one names itself.
local function aggressive(caller, called, policy, profile, id)
  caller.ike_policies[policy].mode = "aggressive"
  called.ike_policies[policy].mode = "aggressive"
  caller.ike_policies[policy].local_id = "key-id " .. id
  called.ike_policies[policy].remote_id = "key-id " .. id
  called.profiles[profile].peer = "any"
end

-- A second VPN of the local router, to a router of its own; it always calls.
local function add_second(net)
  local l = net.ends["local"]
  l.ike_policies["ike-pol2"] = {mode = "main", proposal = "ike-prop2",
                                key = "kagi-Second-3", natt = true}
  l.ike_proposals["ike-prop2"] = {encryption = "aes256-cbc",
                                  hash = "sha2-256", group = "2048-bit",
                                  lifetime = 3600}
  l.ipsec_proposals["ipsec-prop2"] = {encryption = "aes256-cbc",
                                      hash = "hmac-sha2-256",
                                      lifetime = 28800}
  l.ipsec_policies["ipsec-pol2"] = {proposal = "ipsec-prop2",
                                    local_id = "192.168.1.0/24",
                                    remote_id = "192.168.3.0/24"}
  l.profiles["vpn-prof2"] = {ike_policy = "ike-pol2",
                             ipsec_policy = "ipsec-pol2",
                             source = "MobileEthernet0.0",
                             peer = "192.0.2.20"}
  l.routes["192.168.3.0/24"] = "IPsec1"
  l.interfaces.IPsec1 = {map = "vpn-prof2"}
  local p = router{
    hostname = "WA-Depot", address = "192.0.2.20", peer = "any",
    lan = "192.168.3.0/24", lan_address = "192.168.3.254/24",
    far_lan = "192.168.1.0/24", host = "192.168.3.10",
  }
  p.ike_policies["ike-pol2"] = tree.copy(l.ike_policies["ike-pol2"])
  p.ike_proposals["ike-prop2"] = tree.copy(l.ike_proposals["ike-prop2"])
  p.profiles["vpn-prof"].ike_policy = "ike-pol2"
  p.profiles["vpn-prof2"] = p.profiles["vpn-prof"]
  p.profiles["vpn-prof"] = nil
  p.interfaces.IPsec0.map = "vpn-prof2"
  p.ike_policies["ike-pol"] = nil
  net.ends.peer2 = p
  net.paths.peer2 = {}
  aggressive(l, p, "ike-pol2", "vpn-prof2", "depot-09")
end

local function set_mode(net, setup)
  local l, p = net.ends["local"], net.ends.peer
  if setup.mode ~= "main" then
    if setup.role == "responder" then
      aggressive(p, l, "ike-pol", "vpn-prof", "branch-01")
    else
      aggressive(l, p, "ike-pol", "vpn-prof", "branch-01")
    end
  end
  l.ike_policies["ike-pol"].natt = setup.natt
  p.ike_policies["ike-pol"].natt = setup.natt
end

network.other_names = {
  {"ike-prop", "p1.strong"}, {"ipsec-prop", "P2_set"}, {"ike-pol", "HQ-IKE"},
  {"ipsec-pol", "hq_sel"}, {"vpn-prof", "to-HQ"}, {"IPsec0", "IPsec4"},
  {"IPsec1", "IPsec7"}, {"WA-Branch", "kyoto-wa1"},
  {"WA-Center", "osaka_wa"}, {"WA-Depot", "kobe-wa"},
  {"branch-01", "shop07"}, {"depot-09", "shop08"},
  {"198.51.100.", "203.0.113."}, {"192.0.2.", "198.18.77."},
  {"192.168.1.", "10.20.30."}, {"192.168.2.", "172.16.31."},
  {"192.168.3.", "172.16.99."}, {"apn.example", "iot.carrier.example"},
  {"hq.example.jp", "gw.corp.example"},
}

-- Descriptions as people write them, in Shift_JIS.
local function describe(net)
  local ifs = net.ends["local"].interfaces
  for name, text in pairs({["GigaEthernet0.0"] = "\x8e\xd0\x93\xe0LAN",
                           IPsec0 = "\x96\x7b\x8e\xd0\x95\x5c"}) do
    if ifs[name] then
      ifs[name].description = text
    end
  end
end

-- Both states of the network: {sound = net, faulty = net}.
function network.build(scenario, knobs)
  local setup = scenario.setup
  local sound = base()
  if setup.second or knobs["second-vpn"] then
    add_second(sound)
  end
  set_mode(sound, setup)
  return tree.states(sound, scenario, knobs, {
    names = network.other_names, describe = describe})
end

return network
