-- Gateways, tunnels and their SAs, as the firewall prints them.

local dates = include("dates")
local lab = include("lab")

local vpn = {}

local function day(w, time)
  local d = dates.split(lab.clock(time))
  return string.format("%s.%02d %02d:%02d:%02d", d.month_name, d.day, d.hour,
                       d.min, d.sec)
end

local CIPHERS = {["aes-256-cbc"] = "A256", ["aes-192-cbc"] = "A192",
                 ["aes-128-cbc"] = "A128", ["aes-256-gcm"] = "G256",
                 ["3des"] = "3DES", des = "DES"}
local HASHES = {sha1 = "SHA1", sha256 = "SHA256", sha384 = "SHA384",
                sha512 = "SHA512", md5 = "MD5"}

local function group(p)
  return (p.group or "group2"):gsub("^group", "DH")
end

local function transform(p)
  return CIPHERS[p.encryption] or p.encryption, HASHES[p.hash] or p.hash
end

local function size(t)
  local n = 0
  for _ in pairs(t) do
    n = n + 1
  end
  return n
end

-- The established IKE SAs of one version, with their gateways.
local function ike_sas(w, version, only)
  local list = {}
  for _, sa in ipairs(w.model:ike_sas("local")) do
    local g = w.read["local"].gateways[sa.policy]
    if g and sa.state == "established" and (not only or g.name == only) and
        (g.version == "ikev1") == (version == 1) then
      list[#list + 1] = {sa = sa, g = g}
    end
  end
  return list
end

-- Pairs of SAs of one tunnel: {spi_in, spi_out, sa (the inbound one)}.
local function children(w, tunnel)
  local list, at = {}, {}
  for _, sa in ipairs(w.model:sas("local")) do
    if sa.map == tunnel then
      local c = at[sa.pair]
      if not c then
        c = {}
        at[sa.pair], list[#list + 1] = c, c
      end
      c[sa.dir] = sa
    end
  end
  return list
end

local function tunnels_of(w, gateway)
  local list = {}
  for _, t in pairs(w.read["local"].tunnels) do
    if t.gateway == gateway then
      list[#list + 1] = t
    end
  end
  return list
end

local function role(sa)
  return sa.role == "initiator" and "Init" or "Resp"
end

local function serial(sa)
  return sa.pair % 1000
end

local function phase_1_table(w, list)
  say("IKEv1 phase-1 SAs")
  say("%-15s %-22s %-21s %-4s %-4s %-21s %-15s %-15s %-2s %-2s %-2s %s",
      "GwID/client IP", "Peer-Address", "Gateway Name", "Role", "Mode",
      "Algorithm", "Established", "Expiration", "V", "ST", "Xt", "Phase2")
  say("%-15s %-22s %-21s %-4s %-4s %-21s %-15s %-15s %-2s %-2s %-2s %s",
      "--------------", "------------", "------------", "----", "----",
      "---------", "-----------", "----------", "-", "--", "--", "------")
  for _, x in ipairs(list) do
    local enc, hash = transform(x.sa.proposal)
    say("%-15s %-22s %-21s %-4s %-4s %-21s %-15s %-15s %-2s %-2s %-2s %s",
        x.g.id, x.sa.peer, x.g.name, role(x.sa),
        x.sa.mode == "aggressive" and "Aggr" or "Main",
        "PSK/" .. group(x.sa.proposal) .. "/" .. enc .. "/" .. hash,
        day(w, x.sa.born), day(w, x.sa.born + x.sa.lifetime), "v1", 13, 1, 1)
  end
end

local function phase_2_table(w, list)
  say("IKEv1 phase-2 SAs")
  say("%-22s %-8s %-22s %-15s %-4s %-18s %-8s %-8s %-8s %-2s %s",
      "Gateway Name", "TnID", "Tunnel", "GwID/IP", "Role", "Algorithm",
      "SPI(in)", "SPI(out)", "MsgID", "ST", "Xt")
  for _, x in ipairs(list) do
    for _, t in ipairs(tunnels_of(w, x.g.name)) do
      for _, c in ipairs(children(w, t.name)) do
        local sa = c["in"] or c.out
        local _, hash = transform(sa.proposal)
        say("%-22s %-8s %-22s %-15s %-4s %-18s %08X %08X %08X %-2s %s",
            x.g.name, t.id, t.name, x.g.id, role(x.sa),
            "ESP/    /tunl/" .. hash:sub(1, 4), sa.spi,
            sa.far, sa.pair * 7919 % 0x7fffffff, 9, 1)
      end
    end
  end
end

local ROW_2 = "%-15s %-22s %-22s %-4s %-8s %-21s %-15s %-15s %-2s %-6s %s"

local function sa_table(w, list)
  say("IKEv2 SAs")
  say(ROW_2, "Gateway ID", "Peer-Address", "Gateway Name", "Role", "SN",
      "Algorithm", "Established", "Expiration", "Xt", "Child", "ST")
  say(ROW_2, "----------", "------------", "------------", "----", "--",
      "---------", "-----------", "----------", "--", "-----", "--")
  for _, x in ipairs(list) do
    local enc, hash = transform(x.sa.proposal)
    local n = 0
    for _, t in ipairs(tunnels_of(w, x.g.name)) do
      n = n + #children(w, t.name)
    end
    say(ROW_2, x.g.id, x.sa.peer, x.g.name, role(x.sa), serial(x.sa),
        "PSK/" .. group(x.sa.proposal) .. "/" .. enc .. "/" .. hash,
        day(w, x.sa.born), day(w, x.sa.born + x.sa.lifetime), 0, n,
        "Established")
  end
end

local ROW_C = "%-22s %-8s %-25s %-8s %-8s %-4s %-8s %-8s %-8s %s"

local function child_table(w, list)
  say("IKEv2 IPSec Child SAs")
  say(ROW_C, "Gateway Name", "TnID", "Tunnel", "ID", "Parent", "Role",
      "SPI(in)", "SPI(out)", "MsgID", "ST")
  say(ROW_C, "------------", "----", "------", "--", "------", "----",
      "-------", "--------", "-----", "--")
  for _, x in ipairs(list) do
    for _, t in ipairs(tunnels_of(w, x.g.name)) do
      for _, c in ipairs(children(w, t.name)) do
        local sa = c["in"] or c.out
        say(ROW_C, x.g.name, t.id, t.name, sa.pair, serial(x.sa), role(x.sa),
            string.format("%08X", sa.spi),
            string.format("%08X", sa.far),
            string.format("%08X", x.sa.mid or 1), "Mature")
      end
    end
  end
end

local function version_1(w, only)
  local list = ike_sas(w, 1, only)
  if #list == 0 then
    say("There is no IKEv1 phase-1 SA found.")
    say("")
    say("There is no IKEv1 phase-2 SA found.")
    say("")
    return
  end
  phase_1_table(w, list)
  say("")
  say("Show IKEv1 IKE SA: Total %d gateways found. %d ike sa found.",
      size(w.read["local"].gateways), #list)
  say("")
  phase_2_table(w, list)
  say("")
end

local function version_2(w, only)
  local list = ike_sas(w, 2, only)
  if #list == 0 then
    say("There is no IKEv2 SA found.")
    return
  end
  say("")
  sa_table(w, list)
  say("")
  child_table(w, list)
  say("")
  say("Show IKEv2 SA: Total %d gateways found. %d ike sa found.",
      size(w.read["local"].gateways), #list)
end

function vpn.ike_sa(w, only)
  if only and not w.read["local"].gateways[only] then
    say("Server error : IKE gateway %s is not found", only)
    return
  end
  say("")
  version_1(w, only)
  version_2(w, only)
  say("")
end

local ROW_I = "%-15s %-6s %-22s %-46s %-18s %-8s %-8s %-24s %s"

function vpn.ipsec_sa(w, only)
  local rows = {}
  for name, t in pairs(w.read["local"].tunnels) do
    for _, c in ipairs((not only or only == name) and children(w, name) or
                       {}) do
      rows[#rows + 1] = {t = t, c = c, sa = c["in"] or c.out}
    end
  end
  say("")
  if #rows == 0 then
    say("There is no IPSec SA found.")
    say("")
    return
  end
  say(ROW_I, "GwID/client IP", "TnID", "Peer-Address", "Tunnel(Gateway)",
      "Algorithm", "SPI(in)", "SPI(out)", "life(Sec/KB)", "remain-time(Sec)")
  say(ROW_I, "--------------", "----", "------------", "---------------",
      "---------", "-------", "--------", "------------",
      "----------------")
  for _, x in ipairs(rows) do
    local enc, hash = transform(x.sa.proposal)
    say(ROW_I, w.read["local"].gateways[x.t.gateway].id, x.t.id, x.sa.peer,
        x.t.name .. "(" .. x.t.gateway .. ")", "ESP/" .. enc .. "/" .. hash,
        string.format("%08X", x.sa.spi),
        string.format("%08X", x.sa.far),
        string.format("%d/Unlimited", x.sa.lifetime),
        math.floor(x.sa.born + x.sa.lifetime - w.model.time))
  end
  say("")
  say("Show IPSec SA: Total %d tunnels found. %d ipsec sa found.",
      size(w.read["local"].tunnels), #rows)
  say("")
end

local function state(w, t)
  return #children(w, t.name) > 0 and "active" or "inactive"
end

local ROW_F = "%-5s %-29s %-7.7s %-7s %-31s %-29s %s"

function vpn.flow(w)
  local r = w.read["local"]
  local n = size(r.tunnels)
  say("")
  say("total tunnels configured:                                     %d", n)
  say("filter - type IPSec, state any")
  say("")
  say("total IPSec tunnel configured:                                %d", n)
  say("total IPSec tunnel shown:                                     %d", n)
  say("")
  say(ROW_F, "id", "name", "state", "monitor", "local-ip", "peer-ip",
      "tunnel-i/f")
  say(ROW_F, "--", "----", "-----", "-------", "--------", "-------",
      "----------")
  for _, t in pairs(r.tunnels) do
    local g = r.gateways[t.gateway]
    say(ROW_F, t.id, t.name, state(w, t), "off",
        w.model.ends["local"].address or "0.0.0.0", g and g.peer or "0.0.0.0",
        t.interface)
  end
  say("")
end

local function field(name, value)
  say("        %-24s%s", name .. ":", value)
end

local function counters(list)
  local n = {encap = 0, decap = 0, out = 0, ["in"] = 0}
  for _, c in ipairs(list) do
    n.encap = n.encap + (c.out and c.out.packets or 0)
    n.out = n.out + (c.out and c.out.bytes or 0)
    n.decap = n.decap + (c["in"] and c["in"].packets or 0)
    n["in"] = n["in"] + (c["in"] and c["in"].bytes or 0)
  end
  return n
end

local function flow_sa(w, c)
  local sa = c["in"] or c.out
  field("local spi", string.format("%08X", sa.spi))
  field("remote spi", string.format("%08X", sa.far))
  field("key type", "auto key")
  field("protocol", "ESP")
  field("auth algorithm", HASHES[sa.proposal.hash] or sa.proposal.hash)
  field("enc  algorithm", sa.proposal.encryption)
  field("hard lifetime", sa.lifetime)
  field("lifetime remain", math.floor(sa.born + sa.lifetime - w.model.time) ..
        " sec")
end

-- The tunnel with this name or number.
function vpn.flow_one(w, key)
  local r = w.read["local"]
  for _, t in pairs(r.tunnels) do
    if t.name == key or tostring(t.id) == key then
      local list = children(w, t.name)
      local n = counters(list)
      say("")
      say("tunnel  %s", t.name)
      field("id", t.id)
      field("type", "IPSec")
      field("gateway id", r.gateways[t.gateway] and
            r.gateways[t.gateway].id or 0)
      field("local ip", w.model.ends["local"].address or "0.0.0.0")
      field("peer ip", r.gateways[t.gateway] and
            r.gateways[t.gateway].peer or "0.0.0.0")
      field("inner interface", t.interface)
      field("outer interface", r.gateways[t.gateway] and
            r.gateways[t.gateway].interface or "")
      field("state", state(w, t))
      if list[1] then
        flow_sa(w, list[#list])
      end
      field("monitor", "off")
      field("anti replay check", "yes")
      field("authentication errors", 0)
      field("decryption errors", 0)
      field("replay packets", 0)
      field("encap packets", n.encap)
      field("decap packets", n.decap)
      field("encap bytes", n.out)
      field("decap bytes", n["in"])
      field("key acquire requests", 0)
      say("")
      return
    end
  end
  say("Server error : tunnel %s is not found", key)
end

local ROW_G = "%-8s %-20s %-30s %-30s %-11s %s"

function vpn.gateways(w, only)
  local r = w.read["local"]
  say("")
  say(ROW_G, "GwID", "Name", "Peer-Address/ID", "Local Address/ID",
      "Protocol", "Proposals")
  say(ROW_G, "----", "----", "---------------", "----------------",
      "--------", "---------")
  local n = 0
  for name, g in pairs(r.gateways) do
    local p = r.ike_profiles[g.profile]
    if not only or only == name then
      n = n + 1
      say(ROW_G, g.id, name, g.peer, w.model.ends["local"].address or
          "0.0.0.0", g.version == "ikev1" and "Main" or "IKEv2",
          p and string.format("[PSK][%s][%s][%s]%d-sec", group(p),
          p.encryption:upper():gsub("%-CBC", ""):gsub("%-", ""),
          p.hash:upper(), p.lifetime) or "")
    end
  end
  say("")
  say("Show IKE gateway config: Total %d gateways found.", n)
  say("")
end

function vpn.tunnels(w)
  local r = w.read["local"]
  say("")
  say("%-8s %-40s %-18s %-12s %-18s %-12s %s", "TnID", "Name(Gateway)",
      "Local Proxy IP", "Ptl:Port", "Remote Proxy IP", "Ptl:Port",
      "Proposals")
  say(("-"):rep(125))
  for name, t in pairs(r.tunnels) do
    local p = r.ipsec_profiles[t.profile]
    say("%-8s %-40s %-18s %-12s %-18s %-12s %s", t.id,
        name .. "(" .. (t.gateway or "") .. ")", t["local"] or "0.0.0.0/0",
        "0:0", t.remote or "0.0.0.0/0", "0:0",
        p and string.format("ESP tunl [%s][%s][%s] %d-sec 0-kb", group(p),
        p.encryption:upper():gsub("%-CBC", ""):gsub("%-", ""),
        p.hash:upper(), p.lifetime) or "")
  end
  say("")
  say("Show IPSec tunnel config: Total %d tunnels found.", size(r.tunnels))
  say("")
end

return vpn
