-- What the firewall prints about itself, its interfaces and its logs.

local cidr = include("cidr")
local config = include("config")
local dates = include("dates")
local lab = include("lab")
local log = include("log")
local site = include("site")

local show = {}

local function wall(w)
  local d = dates.split(lab.clock(w.model.time))
  return string.format("%s %s %2d %02d:%02d:%02d", d.weekday:sub(1, 3),
                       d.month_name, d.day, d.hour, d.min, d.sec), d.year
end

function show.clock(w)
  local text, year = wall(w)
  say("")
  say("%s JST %d", text, year)
  say("")
end

function show.system_info(w)
  local t = w.trees["local"]
  local text, year = wall(w)
  local up = math.floor(w.model.time - w.boot)
  local lines = {
    {"hostname", w.read["local"].hostname}, {"ip-address", "192.168.1.2"},
    {"public-ip-address", "unknown"}, {"netmask", "255.255.255.0"},
    {"default-gateway", "192.168.1.254"}, {"ip-assignment", "static"},
    {"ipv6-address", "unknown"}, {"mac-address", "8c:36:7a:00:10:00"},
    {"time", text .. " " .. year},
    {"uptime", string.format("%d days, %d:%02d:%02d", up // 86400,
                             up // 3600 % 24, up // 60 % 60, up % 60)},
    {"family", "400"}, {"model", t.model}, {"serial", t.serial},
    {"cloud-mode", "non-cloud"}, {"sw-version", t.version},
    {"global-protect-client-package-version", "0.0.0"},
    {"app-version", "8799-8509"}, {"threat-version", "8799-8509"},
    {"logdb-version", "10.2.2"}, {"platform-family", "400"},
    {"vpn-disable-mode", "off"}, {"multi-vsys", "off"},
    {"operational-mode", "normal"},
  }
  say("")
  for _, l in ipairs(lines) do
    say("%s: %s", l[1], l[2])
  end
  say("")
end

function show.config(w, which)
  local cfg = which == "candidate" and w.candidate or w.cfg["local"]
  say("")
  for _, line in ipairs(config.lines(cfg)) do
    say("%s", line)
  end
  say("")
end

-- Numbers of interfaces as the device counts them.
local function numbered(r)
  local list = {}
  for name, i in pairs(r.interfaces) do
    list[#list + 1] = {name = name, i = i, id = 15 + #list + 1}
  end
  return list
end

local function mac(id)
  return string.format("8c:36:7a:00:10:%02x", id)
end

local function port_state(w, name)
  if site.up(w.read["local"], w:line(), name) then
    return "1000/full/up/auto"
  end
  return w.read["local"].interfaces[name].down and
      "ukn/ukn/down(power-down)/ukn" or "ukn/ukn/down((autoneg))/ukn"
end

local ROW_H = "%-24s%-6s%-30s%s"

function show.interfaces(w)
  local ports = {}
  for _, x in ipairs(numbered(w.read["local"])) do
    if not x.name:match("^tunnel") then
      ports[#ports + 1] = x
    end
  end
  say("")
  say("total configured hardware interfaces: %d", #ports + 1)
  say(ROW_H, "name", "id", "speed/duplex/state/fec", "mac address")
  say(("-"):rep(80))
  for _, x in ipairs(ports) do
    say(ROW_H, x.name, x.id, port_state(w, x.name), mac(x.id))
  end
  say(ROW_H, "tunnel", 4, "[n/a]/[n/a]/up/[n/a]", mac(4))
  say("")
  say("aggregation groups: 0")
  say("")
  say("")
  show.logical(w, 25)
end

-- In "all", names have more room and the heading stands alone.
function show.logical(w, width)
  local list = numbered(w.read["local"])
  local row = "%-" .. (width or 19) .. "s %-5s %-4s %-16s %-24s %-6s %s"
  say("total configured logical interfaces: %d", #list)
  say("")
  say(row, "name", "id", "vsys", "zone", "forwarding", "tag", "address")
  if width then
    say("")
  end
  say("------------------- ----- ---- ---------------- ---------------------" ..
      "--- ------ ------------------")
  for _, x in ipairs(list) do
    say(row, x.name, x.id, 1, x.i.zone or "", "vr:default", 0,
        x.i.ip or "N/A")
  end
  say("")
end

function show.interface(w, name)
  local r = w.read["local"]
  local i = r.interfaces[name]
  if not i then
    say("")
    say("Server error : interface %s not found", name)
    say("")
    return
  end
  local up = site.up(r, w:line(), name)
  say("")
  say(("-"):rep(80))
  say("Name: %s", name)
  if not name:match("^tunnel") then
    say("Link status:")
    say("  Runtime link speed/duplex/state: %s", up and "1000/full/up" or
        "unknown/unknown/down")
    say("  Configured link speed/duplex/state: auto/auto/%s", i.down and
        "down" or "auto")
  end
  say("Operation mode: layer3")
  say("Virtual router default")
  say("Interface MTU 1500")
  say("Interface IP address: %s", i.ip or "N/A")
  say("Interface management profile: N/A")
  say("Service configured:")
  say("Zone: %s, virtual system: vsys1", i.zone or "N/A")
  say(("-"):rep(80))
  say("")
end

local function route_line(r)
  say("%-43s %-39s %-6s %-10s %-6s %s", r.dest, r.nexthop or "0.0.0.0",
      r.kind == "S" and 10 or 0, r.kind == "S" and "A S" or "A C", "",
      r.interface)
end

function show.routes(w)
  local routes = site.routes(w.read["local"], w:line())
  say("")
  say("flags: A:active, ?:loose, C:connect, H:host, S:static, ~:internal, " ..
      "R:rip, O:ospf, B:bgp,")
  say("       Oi:ospf intra-area, Oo:ospf inter-area, O1:ospf ext-type-1, " ..
      "O2:ospf ext-type-2, E:ecmp, M:multicast")
  say("")
  say("")
  say("VIRTUAL ROUTER: default (id 1)")
  say("  ==========")
  say("%-43s %-39s %-6s %-10s %-6s %s", "destination", "nexthop", "metric",
      "flags", "age", "interface          next-AS")
  for _, r in ipairs(routes) do
    route_line(r)
    if r.kind == "C" then
      say("%-43s %-39s %-6s %-10s", r.nexthop .. "/32", "0.0.0.0", 0, "A H")
    end
  end
  say("total routes shown: %d", #routes)
  say("")
end

function show.fib(w, dest)
  local r = cidr.longest(site.routes(w.read["local"], w:line()), dest)
  say("")
  say(("-"):rep(80))
  say("runtime route lookup")
  say(("-"):rep(80))
  say("virtual-router:   default")
  say("destination:      %s", dest)
  say("result:           %s", not r and "no route" or
      (r.nexthop and r.kind == "S" and "via " .. r.nexthop .. " interface " ..
       r.interface or "interface " .. r.interface))
  say(("-"):rep(80))
  say("")
end

-- Logs.

local FILTERS = {subtype = "subtype", object = "object", eventid = "event",
                 severity = "severity", direction = true,
                 ["csv-output"] = true}

-- The words after "show log system" -> filter, or nil when they make none.
local function filter_of(words)
  local f = {direction = "forward"}
  local i = 1
  while words[i] do
    local op, value = words[i + 1], words[i + 2]
    if not FILTERS[words[i]] or op ~= "equal" or not value then
      return nil
    end
    f[words[i]] = value
    i = i + 3
  end
  return f
end

local function wanted(f, e)
  for word, field in pairs(FILTERS) do
    if field ~= true and f[word] and e[field] ~= f[word] then
      return false
    end
  end
  return true
end

function show.log_system(w, words)
  local f = filter_of(words)
  if not f then
    say("Invalid syntax.")
    return
  end
  local rows = {}
  for _, e in ipairs(w.log.system) do
    if e.time <= lab.clock(w.model.time) and wanted(f, e) then
      table.insert(rows, f.direction == "backward" and 1 or #rows + 1, e)
    end
  end
  say("Time                Severity Subtype Object EventID ID Description")
  say(("="):rep(79))
  for _, e in ipairs(rows) do
    say("%s %-8.8s %-7.7s %-6.6s %-7.7s %-2d %s", log.stamp(e.time),
        e.severity, e.subtype, e.object, e.event, 0, e.text)
  end
end

-- The lines of a file in mp-log, or nil.
function show.file(w, name)
  if name == "ikemgr.log" then
    return w.log.ikemgr
  end
end

function show.print(lines, first)
  for i = math.max(1, first or 1), #lines do
    say("%s", lines[i])
  end
end

-- The captured packets, as tcpdump prints them.
function show.pcap(w)
  for _, p in ipairs(w.pcap or w.captured or {}) do
    local d = dates.split(p.time)
    say("%02d:%02d:%02d.%06d IP %s.%d > %s.%d: isakmp: child_sa  inf2[%s%s]",
        d.hour, d.min, d.sec, math.floor((p.time - math.floor(p.time)) * 1e6),
        p.from, p.port, p.to, p.port, p.initiator and "I" or "",
        p.answer and "R" or "")
  end
end

return show
