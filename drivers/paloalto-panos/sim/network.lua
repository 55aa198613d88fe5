-- The network a scenario starts from: a firewall (local), the one at the
-- other end (peer), the path between them, and on request a second VPN.

local tree = include("tree")

local network = {}

local function firewall(o)
  return {
    hostname = o.hostname, model = "PA-440", version = "10.2.9-h1",
    serial = o.serial, ha = o.ha, retry = "doubling",
    line = {link = true, address = o.address,
            names = {["vpn.osaka.example"] = "203.0.113.20"}},
    manner = {}, host = o.host,
    debug = {},
    ike_profiles = {["ike-aes256"] = {encryption = "aes-256-cbc",
                                      hash = "sha256", group = "group14",
                                      hours = "8"}},
    ipsec_profiles = {["esp-aes256"] = {encryption = "aes-256-cbc",
                                        hash = "sha256", group = "group14",
                                        hours = "1"}},
    gateways = {[o.gateway] = {
      version = "ikev2", peer = o.peer, interface = "ethernet1/1",
      key = "kagi-Tunnel-7", profile = "ike-aes256",
      dpd = {enable = "yes", interval = "5"},
    }},
    tunnels = {[o.tunnel] = {gateway = o.gateway, interface = "tunnel.1",
                             profile = "esp-aes256", ["local"] = o.lan,
                             remote = o.far_lan}},
    interfaces = {
      ["ethernet1/1"] = {ip = o.address .. "/24", zone = "untrust"},
      ["ethernet1/2"] = {ip = o.lan_address, zone = "trust"},
      ["tunnel.1"] = {zone = "vpn"},
    },
    routes = {
      default = {dest = "0.0.0.0/0", interface = "ethernet1/1",
                 nexthop = o.nexthop},
      ["to-far"] = {dest = o.far_lan, interface = "tunnel.1"},
    },
  }
end

local function base()
  return {
    ends = {
      ["local"] = firewall{
        hostname = "fw-branch", serial = "021201099001", ha = "active",
        address = "198.51.100.10", nexthop = "198.51.100.1",
        peer = "203.0.113.20", gateway = "hq-osaka",
        tunnel = "branch-to-osaka", lan = "192.168.1.0/24",
        lan_address = "192.168.1.1/24", far_lan = "192.168.2.0/24",
        host = "192.168.1.10",
      },
      peer = firewall{
        hostname = "fw-osaka", serial = "021201099002",
        address = "203.0.113.20", nexthop = "203.0.113.1",
        peer = "198.51.100.10", gateway = "gw-branch",
        tunnel = "osaka-to-branch", lan = "192.168.2.0/24",
        lan_address = "192.168.2.1/24", far_lan = "192.168.1.0/24",
        host = "192.168.2.10",
      },
    },
    paths = {peer = {}},
  }
end

-- A second VPN of the local firewall, to a firewall of its own. like: its
-- names begin as those of the first, as the log shows them.
local function add_second(net, like)
  local l = net.ends["local"]
  local gateway = like and "hq-osaka-dc" or "depot-kobe"
  local tunnel = like and "branch-to-osaka-dc" or "branch-to-kobe"
  l.gateways[gateway] = tree.copy(l.gateways["hq-osaka"])
  l.gateways[gateway].peer = "192.0.2.30"
  l.gateways[gateway].key = "kagi-Second-3"
  l.tunnels[tunnel] = tree.copy(l.tunnels["branch-to-osaka"])
  tree.merge(l.tunnels[tunnel], {gateway = gateway, interface = "tunnel.2",
                                 remote = "192.168.3.0/24"})
  l.interfaces["tunnel.2"] = {zone = "vpn"}
  l.routes["to-second"] = {dest = "192.168.3.0/24", interface = "tunnel.2"}
  local p = firewall{
    hostname = "fw-kobe", serial = "021201099003", address = "192.0.2.30",
    nexthop = "192.0.2.1", peer = "198.51.100.10", gateway = "gw-branch",
    tunnel = "kobe-to-branch", lan = "192.168.3.0/24",
    lan_address = "192.168.3.1/24", far_lan = "192.168.1.0/24",
    host = "192.168.3.10",
  }
  p.gateways["gw-branch"].key = "kagi-Second-3"
  net.ends.peer2 = p
  net.paths.peer2 = {}
end

local function set_version(net, setup)
  for _, g in ipairs({net.ends["local"].gateways["hq-osaka"],
                      net.ends.peer.gateways["gw-branch"]}) do
    if setup.version == 1 then
      g.version, g.mode = "ikev1", setup.mode or "main"
    end
    g.natt = setup.natt and "yes" or nil
  end
end

-- The second peer's address first: it is what others turn into.
network.other_names = {
  {"192.0.2.30", "198.18.77.30"},
  {"branch-to-osaka", "kyoto-hq-tun"}, {"branch-to-kobe", "kyoto-depot"},
  {"osaka-to-branch", "hq-kyoto-tun"}, {"hq-osaka", "gw-center"},
  {"depot-kobe", "gw-aux2"}, {"gw-branch", "shop07"},
  {"fw-branch", "PA-KYOTO"}, {"fw-osaka", "PA-CENTER"},
  {"ike-aes256", "p1.strong"}, {"esp-aes256", "P2_set"},
  {"tunnel.1", "tunnel.11"}, {"tunnel.2", "tunnel.12"},
  {"ethernet1/1", "ethernet1/7"}, {"ethernet1/2", "ethernet1/8"},
  {"198.51.100.", "192.0.2."}, {"203.0.113.", "198.18.5."},
  {"vpn.osaka.example", "gw.center.example"},
  {"192.168.1.", "10.20.30."}, {"192.168.2.", "172.16.31."},
  {"192.168.3.", "172.16.99."},
}

-- Both states of the network: {sound = net, faulty = net}.
function network.build(scenario, knobs)
  local setup = scenario.setup
  local sound = base()
  if setup.second or knobs["second-vpn"] then
    add_second(sound, setup.second == "alike")
  end
  set_version(sound, setup)
  return tree.states(sound, scenario, knobs, {names = network.other_names})
end

return network
