-- What the show commands print. Formats: docs/simulator.md says which were
-- seen in a source and which are only plausible.

local cidr = include("cidr")
local config = include("config")
local dates = include("dates")
local site = include("site")
local sa = include("show_sa")

local show = {}

local COMPILED = "Oct 25-Tue-2022 12:37:13 JST #2"

local function long_date(t)
  local d = dates.split(t)
  return string.format("%s %d-%s-%d %02d:%02d:%02d JST", d.month_name, d.day,
                       d.weekday:sub(1, 3), d.year, d.hour, d.min, d.sec)
end

local function age(seconds)
  seconds = math.max(0, math.floor(seconds))
  return string.format("%d:%02d:%02d", seconds // 3600, seconds // 60 % 60,
                       seconds % 60)
end

local function model_of(w)
  local t = w.trees["local"]
  return t.model, t.version
end

function show.version(w)
  local model, version = model_of(w)
  local up = math.floor(w.model.time - w.boot)
  say("NEC Portable Internetwork Core Operating System Software")
  say("IX Series %s (magellan-sec) Software, Version %s, RELEASE SOFTWARE",
      model, version)
  say("Compiled %s by sw-build, coregen-10.7(18)", COMPILED)
  say("")
  say("ROM: System Bootstrap, Version 22.1")
  say("System Diagnostic, Version 22.1")
  say("Initialization Program, Version 3.1")
  say("")
  say("System uptime is %d days %d hours %d minutes", up // 86400,
      up // 3600 % 24, up // 60 % 60)
  say("System woke up by reload, caused by power-on")
  say("System started at %s", long_date(w.clock(w.boot)))
  say('System image file is "%s-ms-%s.ldc"', model:lower(), version)
  say("")
  say("Processor board ID <0>")
  say("%s (P1010E) processor with 262144K bytes of memory.", model)
  say("")
  say('Current configuration is based on "startup-configuration"')
end

function show.hardware(w)
  say("IX Series %s Hardware Platform", (model_of(w)))
  say("  Temperature is 41 degrees C, normal")
  say("  Power supply is normal, fan is normal")
end

function show.clock(w)
  local d = dates.split(w.clock(w.model.time))
  say("%s, %d %s %d %02d:%02d:%02d +09 00", d.weekday, d.day, d.long_month,
      d.year, d.hour, d.min, d.sec)
end

local function header(w, date)
  local model, version = model_of(w)
  say("! NEC Portable Internetwork Core Operating System Software")
  say("! IX Series %s (magellan-sec) Software, Version %s, RELEASE SOFTWARE",
      model, version)
  say("! Compiled %s", COMPILED)
  say("! %s", date)
end

function show.running_config(w)
  header(w, "Current time " .. long_date(w.clock(w.model.time)))
  out(table.concat(config.lines(w.cfg["local"]), "\n") .. "\n")
end

function show.startup_config(w)
  local text = table.concat(config.lines(w.startup), "\n") .. "\n"
  say("Using %d out of 1048576 bytes", #text + 180)
  say("")
  header(w, "Last updated " .. long_date(w.clock(w.boot - 3600)))
  out(text)
end

function show.logging(w)
  local l, settings = w.log, w.read["local"].logging
  if not settings.buffered then
    say("Buffer logging disabled")
    return
  end
  say("Buffer logging enabled, %d bytes, type cyclic", settings.buffered)
  local last = l.first + #l.lines - 1
  if #l.lines == 0 then
    say("  0 messages, 0 bytes logged, 0 messages dropped")
    return
  end
  say("  %d messages (%d-%d), %d bytes logged, %d messages dropped", #l.lines,
      l.first, last, l.bytes, l.dropped)
  say("")
  say("Log Buffer (%d-%d):", l.first, last)
  for _, line in ipairs(l.lines) do
    out(line .. "\n")
  end
end

-- Interfaces.

local WORDS = {admin = "administratively down", link = "down", ppp = "down"}

local function since(w, up)
  if up then
    return w.model.time - w.boot - 30
  end
  return w.model.time - (w.line_lost or w.boot + 30)
end

function show.interface(w, name)
  local r, line = w.read["local"], w:line()
  local i = r.interfaces[name]
  local up, why = site.state(r, line, name)
  local physical = up or why == "ppp"
  say("Interface %s is %s", name, up and "up" or WORDS[why])
  if i.description then
    say("  Description: %s", i.description)
  end
  say("  Fundamental MTU is %d octets", i.tunnel and 1390 or
      i.ppp and 1492 or 1500)
  say("  Current bandwidth 1G b/s, QoS is %s",
      i.qos and "enabled" or "disabled")
  say("  Datalink header cache type is none: 0/0 (standby/dynamic)")
  say("  IPv4 subsystem %s, physical layer is %s, %s",
      site.address(r, line, name) and "connected" or "disconnected",
      physical and "up" or "down", age(since(w, up)))
end

function show.interfaces(w)
  for name in pairs(w.read["local"].interfaces) do
    show.interface(w, name)
    say("")
  end
end

function show.ip_interface(w, name)
  local r, line = w.read["local"], w:line()
  local i = r.interfaces[name]
  local up, why = site.state(r, line, name)
  local address = site.address(r, line, name)
  say("Interface %s is %s, line protocol is %s", name,
      up and "up" or WORDS[why], up and "up" or "down")
  if not address then
    say("  Internet protocol processing disabled")
    return
  end
  if i.unnumbered then
    say("  Interface is unnumbered. Using address of %s (%s)", i.unnumbered,
        address:match("^[%d.]+"))
  else
    say("  Internet address is %s", address)
    say("  Broadcast address is 255.255.255.255")
    say("  Address determined by %s", i.address == "ipcp" and "IPCP" or
        i.address == "dhcp" and "DHCP" or "config")
  end
  say("  MTU is %d octets", i.mtu or i.tunnel and 1390 or 1500)
end

function show.ip_interfaces(w)
  for name in pairs(w.read["local"].interfaces) do
    show.ip_interface(w, name)
  end
end

function show.ip_address(w)
  local r, line = w.read["local"], w:line()
  for name, i in pairs(r.interfaces) do
    local up, why = site.state(r, line, name)
    local address = site.address(r, line, name)
    say("Interface %s is %s, line protocol is %s", name,
        up and "up" or WORDS[why], up and "up" or "down")
    if address and i.unnumbered then
      say("  Unnumbered (%s)", i.unnumbered)
    elseif address then
      say("  Internet address is %s", address)
    end
  end
end

-- Routes, below their network when that is divided.

local function natural(dest)
  local n, _, length = cidr.parse(dest)
  local class = n >> 24 < 128 and 8 or n >> 24 < 192 and 16 or 24
  return cidr.text((n >> (32 - class)) << (32 - class)) .. "/" .. class,
      length > class
end

local function route_line(w, route)
  local mark = route.dest == "0.0.0.0/0" and "*" or " "
  local _, divided = natural(route.dest)
  local via = route.via:match("^%d") and "via " .. route.via ..
      ", " .. site.wan(w.read["local"]) or
      "is directly connected, " .. route.via
  return string.format("%s%s   %s%s [%d/1] %s, %s", route.kind, mark,
                       divided and mark == " " and "  " or "", route.dest,
                       route.kind == "C" and 0 or 1, via,
                       age(since(w, true)))
end

function show.ip_route(w)
  local routes = site.routes(w.read["local"], w:line())
  local connected, nets, lines = 0, {}, {}
  table.sort(routes, function(a, b)
    local x, _, m = cidr.parse(a.dest)
    local y, _, n = cidr.parse(b.dest)
    return x < y or (x == y and m < n)
  end)
  for _, route in ipairs(routes) do
    connected = connected + (route.kind == "C" and 1 or 0)
    local net, divided = natural(route.dest)
    if divided and not nets[net] then
      nets[net] = true
      lines[#lines + 1] = string.format("     %s is subnetted, 1 subnets",
                                        net)
    end
    lines[#lines + 1] = route_line(w, route)
  end
  say("IP Routing Table - %d entries, 2 hidden, 2042 frees", #routes)
  say("Entries: %d Connected, %d Static, 0 RIP, 0 OSPF, 0 BGP", connected,
      #routes - connected)
  say("Codes: C - Connected, S - Static, R - RIP, O - OSPF, " ..
      "IA - OSPF inter area")
  say("       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2")
  say("       E1 - OSPF external type 1, E2 - OSPF external type 2, B - BGP")
  say("       * - Candidate default, s - Summary")
  say("Timers: Age")
  for _, line in ipairs(lines) do
    out(line .. "\n")
  end
end

-- The line.

local PPPOE = {
  up = "up", ["no-answer"] = "connecting (PADI sent)",
  stopped = "down", ["auth-failed"] = "connecting (authentication failure)",
}

function show.pppoe_status(w)
  local r, line = w.read["local"], w:line()
  for name, i in pairs(r.interfaces) do
    if i.ppp then
      local d = w:discovery()
      local up, why = site.state(r, line, name)
      say("PPPoE interface %s", name)
      say("  Session status is %s", (why == "admin" or why == "link") and
          "down" or PPPOE[line.pppoe])
      if up then
        say("  SessionID is 3, AccessCT address is aa:aa:aa:bb:bb:bb")
      end
      say("  Profile is %s", i.ppp)
      say("  Statistics:")
      say("    PADI sent %d, PADO received %d", d.padi, d.pado)
      say("    PADR sent %d, PADS received %d", d.padr, d.pads)
      say("    PADT sent 0, PADT received 0")
      say("    Authentication success %d, failure %d", up and 1 or 0,
          line.pppoe == "auth-failed" and d.pads or 0)
    end
  end
end

function show.utilization(_)
  say("System load average:")
  say("  1 second 4%%, 5 seconds 3%%, 1 minute 3%%, 5 minutes 3%%")
end

function show.utilization_history(_)
  say("System load average history (hourly, %%):")
  say("  3 3 4 3 3 3 2 3 5 6 4 3 3 3 4 4 3 3 3 3 2 2 3 3")
end

function show.error_log(_)
  say("No crash information")
end

local function part(title)
  say("")
  say("------------------ %s ------------------", title)
  say("")
end

function show.tech_support(w)
  say("Calculating configuration memory size...")
  wait(200)
  part("show clock")
  show.clock(w)
  part("show version")
  show.version(w)
  part("show crashinfo")
  show.error_log(w)
  part("show startup-config")
  show.startup_config(w)
  wait(200)
  part("show interfaces detail")
  show.interfaces(w)
  part("show ip interface")
  show.ip_interfaces(w)
  part("show ip route")
  show.ip_route(w)
  part("show utilization")
  show.utilization(w)
  part("show utilization history")
  show.utilization_history(w)
  wait(200)
  part("show ike sa")
  sa.ike(w)
  part("show ipsec sa")
  sa.ipsec(w)
end

return show
