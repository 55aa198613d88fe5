-- Security associations and their statistics, as the router prints them.

local show_sa = {}

local HASHES = {md5 = "md5", sha = "sha1"}

local function size(t)
  local n = 0
  for _ in pairs(t) do
    n = n + 1
  end
  return n
end

-- Policies or maps of IKEv1.
local function old(t)
  local n = 0
  for _, x in pairs(t) do
    n = n + (x.proposals[1] ~= "ikev2" and 1 or 0)
  end
  return n
end

local function left(w, sa)
  return math.max(0, math.floor(sa.born + sa.lifetime - w.model.time))
end

local function old_sas(list)
  local found = {}
  for _, sa in ipairs(list) do
    if sa.mode ~= "ikev2" and
        not (sa.proposal and sa.proposal.encryption == nil) then
      found[#found + 1] = sa
    end
  end
  return found
end

local function counters(w, policy)
  local function n(what)
    return w.model:count_of("local", policy, what)
  end
  for _, ph in ipairs({"ph1", "ph2"}) do
    say("  #%s success: %d, #%s failure: %d", ph, n(ph .. " success"), ph,
        n(ph .. " failure"))
    say("  #%s hash err: %d, #%s timeout: %d, #%s resend: %d", ph,
        n(ph .. " hash err"), ph, n(ph .. " timeout"), ph,
        n(ph .. " resend"))
  end
end

local function one_ike(w, sa)
  say("Local address is %s, port is %d", sa.address, sa.port)
  say("Remote address is %s, port is %d", sa.peer, sa.port)
  say("  IKE policy name is %s", sa.policy)
  say("  Direction is %s", sa.role)
  say("  Initiator's cookie is 0x%s", sa.icookie)
  say("  Responder's cookie is 0x%s", sa.rcookie)
  say("  Exchange type is %s mode", sa.mode)
  if sa.natt then
    say("  NAT-Traversal RFC3947")
    say("  NAT detected at %s side", sa.nat_here and "local" or "remote")
  end
  say("  State is %s", sa.state)
  if sa.proposal then
    say("  Authentication method is pre-shared")
    say("  Encryption algorithm is %s", sa.proposal.encryption)
    say("  Hash algorithm is %s",
        HASHES[sa.proposal.hash] or sa.proposal.hash)
    say("  DH group is %s, lifetime is %d seconds", sa.proposal.group,
        left(w, sa))
  end
  if w.trees["local"].model == "IX2105" then
    counters(w, sa.policy)
  end
end

function show_sa.ike(w)
  local sas = old_sas(w.model:ike_sas("local"))
  say("ISAKMP SA - %d configured, %d created", old(w.read["local"].policies),
      #sas)
  for _, sa in ipairs(sas) do
    one_ike(w, sa)
  end
end

function show_sa.ike_brief(w)
  local sas = old_sas(w.model:ike_sas("local"))
  say("ISAKMP SA - %d configured, %d created", old(w.read["local"].policies),
      #sas)
  say("Policy                         Initiator          " ..
      "Responder          Life(secs)")
  for _, sa in ipairs(sas) do
    say("%-30s 0x%s 0x%s   %d", sa.policy, sa.icookie, sa.rcookie,
        left(w, sa))
  end
end

local CIPHERS = {["esp-aes-256"] = "AES-256", ["esp-aes-192"] = "AES-192",
                 ["esp-aes"] = "AES-128", ["esp-3des"] = "3DES",
                 ["esp-des"] = "DES"}
local MACS = {["esp-sha"] = "SHA-96", ["esp-md5"] = "MD5-96",
              ["esp-sha2-256"] = "SHA2-256-128",
              ["esp-sha2-512"] = "SHA2-512-256"}

local function bound_maps(w)
  local list = {}
  for name, i in pairs(w.read["local"].interfaces) do
    local map = i.tunnel == "ipsec" and i.map and
        w.read["local"].maps[i.map]
    if map then
      list[#list + 1] = {interface = name, map = map}
    end
  end
  return list
end

local function direction(w, title, sas, dir)
  say("    %s:", title)
  for i = #sas, 1, -1 do
    local sa = sas[i]
    if sa.dir == dir then
      say("      ESP, SPI is 0x%08x(%d)", sa.spi, sa.spi)
      say("        Transform is ESP-%s-HMAC-%s",
          CIPHERS[sa.proposal.encryption] or sa.proposal.encryption,
          MACS[sa.proposal.hash] or sa.proposal.hash)
      say("        Remaining lifetime is %d seconds", left(w, sa))
    end
  end
  say("      Replay detection support is %s",
      w.read["local"].anti_replay and "on" or "off")
end

local function one_map(w, bound, sas)
  local port = sas[1].natt and ", port is 4500" or ""
  say("Interface is %s", bound.interface)
  say("  Key policy map name is %s", bound.map.name)
  say("    %sTunnel mode, 4-over-4, autokey-map",
      sas[1].natt and "UDP encapsulation " or "")
  say("    Local address is %s%s", sas[1].address, port)
  say("    Remote address is %s%s", sas[1].peer, port)
  say("    Outgoing interface is %s", w.model.ends["local"].wan)
  say("    Interface MTU is %d, path MTU is 1454", sas[1].natt and 1326 or
      1390)
  direction(w, "Inbound", sas, "in")
  direction(w, "Outbound", sas, "out")
  say("    Perfect forward secrecy is %s", sas[1].pfs or "off")
end

local function sas_of(w, map)
  local list = {}
  for _, sa in ipairs(w.model:sas("local")) do
    if sa.map == map then
      list[#list + 1] = sa
    end
  end
  return list
end

function show_sa.ipsec(w)
  local maps, created = bound_maps(w), 0
  for _, bound in ipairs(maps) do
    created = created + #sas_of(w, bound.map.name)
  end
  say("IPsec SA - %d configured, %d created", #maps, created)
  for _, bound in ipairs(maps) do
    local sas = sas_of(w, bound.map.name)
    if #sas > 0 then
      one_map(w, bound, sas)
    end
  end
end

function show_sa.ipsec_brief(w)
  local maps, created, lines = bound_maps(w), 0, {}
  for _, bound in ipairs(maps) do
    for _, sa in ipairs(sas_of(w, bound.map.name)) do
      created = created + 1
      lines[#lines + 1] = string.format(
          "%-32s %-5s ESP    0x%08x     %d/-", sa.map, sa.dir:upper(),
          sa.spi, left(w, sa))
    end
  end
  say("IPsec SA - %d configured, %d created", #maps, created)
  say("Policy map                       Dir   Type   SPI          " ..
      "Life(secs/bytes)")
  for _, line in ipairs(lines) do
    say("%s", line)
  end
end

-- The IKEv2 tables; no source shows them.
function show_sa.ikev2(w)
  local n = 0
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.mode == "ikev2" and sa.state == "established" then
      n = n + 1
    end
  end
  local policies = w.read["local"].policies
  say("IKEv2 SA - %d configured, %d created", size(policies) - old(policies),
      n)
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.mode == "ikev2" and sa.state == "established" then
      say("Interface is %s", sa.policy)
      say("  SPI (I)0x%s  (R)0x%s", sa.icookie, sa.rcookie)
      say("  Remote address is %s:%d", sa.peer, sa.port)
      say("  Lifetime is %d seconds", left(w, sa))
    end
  end
end

-- Statistics.

-- The notify types in the order of the table; the numbers are the protocol's.
local NOTIFY = {
  {{1, "invalid payload type"}, {2, "doi not supported"}},
  {{3, "situation not supported"}, {4, "invalid cookie"}},
  {{5, "invalid major version"}, {6, "invalid minor version"}},
  {{7, "invalid exchange type"}, {8, "invalid flags"},
   {9, "invalid message id"}},
  {{10, "invalid protocol id"}, {11, "invalid spi"},
   {12, "invalid transform id"}},
  {{13, "attributes not supported"}, {14, "no proposal chosen"}},
  {{15, "bad proposal syntax"}, {16, "payload malformed"}},
  {{17, "invalid key information"}, {18, "invalid id information"}},
  {{19, "invalid cert encoding"}, {20, "invalid certificate"}},
  {{21, "cert type unsupported"}, {22, "invalid cert authority"}},
  {{23, "invalid hash information"}, {24, "authentication failed"}},
  {{25, "invalid signature"}, {26, "address notification"}},
  {{27, "notify sa lifetime"}, {28, "certificate unavailable"}},
  {{29, "unsupported exchange type"}, {30, "unequal payload lengths"}},
  {{16384, "connected"}},
  {{24576, "responder lifetime"}, {24577, "replay status"},
   {24578, "initial contact"}},
  {{36136, "keepalive"}, {36137, "keepalive ack"}},
  {{0, "unknown type"}},
}

local function notify_table(title, counts)
  for i, row in ipairs(NOTIFY) do
    local parts = {}
    for _, cell in ipairs(row) do
      parts[#parts + 1] = (counts[cell[1]] or 0) .. " " .. cell[2]
    end
    say("%s%s", i == 1 and "    " .. title .. ": " or
        "          ", table.concat(parts, ", "))
  end
end

local function total(w, what)
  local n = 0
  for policy in pairs(w.model.state["local"].counts) do
    n = n + w.model:count_of("local", policy, what)
  end
  return n
end

function show_sa.ike_statistics(w)
  local st = w.model.state["local"]
  say("IKE Negotiations:")
  for i, ph in ipairs({"ph1", "ph2"}) do
    say("  Phase %d: %d success, %d failure, %d timeout, %d resend", i,
        total(w, ph .. " success"), total(w, ph .. " failure"),
        total(w, ph .. " timeout"), total(w, ph .. " resend"))
  end
  say("")
  say("IKE Informations:")
  say("  Notify message type")
  notify_table("Rcvd", st.rcvd)
  notify_table("Sent", st.sent)
end

function show_sa.ipsec_statistics(w)
  local e = w.model.state["local"].esp
  local failed = e.not_found + e.invalid_icv + e.replay
  local all = e.succeeded + e.invalid_icv + e.replay
  say("IPsec statistics:")
  say("Rcvd: 0 process switching")
  say("      0 esp encap history des")
  say("      0 esp encap history 3des")
  say("      %d esp encap history aes", all)
  say("      0 esp encap history null")
  say("      0 esp auth history md5")
  say("      %d esp auth history sha1", all)
  say("      0 ah auth history md5")
  say("      0 ah auth history sha1")
  say("      %d succeeded", e.succeeded)
  say("      0 sp errors, %d not found esp sa, 0 not found ah sa",
      e.not_found)
  say("      0 esp errors, 0 ah errors, 0 ahesp errors")
  say("      0 decrypt failure, 0 auth failure, %d invalid icv",
      e.invalid_icv)
  say("      0 invalid key, 0 invalid pkt")
  say("      %d replay errors, 0 seq over", e.replay)
  say("      0 seclevel miss, 0 other errors")
  say("      %d failed", failed)
end

return show_sa
