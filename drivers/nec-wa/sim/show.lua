-- What the router prints.

local config = include("config")
local dates = include("dates")
local lab = include("lab")
local site = include("site")

local show = {}

-- The guideline's copy lost the indentation; both forms occur.
local function inner(w, depth, fmt, ...)
  local flat = w.trees["local"].layout == "flat"
  out((flat and "" or ("  "):rep(depth)) .. string.format(fmt, ...) .. "\n")
end

local function clock(w, time)
  local d = dates.split(lab.clock(time))
  return string.format("%04d/%02d/%02d %02d:%02d:%02d", d.year, d.month,
                       d.day, d.hour, d.min, d.sec)
end

function show.version(w)
  local t = w.trees["local"]
  local up = math.floor(w.model.time - w.boot)
  say("NEC UNIVERGE WA Series")
  say("  Model: %s", t.model)
  say("  Software version: %s", t.version)
  say("  Uptime: %d days %02d:%02d:%02d", up // 86400, up // 3600 % 24,
      up // 60 % 60, up % 60)
end

function show.clock(w)
  say("%s JST", clock(w, w.model.time))
end

local function print_config(w, cfg, title)
  say("! %s", title)
  say("! %s", clock(w, w.model.time))
  say("!")
  for _, line in ipairs(config.lines(cfg)) do
    say("%s", line)
  end
end

function show.running_config(w)
  print_config(w, w.cfg["local"], "NEC UNIVERGE " .. w.trees["local"].model ..
               " Version " .. w.trees["local"].version)
end

function show.startup_config(w)
  print_config(w, w.startup, "startup-config")
end

function show.ip_address(w)
  local r, line = w.read["local"], w:line()
  for name in pairs(r.interfaces) do
    local address = site.address(r, line, name)
    if not name:match("^IPsec") then
      say("Interface %s is %s", name, site.state(r, line, name))
      if address then
        inner(w, 1, "IP address")
        inner(w, 2, "%s", address)
      end
    end
  end
end

function show.ip_route(w)
  say("Codes: C - connected, S - static")
  for _, route in ipairs(site.routes(w.read["local"], w:line())) do
    say("%s  %-18s via %s", route.kind, route.dest, route.via)
  end
end

local HASHES = {["sha2-256"] = "SHA256", ["sha2-512"] = "SHA512",
                sha1 = "SHA1", md5 = "MD5"}
local CIPHERS = {["aes256-cbc"] = "AES-CBC 256 bits",
                 ["aes192-cbc"] = "AES-CBC 192 bits",
                 ["aes128-cbc"] = "AES-CBC 128 bits",
                 ["3des-cbc"] = "3DES-CBC"}

local function left(w, sa)
  return math.max(0, math.floor(sa.born + sa.lifetime - w.model.time))
end

-- Phase-2 negotiations under way: the guideline's sample of a sound SA has 0.
local function phase_2(w, sa)
  local busy = w.model.state["local"].busy[sa.policy]
  return busy and busy.running and 1 or 0
end

function show.ike_sa(w)
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.state == "established" then
      say("remote: %s (UDP [%d])", sa.peer, sa.port)
      say("local: %s (UDP [%d])", sa.address, sa.port)
      inner(w, 1, "index:%s%s%s", sa.icookie, sa.rcookie,
            sa.icookie:sub(1, 8))
      inner(w, 1, "Direction is %s", sa.role)
      inner(w, 1, "Exchange type is %s mode",
            sa.mode == "main" and "Main" or "Aggressive")
      inner(w, 1, "IKE PH1 established")
      inner(w, 1, "authentication method:pre-shared key")
      inner(w, 1, "encrypt:%s", CIPHERS[sa.proposal.encryption] or
            sa.proposal.encryption)
      inner(w, 1, "hash:%s", HASHES[sa.proposal.hash] or sa.proposal.hash)
      inner(w, 1, "dh_group:%s MODP group", sa.proposal.group)
      inner(w, 1, "Remaining lifetime is %d seconds", left(w, sa))
      inner(w, 1, "phase2 count=%d", phase_2(w, sa))
    end
  end
end

local function last_packet(w, sa)
  return sa.last and clock(w, sa.last) or ""
end

local function one_sa(w, sa)
  local enc, length = sa.proposal.encryption:match("^(%a+)(%d*)")
  local port = string.format("(UDP [%d])", sa.natt and 4500 or 500)
  local from, to = sa.address .. port, sa.peer .. port
  if sa.dir == "in" then
    from, to = to, from
  end
  inner(w, 2, "%s -> %s", from, to)
  inner(w, 3, "mode: tunnel")
  inner(w, 3, "satype: esp spi=%d(0x%08x)", sa.spi, sa.spi)
  inner(w, 3, "enc algorithm: %s-cbc", enc == "aes" and "aes" or "3des")
  inner(w, 3, "key length: %s", length ~= "" and length or "192")
  inner(w, 3, "auth algorithm: %s", sa.proposal.hash)
  inner(w, 3, "replay window size is 0 bits")
  inner(w, 3, "SA status is established")
  inner(w, 3, "Remaining lifetime is %d seconds", left(w, sa))
  inner(w, 3, "Remaining lifebytes is - bytes")
  inner(w, 3, "%d [packets] %d [bytes] last:%s", sa.packets or 0,
        sa.bytes or 0, last_packet(w, sa))
end

local function direction(w, title, sas, dir)
  inner(w, 1, "%s:", title)
  for i = #sas, 1, -1 do
    if sas[i].dir == dir then
      one_sa(w, sas[i])
    end
  end
end

-- Whether the heading is printed without any SA differs between models; the
-- guideline says only that nothing is displayed.
function show.ipsec_sa(w)
  local all, configured = w.model:sas("local"), 0
  for name in pairs(w.read["local"].profiles) do
    configured = configured + (site.mapped(w.read["local"], name) and 1 or 0)
  end
  if #all == 0 and w.trees["local"].model:match("^WA1") then
    return
  end
  say("IPsec SA - %d configured, %d created", configured, #all)
  for name, i in pairs(w.read["local"].interfaces) do
    local sas = {}
    for _, sa in ipairs(all) do
      if i.map and sa.map == i.map then
        sas[#sas + 1] = sa
      end
    end
    if #sas > 0 then
      say("Interface %s", name)
      direction(w, "Outbound", sas, "out")
      direction(w, "Inbound", sas, "in")
    end
  end
end

function show.ipsec_profile(w)
  local r = w.read["local"]
  for name, p in pairs(r.profiles) do
    say("IPsec profile %s", name)
    inner(w, 1, "mapped interface: %s", site.mapped(r, name) or "-")
    inner(w, 1, "source: %s", p.source or "-")
    inner(w, 1, "peer: %s", p.peer or "-")
    inner(w, 1, "IPsec policy: %s", p.ipsec_policy or "-")
    inner(w, 1, "IKE policy: %s", p.ike_policy or "-")
  end
  for name in pairs(r.profiles) do
    say("%s : %s", name, site.check(r, w:line(), name))
  end
end

function show.ipsec_profile_one(w, name)
  local r = w.read["local"]
  if not r.profiles[name] then
    say("%% Invalid parameter.")
    return
  end
  say("%s : %s", name, site.check(r, w:line(), name))
end

function show.logging(w)
  for _, line in ipairs(w.log.lines) do
    say("%s", line)
  end
end

-- No source shows this: plausible only.
function show.mobile(w)
  local line, i = w:line(), w.read["local"].interfaces["MobileEthernet0.0"]
  say("MobileEthernet0.0")
  inner(w, 1, "SIM: %s", line.sim and "ready" or "not inserted")
  inner(w, 1, "Signal: %s", line.sim and line.signal and "-71 dBm (level 3)"
        or "out of service")
  inner(w, 1, "Connection: %s", i and i.up and line.sim and line.signal and
        line.address and "connected" or "disconnected")
end

return show
