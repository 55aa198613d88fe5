-- What the firewall shows of itself, its interfaces, routes and log.

local cidr = include("cidr")
local config = include("config")
local dates = include("dates")
local site = include("site")

local show = {}

function show.clock(w)
  local t = w.clock(w.model.time)
  local d = dates.split(t)
  say("%02d:%02d:%02d.%03d UTC %s %s %d %d", d.hour, d.min, d.sec,
      math.floor(t * 1000) % 1000, d.weekday:sub(1, 3), d.month_name, d.day,
      d.year)
end

local UNITS = {{86400, "day"}, {3600, "hour"}, {60, "min"}}

local function uptime(seconds)
  local list = {}
  seconds = math.floor(seconds)
  for _, u in ipairs(UNITS) do
    local n = seconds // u[1]
    seconds = seconds - n * u[1]
    if n > 0 then
      list[#list + 1] = n .. " " .. u[2] .. (n == 1 and "" or "s")
    end
  end
  if #list < 2 then
    list[#list + 1] = seconds .. " secs"
  end
  return table.concat(list, " ", 1, 2)
end

local ENABLED = {[true] = "Enabled", [false] = "Disabled"}

local function version_pix(w, t)
  say("")
  say("Cisco PIX Firewall Version 6.3(5)")
  say("Cisco PIX Device Manager Version 3.0(4)")
  say("")
  say("Compiled on Thu 04-Aug-05 21:40 by morlee")
  say("")
  say("%s up %s", w.read["local"].hostname, uptime(w.model.time - w.boot))
  say("")
  say("Hardware:   PIX-515E, 64 MB RAM, CPU Pentium II 433 MHz")
  say("Flash E28F128J3 @ 0x300, 16MB")
  say("BIOS Flash AM29F400B @ 0xfffd8000, 32KB")
  say("")
  say("0: ethernet0: address is 0011.2094.1aeb, irq 10")
  say("1: ethernet1: address is 0011.2094.1aec, irq 11")
  say("Licensed Features:")
  say("Failover:                    Disabled")
  say("VPN-DES:                     %s", ENABLED[t.license.des])
  say("VPN-3DES-AES:                %s", ENABLED[t.license.strong])
  say("Maximum Physical Interfaces: 3")
  say("Maximum Interfaces:          5")
  say("Cut-through Proxy:           Enabled")
  say("Guards:                      Enabled")
  say("URL-filtering:               Enabled")
  say("Inside Hosts:                Unlimited")
  say("Throughput:                  Unlimited")
  say("IKE peers:                   Unlimited")
  say("")
  say("This PIX has a Restricted (R) license.")
  say("")
  say("Serial Number: 808301234 (0x302d9ab2)")
  say("Running Activation Key: 0x00000000 0x00000000 0x00000000 0x00000000 ")
  say("Configuration last modified by enable_15 at 09:12:33.154 UTC Mon Mar " ..
      "16 2026")
end

local HARDWARE = {
  ["9"] = {version = "9.1(7)", asdm = "7.5(2)", image = "asa917-smp-k8.bin",
           built = "Thu 14-Jan-16 08:19",
           hw = "ASA5515, 8192 MB RAM, CPU Clarkdale 3059 MHz, 1 CPU " ..
               "(4 cores)", base = "ASA 5515 Security Plus", port =
               "GigabitEthernet0/"},
  ["8.2"] = {version = "8.2(5)", asdm = "6.4(5)", image = "asa825-k8.bin",
             built = "Fri 20-May-11 16:00",
             hw = "ASA5510, 1024 MB RAM, CPU Pentium 4 Celeron 1600 MHz",
             base = "ASA 5510 Security Plus", port = "Ethernet0/"},
}

function show.version(w)
  local t = w.trees["local"]
  if w.pix then
    version_pix(w, t)
    return
  end
  local h = HARDWARE[w.dialect]
  say("")
  say("Cisco Adaptive Security Appliance Software Version %s ", h.version)
  say("Device Manager Version %s", h.asdm)
  say("")
  say("Compiled on %s by builders", h.built)
  say("System image file is \"disk0:/%s\"", h.image)
  say("Config file at boot was \"startup-config\"")
  say("")
  say("%s up %s", w.read["local"].hostname, uptime(w.model.time - w.boot))
  say("")
  say("Hardware:   %s", h.hw)
  say("Internal ATA Compact Flash, 8192MB")
  say("BIOS Flash MX25L6445E @ 0xffbb0000, 8192KB")
  say("")
  say("Encryption hardware device : Cisco ASA-55x0 on-board accelerator " ..
      "(revision 0x0)")
  say("                             Boot microcode   : CN1000-MC-BOOT-2.00 ")
  say("                             SSL/IKE microcode: " ..
      "CNLite-MC-SSLm-PLUS-2.03")
  say("                             IPSec microcode  : " ..
      "CNlite-MC-IPSECm-MAIN-2.06")
  say("")
  for n = 0, 3 do
    say(" %d: Ext: %s%d  : address is 0013.c480.82c%d, irq 9", n, h.port, n, n)
  end
  say("")
  say("Licensed features for this platform:")
  local tail = w.nine and "perpetual" or ""
  local function feature(name, value)
    say("%-33s : %-14s %s", name, value, tail)
  end
  feature("Maximum Physical Interfaces", "Unlimited")
  feature("Maximum VLANs", "100")
  feature("Inside Hosts", "Unlimited")
  feature("Failover", "Active/Active")
  feature(w.nine and "Encryption-DES" or "VPN-DES", ENABLED[t.license.des])
  feature(w.nine and "Encryption-3DES-AES" or "VPN-3DES-AES",
          ENABLED[t.license.strong])
  feature("Security Contexts", "2")
  feature("Other VPN Peers", "250")
  feature("Total VPN Peers", "250")
  say("")
  say("This platform has an %s license.", h.base)
  say("")
  say("Serial Number: FCH1234J5K6")
  say("Running Permanent Activation Key: 0x00000000 0x00000000 0x00000000 " ..
      "0x00000000 0x00000000 ")
  say("Configuration register is 0x1")
  say("Configuration last modified by enable_15 at 09:12:33.159 UTC Mon Mar " ..
      "16 2026")
end

-- Interfaces.

local function ordered(w)
  local list = {}
  for _, i in pairs(w.read["local"].interfaces) do
    list[#list + 1] = i
  end
  table.sort(list, function(a, b) return (a.hw or "") < (b.hw or "") end)
  return list
end

local function words_of(w, name)
  local up, why = site.state(w.read["local"], w.trees["local"], name)
  if up then
    return "up", "up"
  elseif why == "admin" then
    return "administratively down", "down"
  end
  return "down", "down"
end

function show.interface(w, i)
  local state, protocol = words_of(w, i.name)
  if w.pix then
    say("interface %s \"%s\" is %s, line protocol is %s", i.hw, i.name, state,
        protocol)
    say("  Hardware is i82559 ethernet, address is 0011.2094.1aeb")
    say("  IP address %s, subnet mask %s", i.address or "unassigned",
        i.mask or "unassigned")
    say("  MTU %d bytes, BW 100000 Kbit full duplex", i.mtu)
    say("\t9672 packets input, 1288965 bytes, 0 no buffer")
    say("\tReceived 72 broadcasts, 0 runts, 0 giants")
    say("\t0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort")
    say("\t17357 packets output, 6835497 bytes, 0 underruns")
    say("\t0 output errors, 0 collisions, 0 interface resets")
    return
  end
  say("Interface %s \"%s\", is %s, line protocol is %s", i.hw, i.name, state,
      protocol)
  say("  Hardware is i82574L rev00, BW 1000 Mbps, DLY 10 usec")
  say("\tAuto-Duplex(Full-duplex), Auto-Speed(1000 Mbps)")
  say("\tInput flow control is unsupported, output flow control is off")
  if i.description then
    say("\tDescription: %s", i.description)
  end
  say("\tMAC address 0013.c480.82c%d, MTU %d", i.name == "outside" and 0 or 1,
      i.mtu)
  say("\tIP address %s, subnet mask %s", i.address or "unassigned",
      i.mask or "unassigned")
  say("\t9672 packets input, 1288965 bytes, 0 no buffer")
  say("\tReceived 72 broadcasts, 0 runts, 0 giants")
  say("\t0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored, 0 abort")
  say("\t0 pause input, 0 resume input")
  say("\t0 L2 decode drops")
  say("\t17357 packets output, 6835497 bytes, 0 underruns")
  say("\t0 pause output, 0 resume output")
  say("\t0 output errors, 0 collisions, 2 interface resets")
  say("\t0 late collisions, 0 deferred")
  say("\tinput queue (blocks free curr/low): hardware (511/511)")
  say("\toutput queue (blocks free curr/low): hardware (511/511)")
  say("  Traffic Statistics for \"%s\":", i.name)
  say("\t9672 packets input, 1188965 bytes")
  say("\t17357 packets output, 6535497 bytes")
  say("\t2 packets dropped")
end

function show.interfaces(w)
  for _, i in ipairs(ordered(w)) do
    show.interface(w, i)
  end
end

function show.nameif(w)
  if w.pix then
    for _, i in ipairs(ordered(w)) do
      say("nameif %s %s security%d", i.hw, i.name, i.level)
    end
    return
  end
  say("%-24s %-24s %s", "Interface", "Name", "Security")
  for _, i in ipairs(ordered(w)) do
    say("%-24s %-24s %3d", i.hw, i.name, i.level)
  end
end

function show.ip_brief(w)
  say("%-26s %-15s OK? Method %-21s Protocol", "Interface", "IP-Address",
      "Status")
  for _, i in ipairs(ordered(w)) do
    local state, protocol = words_of(w, i.name)
    say("%-26s %-15s YES CONFIG %-21s %s", i.hw, i.address or "unassigned",
        state, protocol)
  end
end

-- Routes.

local function dotted(net)
  local n, mask = cidr.parse(net)
  return cidr.text(n) .. " " .. cidr.text(mask)
end

function show.route(w)
  local routes = w.model.ends["local"].routes
  if w.pix then
    for _, route in ipairs(routes) do
      local i = w.read["local"].interfaces[route.interface]
      say("\t%s %s %s 1 %s", route.interface, dotted(route.dest),
          route.via or i.address, route.kind == "C" and "CONNECT static" or
          "OTHER static")
    end
    return
  end
  local default
  for _, route in ipairs(routes) do
    default = route.dest == "0.0.0.0/0" and route or default
  end
  say("")
  say("Codes: L - local, C - connected, S - static, R - RIP, M - mobile, " ..
      "B - BGP")
  say("       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area ")
  say("       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2")
  say("       E1 - OSPF external type 1, E2 - OSPF external type 2, V - VPN")
  say("       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS " ..
      "level-2")
  say("       ia - IS-IS inter area, * - candidate default, U - per-user " ..
      "static route")
  say("       o - ODR, P - periodic downloaded static route, + - replicated " ..
      "route")
  say(default and "Gateway of last resort is %s to network 0.0.0.0" or
      "Gateway of last resort is not set", default and default.via)
  say("")
  if default then
    say("S*       0.0.0.0 0.0.0.0 [1/0] via %s, %s", default.via,
        default.interface)
  end
  for _, route in ipairs(routes) do
    if route.kind == "C" then
      say("C        %s is directly connected, %s", dotted(route.dest),
          route.interface)
      if w.nine then
        local i = w.read["local"].interfaces[route.interface]
        say("L        %s 255.255.255.255 is directly connected, %s",
            i.address, route.interface)
      end
    elseif route ~= default then
      say("S        %s [1/0] via %s, %s", dotted(route.dest), route.via,
          route.interface)
    end
  end
end

-- Lists, NAT.

function show.lists(w, words)
  local only = words[3]
  say("access-list cached ACL log flows: total 0, denied 0 (deny-flow-max " ..
      "4096)")
  say("            alert-interval 300")
  for name, rules in pairs(w.read["local"].acls) do
    if not only or only == name then
      say("access-list %s; %d elements%s", name, #rules,
          w.nine and "; name hash: 0x9c2b1a34" or "")
      for i, rule in ipairs(rules) do
        say("access-list %s line %d %s%s (hitcnt=%d) %s", name, i,
            w.pix and "" or "extended ", rule.text,
            w.hits[name .. " " .. rule.text] or 0,
            w.pix and "" or string.format("0x%08x", 0x5c3a2b10 + i * 4099))
      end
    end
  end
end

function show.xlate(w)
  say("%d in use, %d most used", #w.translations, #w.translations)
  for _, t in ipairs(w.translations) do
    say("PAT Global %s(1) Local %s ICMP id 512 ", t.global, t.src)
  end
end

function show.nat(w)
  local r = w.read["local"]
  if not w.nine then
    for _, n in ipairs(r.nat) do
      say("%s", n.text)
    end
    return
  end
  say("Manual NAT Policies (Section 1)")
  local n = 0
  for _, rule in ipairs(r.nat) do
    if rule.exempt then
      n = n + 1
      say("%d (inside) to (outside) source static %s %s   destination " ..
          "static %s %s no-proxy-arp route-lookup", n, rule.mine, rule.mine,
          rule.far, rule.far)
      say("    translate_hits = %d, untranslate_hits = %d", 12, 12)
    end
  end
  say("")
  say("Manual NAT Policies (Section 3)")
  for i, rule in ipairs(r.nat) do
    if rule.dynamic then
      say("%d (inside) to (outside) source dynamic %s interface", i - n,
          rule.mine)
      say("    translate_hits = %d, untranslate_hits = 0", #w.translations)
    end
  end
end

function show.sysopt(w)
  local r = w.read["local"]
  if w.pix then
    say("no sysopt connection timewait")
    say("sysopt connection tcpmss %d", r.mss)
    say("sysopt connection tcpmss minimum 0")
    say("no sysopt nodnsalias inbound")
    say("no sysopt nodnsalias outbound")
    say("no sysopt radius ignore-secret")
    say("no sysopt uauth allow-http-cache")
    say("%ssysopt connection permit-ipsec", r.sysopt and "" or "no ")
    say("no sysopt connection permit-pptp")
    return
  end
  say("no sysopt connection timewait")
  say("sysopt connection tcpmss %d", r.mss)
  say("sysopt connection tcpmss minimum 0")
  say("%ssysopt connection permit-vpn", r.sysopt and "" or "no ")
  say("sysopt connection reclassify-vpn")
  say("no sysopt connection preserve-vpn-flows")
end

-- The log.

function show.logging(w)
  local l = w.read["local"].logging
  say("Syslog logging: %s", l.on and "enabled" or "disabled")
  say("    Facility: 20")
  say("    Timestamp logging: %s", l.timestamp and "enabled" or "disabled")
  if not w.pix then
    say("    Standby logging: disabled")
    say("    Debug-trace logging: %s", l["debug-trace"] and "enabled" or
        "disabled")
  else
    say("    Standby logging: disabled")
  end
  say("    Console logging: %s", l.console and "level " .. l.console ..
      ", 0 messages logged" or "disabled")
  say("    Monitor logging: %s", l.monitor and "level " .. l.monitor ..
      ", 0 messages logged" or "disabled")
  say("    Buffer logging: %s", l.on and l.buffered and "level " ..
      l.buffered .. ", " .. w.log.counted .. " messages logged" or "disabled")
  say("    Trap logging: disabled")
  if not w.pix then
    say("    Permit-hostdown logging: disabled")
  end
  say("    History logging: disabled")
  say("    Device ID: disabled")
  if not w.pix then
    say("    Mail logging: disabled")
    say("    ASDM logging: disabled")
  end
  for _, line in ipairs(w.log.lines) do
    say("%s", line)
  end
end

-- Configurations.

function show.config_lines(w, nodes)
  local list = {}
  for i, line in ipairs(config.text_lines(nodes, w.dialect)) do
    list[i] = config.masked(line)
  end
  return list
end

function show.running(w)
  if w.pix then
    say("Building configuration...")
  end
  for _, line in ipairs(show.config_lines(w, w.cfg["local"])) do
    say("%s", line)
  end
  if w.pix then
    say("[OK]")
  end
end

function show.startup(w)
  for i, line in ipairs(show.config_lines(w, w.startup)) do
    say("%s", line)
    if i == 1 then
      say(": Written by enable_15 at 09:12:33.179 UTC Mon Mar 16 2026")
    end
  end
end

-- The lines whose first words are these.
function show.part(w, text)
  local on = false
  for _, line in ipairs(show.config_lines(w, w.cfg["local"])) do
    local head = not line:match("^ ")
    if head then
      on = line:sub(1, #text) == text
    end
    if on then
      say("%s", line)
    end
  end
end

return show
