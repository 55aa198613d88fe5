-- What the router shows of itself, its interfaces, routes and log.

local cidr = include("cidr")
local dates = include("dates")
local config = include("config")
local log = include("log")
local site = include("site")

local show = {}

function show.clock(w)
  local t = w.clock(w.model.time)
  local d = dates.split(t)
  say("*%02d:%02d:%02d.%03d UTC %s %s %d %d", d.hour, d.min, d.sec,
      math.floor(t * 1000) % 1000, d.weekday:sub(1, 3), d.month_name, d.day,
      d.year)
end

local UNITS = {{604800, "week"}, {86400, "day"}, {3600, "hour"},
               {60, "minute"}}

local function uptime(seconds)
  local list = {}
  seconds = math.floor(seconds)
  for _, u in ipairs(UNITS) do
    local n = seconds // u[1]
    seconds = seconds - n * u[1]
    if n > 0 or (u[2] == "minute" and #list == 0) then
      list[#list + 1] = n .. " " .. u[2] .. (n == 1 and "" or "s")
    end
  end
  return table.concat(list, ", ")
end

local CRYPTO_NOTICE = {
  "This product contains cryptographic features and is subject to United",
  "States and local country laws governing import, export, transfer and",
  "use. Delivery of Cisco cryptographic products does not imply",
  "third-party authority to import, export, distribute or use encryption.",
  "Importers, exporters, distributors and users are responsible for",
  "compliance with U.S. and local country laws. By using this product you",
  "agree to comply with applicable laws and regulations. If you are unable",
  "to comply with U.S. and local laws, return this product immediately.",
}

local IMAGES = {
  ["1941"] = {
    first = "Cisco IOS Software, C1900 Software (C1900-%s), Version " ..
        "15.1(4)M8, RELEASE SOFTWARE (fc2)",
    image = "UNIVERSALK9-M", plain = "IPBASE-M", years = "1986-2014",
    built = "Compiled Fri 07-Mar-14 08:07 by prod_rel_team",
    rom = "ROM: System Bootstrap, Version 15.0(1r)M16, RELEASE SOFTWARE (fc1)",
    file = "flash0:c1900-universalk9-mz.SPA.151-4.M8.bin",
    hardware = "Cisco CISCO1941/K9 (revision 1.0) with 491520K/32768K bytes " ..
        "of memory.",
    board = "FGL1234500K", tail = {
      "2 Gigabit Ethernet interfaces", "1 terminal line",
      "1 Virtual Private Network (VPN) Module",
      "DRAM configuration is 64 bits wide with parity disabled.",
      "255K bytes of non-volatile configuration memory.",
      "255488K bytes of ATA System CompactFlash 0 (Read/Write)"},
  },
  ["2611"] = {
    first = "IOS (tm) C2600 Software (C2600-%s), Version 12.2(46a), " ..
        "RELEASE SOFTWARE (fc1)", old = true,
    image = "JK9S-M", plain = "I-M", des = "JK8S-M", years = "1986-2007",
    built = "Compiled Wed 11-Jul-07 23:04 by pwade",
    rom = "ROM: System Bootstrap, Version 11.3(2)XA4, RELEASE SOFTWARE (fc1)",
    file = "flash:c2600-jk9s-mz.122-46a.bin",
    hardware = "cisco 2611 (MPC860) processor (revision 0x203) with " ..
        "60416K/5120K bytes of memory.",
    board = "JAD05140ABC", tail = {
      "M860 processor: part number 0, mask 49", "Bridging software.",
      "2 Ethernet/IEEE 802.3 interface(s)",
      "32K bytes of non-volatile configuration memory.",
      "16384K bytes of processor board System flash (Read/Write)"},
  },
  ["1721"] = {
    first = "IOS (tm) C1700 Software (C1700-%s), Version 12.3(26), " ..
        "RELEASE SOFTWARE (fc2)", old = true,
    image = "K9O3SY7-M", plain = "SY-M", years = "1986-2008",
    built = "Compiled Mon 17-Mar-08 16:54 by dchih",
    rom = "ROM: System Bootstrap, Version 12.2(7r)XM1, RELEASE SOFTWARE (fc1)",
    file = "flash:c1700-k9o3sy7-mz.123-26.bin",
    hardware = "cisco 1721 (MPC860P) processor (revision 0x100) with " ..
        "57741K/7795K bytes of memory.",
    board = "FOC08120ABC", tail = {
      "MPC860P processor: part number 5, mask 2", "Bridging software.",
      "1 Ethernet/IEEE 802.3 interface(s)",
      "1 FastEthernet/IEEE 802.3 interface(s)",
      "1 Virtual Private Network (VPN) Module(s)",
      "32K bytes of non-volatile configuration memory.",
      "16384K bytes of processor board System flash (Read/Write)"},
  },
  ["7606"] = {
    first = "Cisco IOS Software, c7600s72033_rp Software " ..
        "(c7600s72033_rp-%s), Version 12.2(33)SRD4, RELEASE SOFTWARE (fc2)",
    image = "ADVENTERPRISEK9-M", plain = "IPSERVICES-M", years = "1986-2010",
    built = "Compiled Fri 05-Feb-10 12:05 by prod_rel_team",
    rom = "ROM: System Bootstrap, Version 12.2(17r)SX5, RELEASE SOFTWARE " ..
        "(fc1)",
    file = "disk0:c7600s72033-adventerprisek9-mz.122-33.SRD4.bin",
    hardware = "cisco CISCO7606-S (R7000) processor (revision 1.0) with " ..
        "983008K/65536K bytes of memory.",
    board = "FOX1210ABCD", tail = {
      "SR71000 CPU at 600MHz, Implementation 0x504, Rev 1.2, 512KB L2 Cache",
      "Last reset from s/w reset",
      "48 Gigabit Ethernet interfaces",
      "1917K bytes of non-volatile configuration memory."},
  },
  ["CSR1000V"] = {
    first = "Cisco IOS Software [Fuji], Virtual XE Software " ..
        "(X86_64_LINUX_IOSD-%s), Version 16.9.4, RELEASE SOFTWARE (fc2)",
    xe = "Cisco IOS XE Software, Version 16.09.04",
    image = "UNIVERSALK9-M", plain = "IPBASE-M", years = "1986-2019",
    built = "Compiled Thu 22-Aug-19 18:09 by mcpre",
    rom = "ROM: IOS-XE ROMMON",
    file = "bootflash:packages.conf",
    hardware = "cisco CSR1000V (VXE) processor (revision VXE) with " ..
        "2392579K/3075K bytes of memory.",
    board = "9ABCDEFGHIJ", tail = {
      "3 Gigabit Ethernet interfaces",
      "32768K bytes of non-volatile configuration memory.",
      "3984856K bytes of physical memory.",
      "7774207K bytes of virtual hard disk at bootflash:."},
  },
}

-- Has this system the commands of IPsec at all?
function show.has_crypto(t)
  return t.image ~= "plain"
end

function show.version(w)
  local t = w.trees["local"]
  local v = IMAGES[t.model]
  local image = v[t.image or ""] or v.image
  if v.old then
    say("Cisco Internetwork Operating System Software ")
  end
  if v.xe then
    say("%s", v.xe)
  end
  say(v.first, image)
  if not v.old then
    say("Technical Support: http://www.cisco.com/techsupport")
  end
  say("Copyright (c) %s by %sisco Systems, Inc.", v.years,
      v.old and "c" or "C")
  say("%s", v.built)
  say("")
  say("%s", v.rom)
  say("")
  say("%s uptime is %s", w.read["local"].hostname,
      uptime(w.model.time - w.boot))
  say("System returned to ROM by %s", w.power_on and "power-on" or
      "reload")
  say("System image file is \"%s\"", v.file)
  if not v.old then
    say("Last reload reason: %s", w.power_on and "power-on" or
        "Reload Command")
  end
  say("")
  if image ~= v.plain then
    say("")
    for _, line in ipairs(CRYPTO_NOTICE) do
      say("%s", line)
    end
    say("")
  end
  say("%s", v.hardware)
  say("Processor board ID %s", v.board)
  for _, line in ipairs(v.tail) do
    say("%s", line)
  end
  say("")
  say("Configuration register is 0x2102")
  say("")
end

-- Interfaces.

local function words_of(w, name)
  local up, why = site.state(w.read["local"], w.trees["local"], name)
  if up then
    return "up", "up"
  elseif why == "admin" then
    return "administratively down", "down"
  end
  return "down", "down"
end

local function length_of(net)
  return net:match("/(%d+)$")
end

function show.interface(w, name)
  local i = w.read["local"].interfaces[name]
  local state, protocol = words_of(w, name)
  local mac = string.format("0019.aa%02x.%04x", #name, (name:byte(-1) * 257))
  say("%s is %s, line protocol is %s ", name, state, protocol)
  say("  Hardware is %s, address is %s (bia %s)", name:match("^Gig") and
      "CN Gigabit Ethernet" or "AmdP2", mac, mac)
  if i.description then
    say("  Description: %s", i.description)
  end
  if i.address then
    say("  Internet address is %s/%s", i.address, length_of(i.net))
  end
  say("  MTU %d bytes, BW %d Kbit/sec, DLY 10 usec, ", i.mtu or 1500,
      name:match("^Gig") and 1000000 or 100000)
  say("     reliability 255/255, txload 1/255, rxload 1/255")
  say("  Encapsulation ARPA, loopback not set")
  say("  Keepalive set (10 sec)")
  say("  ARP type: ARPA, ARP Timeout 04:00:00")
  say("  Last input 00:00:00, output 00:00:01, output hang never")
  say("  Last clearing of \"show interface\" counters never")
  say("  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output " ..
      "drops: 0")
  say("  Queueing strategy: fifo")
  say("  Output queue: 0/40 (size/max)")
  say("  5 minute input rate 0 bits/sec, 0 packets/sec")
  say("  5 minute output rate 0 bits/sec, 0 packets/sec")
  say("     9672 packets input, 1288965 bytes, 0 no buffer")
  say("     Received 72 broadcasts (0 IP multicasts)")
  say("     0 runts, 0 giants, 0 throttles ")
  say("     %d input errors, %d CRC, 0 frame, 0 overrun, 0 ignored",
      i.errors or 0, i.errors or 0)
  say("     0 watchdog, 0 multicast, 0 pause input")
  say("     17357 packets output, 6835497 bytes, 0 underruns")
  say("     0 output errors, 0 collisions, 2 interface resets")
  say("     0 unknown protocol drops")
  say("     0 output buffer failures, 0 output buffers swapped out")
end

function show.interfaces(w)
  for _, name in ipairs(w.read["local"].order) do
    show.interface(w, name)
  end
end

function show.ip_brief(w)
  say("%-26s %-15s OK? Method %-21s Protocol", "Interface", "IP-Address",
      "Status")
  for _, name in ipairs(w.read["local"].order) do
    local i = w.read["local"].interfaces[name]
    local state, protocol = words_of(w, name)
    say("%-26s %-15s YES %-6s %-21s %-4s    ", name, i.address or
        "unassigned", i.address and "NVRAM" or "unset", state, protocol)
  end
end

function show.ip_interface(w, name)
  local i = w.read["local"].interfaces[name]
  local state, protocol = words_of(w, name)
  say("%s is %s, line protocol is %s", name, state, protocol)
  if not i.address then
    say("  Internet protocol processing disabled")
    return
  end
  say("  Internet address is %s/%s", i.address, length_of(i.net))
  say("  Broadcast address is 255.255.255.255")
  say("  Address determined by non-volatile memory")
  say("  MTU is %d bytes", i.ip_mtu or i.mtu or 1500)
  say("  Helper address is not set")
  say("  Directed broadcast forwarding is disabled")
  say("  Outgoing access list is %s", i.filters.out or "not set")
  say("  Inbound  access list is %s", i.filters["in"] or "not set")
  say("  Proxy ARP is enabled")
  say("  Local Proxy ARP is disabled")
  say("  Security level is default")
  say("  Split horizon is enabled")
  say("  ICMP redirects are always sent")
  say("  ICMP unreachables are always sent")
  say("  ICMP mask replies are never sent")
  say("  IP fast switching is enabled")
  say("  Router Discovery is disabled")
  say("  IP output packet accounting is disabled")
  say("  TCP/IP header compression is disabled")
  say("  Network address translation is %s%s", i.nat and "enabled" or
      "disabled", i.nat and ", interface in domain " .. i.nat or "")
  if i.mss then
    say("  TCP MSS adjustment %d", i.mss)
  end
  if i.map then
    say("  Crypto map is %s", i.map)
  end
end

function show.ip_interfaces(w)
  for _, name in ipairs(w.read["local"].order) do
    show.ip_interface(w, name)
  end
end

-- Routes.

local CODES = {
  "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP",
  "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area ",
  "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2",
  "       E1 - OSPF external type 1, E2 - OSPF external type 2",
  "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, " ..
      "L2 - IS-IS level-2",
  "       ia - IS-IS inter area, * - candidate default, " ..
      "U - per-user static route",
  "       o - ODR, P - periodic downloaded static route, + - replicated " ..
      "route",
}

-- The classful network of an address.
local function classful(n)
  local first = n >> 24
  local length = first < 128 and 8 or first < 192 and 16 or 24
  local mask = (0xffffffff << (32 - length)) & 0xffffffff
  return cidr.text(n & mask), length
end

local function route_line(route)
  if route.kind == "S" and route.via ~= route.interface then
    return string.format("[1/0] via %s", route.via)
  end
  return string.format("is directly connected, %s", route.interface)
end

local function expand(w)
  local list = {}
  for _, route in ipairs(w.model.ends["local"].routes) do
    list[#list + 1] = route
    if route.kind == "C" and not w.old then
      list[#list + 1] = {dest = route.address .. "/32", kind = "L",
                         interface = route.interface}
    end
  end
  return list
end

local function by_class(routes)
  local classes, order = {}, {}
  for _, route in ipairs(routes) do
    local n = cidr.parse(route.dest)
    if not route.dest:match("/0$") then
      local name, length = classful(n)
      name = name .. "/" .. length
      if not classes[name] then
        classes[name] = {routes = {}, masks = {}}
        order[#order + 1] = name
      end
      table.insert(classes[name].routes, route)
      classes[name].masks[length_of(route.dest)] = true
    end
  end
  table.sort(order, function(a, b) return cidr.parse(a) < cidr.parse(b) end)
  return classes, order
end

local function class_head(name, class)
  local masks = 0
  for _ in pairs(class.masks) do
    masks = masks + 1
  end
  if masks > 1 then
    say("      %s is variably subnetted, %d subnets, %d masks", name,
        #class.routes, masks)
  elseif length_of(class.routes[1].dest) ~= length_of(name) then
    say("      %s/%s is subnetted, %d subnets", name:match("^[^/]+"),
        length_of(class.routes[1].dest), #class.routes)
  end
end

function show.ip_route(w)
  local routes = expand(w)
  local default
  for _, route in ipairs(routes) do
    default = route.dest == "0.0.0.0/0" and route or default
  end
  for _, line in ipairs(CODES) do
    say("%s", line)
  end
  say("")
  if default then
    say("Gateway of last resort is %s to network 0.0.0.0",
        default.via == default.interface and "0.0.0.0" or default.via)
  else
    say("Gateway of last resort is not set")
  end
  say("")
  if default and not w.old then
    say("S*    0.0.0.0/0 %s", route_line(default))
  end
  local classes, order = by_class(routes)
  for _, name in ipairs(order) do
    class_head(name, classes[name])
    table.sort(classes[name].routes, function(a, b)
      local x, y = cidr.parse(a.dest), cidr.parse(b.dest)
      return x == y and #a.dest < #b.dest or x < y
    end)
    for _, route in ipairs(classes[name].routes) do
      say("%s        %s %s", route.kind, route.dest, route_line(route))
    end
  end
  if default and w.old then
    say("S*   0.0.0.0/0 %s", route_line(default))
  end
end

function show.route_to(w, dest)
  local route = cidr.longest(w.model.ends["local"].routes, dest)
  if not cidr.number(dest) then
    say("%% Invalid input detected at '^' marker.")
    return
  end
  if not route or route.dest == "0.0.0.0/0" then
    say("%% %s not in table", route and "Subnet" or "Network")
    return
  end
  say("Routing entry for %s", route.dest)
  if route.kind == "C" then
    say("  Known via \"connected\", distance 0, metric 0 (connected, via " ..
        "interface)")
  else
    say("  Known via \"static\", distance 1, metric 0")
  end
  say("  Routing Descriptor Blocks:")
  if route.kind == "C" or route.via == route.interface then
    say("  * directly connected, via %s", route.interface)
  else
    say("  * %s", route.via)
  end
  say("      Route metric is 0, traffic share count is 1")
end

-- Lists.

local function hits_of(w, list, rule)
  local n = w.hits[list .. " " .. rule.text] or 0
  return n > 0 and string.format(" (%d match%s)", n, n == 1 and "" or "es") or
      ""
end

function show.lists(w, only)
  for name, rules in pairs(w.read["local"].acls) do
    if not only or only == name then
      say("Extended IP access list %s", name)
      for _, rule in ipairs(rules) do
        say("    %d %s%s", rule.seq, rule.text, hits_of(w, name, rule))
      end
    end
  end
end

function show.nat(w)
  if #w.translations > 0 then
    say("Pro Inside global      Inside local       Outside local      " ..
        "Outside global")
  end
  for _, t in ipairs(w.translations) do
    say("icmp %-17s %-18s %-18s %s", t.global, t.inside, t.outside,
        t.outside)
  end
end

-- The log.

function show.logging(w)
  local r = w.read["local"]
  local l, b = r.logging, r.logging.buffered
  say("Syslog logging: %s (0 messages dropped, %s0 flushes, 0 overruns%s)",
      l.off and "disabled" or "enabled",
      w.old and "" or "3 messages rate-limited, ",
      w.old and "" or ", xml disabled, filtering disabled")
  if not w.old then
    say("")
    say("No Active Message Discriminator.")
    say("")
    say("")
    say("No Inactive Message Discriminator.")
    say("")
    say("")
  end
  say("    Console logging: %s", l.console and "level " .. l.console .. ", " ..
      w.log.counted .. " messages logged" .. (w.old and "" or
      ", xml disabled,\n                     filtering disabled") or
      "disabled")
  say("    Monitor logging: level %s, 0 messages logged%s", l.monitor,
      w.old and "" or ", xml disabled,\n                     filtering " ..
      "disabled")
  if b then
    say("    Buffer logging:  level %s, %d messages logged%s", b.level,
        w.log.counted, w.old and "" or
        ", xml disabled,\n                    filtering disabled")
  else
    say("    Buffer logging:  disabled%s", w.old and "" or ", xml disabled," ..
        "\n                    filtering disabled")
  end
  if not w.old then
    say("    Exception Logging: size (4096 bytes)")
    say("    Count and timestamp logging messages: disabled")
    say("    Persistent logging: disabled")
    say("")
    say("No active filter modules.")
    say("")
  end
  say("    Trap logging: level informational, %d message lines logged",
      w.log.counted + 3)
  if not w.old then
    say("        Logging Source-Interface:       VRF Name:")
  end
  if b then
    say("")
    say("Log Buffer (%d bytes):", b.size)
    for i, line in ipairs(w.log.lines) do
      if i == 1 and w.log.counted > #w.log.lines then
        line = line:sub(12)
      end
      say("%s", line)
    end
  end
end

-- Configurations.

local function body(nodes, startup)
  local text = table.concat(config.text_lines(nodes), "\n")
  if startup then
    say("Using %d out of 262136 bytes", #text)
  else
    say("Building configuration...")
    say("")
    say("Current configuration : %d bytes", #text)
  end
  say("!")
  out(text .. "\n")
  say("")
end

function show.running(w)
  body(w.cfg["local"], false)
end

function show.startup(w)
  body(w.startup, true)
end

function show.part_of_config(nodes, name)
  local lines = config:section(nodes, name)
  say("Building configuration...")
  say("")
  say("Current configuration : %d bytes", #table.concat(lines, "\n"))
  say("!")
  for _, line in ipairs(lines) do
    say("%s", line)
  end
  say("end")
  say("")
end

show.uptime = log.uptime

return show
