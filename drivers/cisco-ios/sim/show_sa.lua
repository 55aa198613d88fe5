-- What the router shows of its VPNs.

local cidr = include("cidr")
local debug = include("debug")
local maps = include("show_map")

local show = {}

local function now_of(w)
  return w.model.time
end

-- The engine's maps of an entry, one for each line of its list.
local function flows_of(w, entry)
  local list = {}
  for _, map in pairs(w.model.ends["local"].maps) do
    if map.entry == entry then
      list[#list + 1] = map
    end
  end
  return list
end

local function sas_of(w, map, dir)
  local list = {}
  for _, sa in ipairs(w.model:sas("local")) do
    if sa.map == map.name and sa.dir == dir then
      list[#list + 1] = sa
    end
  end
  return list
end

-- IKE.

local function ike_rows(w, version)
  local rows = {}
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if (sa.version or 1) == version then
      rows[#rows + 1] = {sa = sa, state = debug.state(sa)}
    end
  end
  for _, sa in ipairs(w:deleted(version)) do
    rows[#rows + 1] = {sa = sa, deleted = true, state = sa.keyed and
                       sa.state ~= "established" and "MM_KEY_EXCH" or
                       "MM_NO_STATE"}
  end
  return rows
end

local function ends_of(sa)
  if sa.role == "initiator" then
    return sa.peer, sa.address or "0.0.0.0"
  end
  return sa.address or "0.0.0.0", sa.peer
end

function show.isakmp(w)
  local rows = ike_rows(w, 1)
  if w.old then
    say("dst             src             state           conn-id    slot")
    for _, row in ipairs(rows) do
      local dst, src = ends_of(row.sa)
      say("%-15s %-15s %-15s %7d %7d%s", dst, src, row.state,
          row.sa.conn or 0, 0, row.deleted and " (deleted)" or "")
    end
    return
  end
  say("IPv4 Crypto ISAKMP SA")
  say("dst             src             state          conn-id status")
  for _, row in ipairs(rows) do
    local dst, src = ends_of(row.sa)
    say("%-15s %-15s %-14s %7d ACTIVE%s", dst, src, row.state,
        row.sa.conn or 0, row.deleted and " (deleted)" or "")
  end
  say("")
  say("IPv6 Crypto ISAKMP SA")
  say("")
end

local function hms(seconds)
  local s = math.max(0, math.floor(seconds))
  return string.format("%02d:%02d:%02d", s // 3600, s // 60 % 60, s % 60)
end

local ENCR_SHORT = {["aes"] = "aes", ["3des"] = "3des", des = "des"}

function show.isakmp_detail(w)
  say("Codes: C - IKE configuration mode, D - Dead Peer Detection")
  say("       K - Keepalives, N - NAT-traversal")
  say("       T - cTCP encapsulation, X - IKE Extended Authentication")
  say("       psk - Preshared key, rsig - RSA signature")
  say("       renc - RSA encryption")
  say("IPv4 Crypto ISAKMP SA")
  say("")
  say("C-id  Local           Remote          I-VRF  Status Encr Hash   " ..
      "Auth DH Lifetime Cap.")
  for _, row in ipairs(ike_rows(w, 1)) do
    local sa, p = row.sa, row.sa.proposal or {}
    say("")
    say("%-5d %-15s %-15s        ACTIVE %-4s %-6s %-4s %-2s %s %s%s",
        sa.conn or 0, sa.address or "0.0.0.0", sa.peer,
        ENCR_SHORT[(p.encryption or ""):match("^%w*")] or "", p.hash or "",
        p.auth and "psk" or "", p.group or "0",
        sa.state == "established" and hms(sa.born + sa.lifetime - now_of(w))
            or "0",
        sa.natt and "N" or "", row.deleted and " (deleted)" or "")
    say("       Engine-id:Conn-id =  SW:%d", (sa.conn or 0) % 1000)
  end
  say("")
  say("IPv6 Crypto ISAKMP SA")
  say("")
end

local V2_ENCR = {["aes"] = {"AES-CBC", 128}, ["aes 256"] = {"AES-CBC", 256},
                 ["3des"] = {"3DES", 0}}
local V2_HASH = {sha1 = "SHA96", sha256 = "SHA256", sha512 = "SHA512",
                 md5 = "MD596"}

local function v2_block(w, sa, n, detail, deleted)
  local p = sa.proposal or {}
  local e = V2_ENCR[p.encryption] or {"Unknown - 0", 0}
  local hash = V2_HASH[p.hash] or "None"
  local established = sa.state == "established"
  say("Tunnel-id Local                 Remote                fvrf/ivrf" ..
      "            Status ")
  say("%-9d %-21s %-21s none/none            %-6s ", n,
      (sa.address or "0.0.0.0") .. "/" .. sa.port, sa.peer .. "/" .. sa.port,
      established and "READY" or deleted and "DELETE" or "IN-NEG")
  say("      Encr: %s, %sPRF: %s, Hash: %s, DH Grp:%s, Auth sign: %s, Auth " ..
      "verify: %s", e[1], e[2] > 0 and "keysize: " .. e[2] .. ", " or "",
      hash:gsub("96", "1"):gsub("SHA11", "SHA1"), hash, p.group or 0,
      established and "PSK" or "Unknown - 0",
      established and "PSK" or "Unknown - 0")
  say("      Life/Active Time: %d/%d sec", established and sa.lifetime or
      86400, math.floor(established and now_of(w) - sa.born or 0))
  if not detail then
    return
  end
  say("      CE id: %d, Session-id: %d", established and 1000 + n or 0,
      established and n or 0)
  say("      Status Description: %s", established and "Negotiation done" or
      sa.keyed and "Initiator waiting for AUTH response" or
      "Initiator waiting for INIT response")
  say("      Local spi: %s       Remote spi: %s",
      (sa.role == "initiator" and sa.icookie or sa.rcookie):upper(),
      (sa.role == "initiator" and sa.rcookie or sa.icookie):upper())
  say("      Local id: %s", sa.address or "0.0.0.0")
  if established then
    say("      Remote id: %s", sa.peer)
  end
  say("      Local req msg id:  %d              Remote req msg id:  %d", 2, 0)
  say("      DPD configured for %d seconds, retry %d", 0, 0)
  say("      Fragmentation not configured.")
  say("      Extended Authentication not configured.")
  say("      NAT-T is %sdetected", sa.natt and "" or "not ")
  say("      Cisco Trust Security SGT is disabled")
  say("      Initiator of SA : %s", sa.role == "initiator" and "Yes" or "No")
end

local function ikev2(w, detail)
  local rows = ike_rows(w, 2)
  local n = 0
  say(" IPv4 Crypto IKEv2  SA ")
  say("")
  for _, row in ipairs(rows) do
    n = n + 1
    v2_block(w, row.sa, n, detail, row.deleted)
    say("")
  end
  say(" IPv6 Crypto IKEv2  SA ")
  say("")
end

function show.ikev2(w)
  ikev2(w, false)
end

function show.ikev2_detail(w)
  ikev2(w, true)
end

-- IPsec.

local function sa_entry(w, sa, map)
  local left = math.max(0, math.floor(sa.born + sa.lifetime - now_of(w)))
  local kb = 4608000 - (sa.packets * 84 + 1023) // 1024
  local pad = w.old and "   " or ""
  local conn = w:ipsec_conn(sa.spi)
  say("%s      spi: 0x%X(%d)", w.old and "  " or "", sa.spi, sa.spi)
  say("%s        transform: %s ,", pad, maps.worded(sa.proposal))
  say("%s        in use settings ={%s, }", pad,
      sa.natt and "Tunnel UDP-Encaps" or "Tunnel")
  if w.old then
    say("           slot: 0, conn id: %d, flow_id: %d, crypto map: %s", conn,
        conn - 1999, map.tag)
    say("           sa timing: remaining key lifetime (k/sec): (%d/%d)", kb,
        left)
    say("           IV size: 8 bytes")
    say("           replay detection support: Y")
    return
  end
  say("        conn id: %d, flow_id: Onboard VPN:%d, sibling_flags " ..
      "80000046, crypto map: %s", conn, conn - 2000, map.tag)
  say("        sa timing: remaining key lifetime (k/sec): (%d/%d)", kb, left)
  say("        IV size: 16 bytes")
  say("        replay detection support: %s",
      w.read["local"].anti_replay and "Y" or "N")
  say("        Status: ACTIVE(ACTIVE)")
end

local function sa_lists(w, map)
  for _, dir in ipairs({"in", "out"}) do
    local word = dir == "in" and "inbound" or "outbound"
    say("")
    say("     %s esp sas:", word)
    for _, sa in ipairs(sas_of(w, map, dir)) do
      sa_entry(w, sa, map)
    end
    say("")
    say("     %s ah sas:", word)
    say("")
    say("     %s pcp sas:", word)
  end
end

local function counters(w, map, detail)
  local f = w.model:flow("local", map.name)
  local decrypted = f.received
  local errors = f.replay + f.invalid_icv
  local c = w.old and "" or ":"
  say("    #pkts encaps: %d, #pkts encrypt: %d, #pkts digest%s %d", f.sent,
      f.sent, c, f.sent)
  say("    #pkts decaps: %d, #pkts decrypt: %d, #pkts verify%s %d",
      decrypted + (detail and 0 or 0), decrypted, c, decrypted)
  say("    #pkts compressed: 0, #pkts decompressed: 0")
  say("    #pkts not compressed: 0, #pkts compr. failed: 0%s",
      w.old and "," or "")
  if w.old then
    say("    #pkts decompress failed: 0, #send errors %d, #recv errors %d",
        f.no_sa, errors)
    return
  end
  say("    #pkts not decompressed: 0, #pkts decompress failed: 0")
  if not detail then
    say("    #send errors %d, #recv errors %d", f.no_sa, errors)
    return
  end
  say("    #pkts no sa (send) %d, #pkts invalid sa (rcv) 0", f.no_sa)
  say("    #pkts encaps failed (send) 0, #pkts decaps failed (rcv) 0")
  say("    #pkts invalid prot (recv) 0, #pkts verify failed: %d",
      f.invalid_icv)
  say("    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0")
  say("    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0")
  say("    ##pkts replay failed (rcv): %d", f.replay)
  say("    #pkts tagged (send): 0, #pkts untagged (rcv): 0")
  say("    #pkts not tagged (send): 0, #pkts not untagged (rcv): 0")
  say("    #pkts internal err (send): 0, #pkts internal err (recv) 0")
end

local function ipsec_block(w, at, map, detail)
  local outbound = sas_of(w, map, "out")
  local last = outbound[#outbound]
  local spi = last and last.spi or 0
  if not w.old then
    say("")
    say("   protected vrf: (none)")
  end
  say("   local  ident (addr/mask/prot/port): (%s)",
      debug.mask_of(map.local_id))
  say("   remote ident (addr/mask/prot/port): (%s)",
      debug.mask_of(map.remote_id))
  if w.old then
    say("   current_peer: %s", map.peer)
  else
    say("   current_peer %s port %d", map.peer,
        last and last.natt and 4500 or 500)
  end
  say("     PERMIT, flags={origin_is_acl,}")
  counters(w, map, detail)
  say("")
  say("     local crypto endpt.: %s, remote crypto endpt.: %s", at.address,
      map.peer)
  if w.old then
    say("     path mtu 1500, media mtu 1500")
    say("     current outbound spi: %X", spi)
  else
    local mtu = w.read["local"].interfaces[at.name].ip_mtu or 1500
    say("     plaintext mtu %d, path mtu %d, ip mtu %d, ip mtu idb %s",
        last and mtu - 62 or mtu, mtu, mtu, at.name)
    say("     current outbound spi: 0x%X(%d)", spi, spi)
    say("     PFS (Y/N): %s, DH group: %s", last and last.pfs and "Y" or "N",
        last and last.pfs or "none")
  end
  sa_lists(w, map)
end

-- peer: only that one's flows.
local function ipsec(w, detail, peer)
  local shown = 0
  for _, at in ipairs(maps.bound(w)) do
    local first = true
    for _, entry in ipairs(at.entries) do
      for _, map in ipairs(flows_of(w, entry)) do
        if not peer or map.peer == peer then
          if first then
            say("")
            say("interface: %s", at.name)
            say(w.old and "    Crypto map tag: %s, local addr. %s" or
                "    Crypto map tag: %s, local addr %s", at.map, at.address)
            first = false
          elseif w.old then
            say("")
          end
          if w.old and shown == 0 then
            say("")
          end
          ipsec_block(w, at, map, detail)
          shown = shown + 1
        end
      end
    end
  end
  if shown == 0 then
    say("")
    say("No SAs found")
  end
end

function show.ipsec(w)
  ipsec(w, false)
end

function show.ipsec_detail(w)
  ipsec(w, true)
end

function show.ipsec_peer(w, words)
  ipsec(w, words[#words] == "detail", words[6] or words[#words])
end

-- Sessions.

local function ident(net)
  local n, mask, length = cidr.parse(net)
  if length == 32 then
    return "host " .. cidr.text(n)
  end
  return cidr.text(n) .. "/" .. cidr.text(mask)
end

local function peer_of(entries)
  local list, seen = {}, {}
  for _, entry in ipairs(entries) do
    if entry.peers[1] and not seen[entry.peers[1]] then
      seen[entry.peers[1]] = true
      list[#list + 1] = entry.peers[1]
    end
  end
  return list
end

local function session_status(w, ike, active)
  if active > 0 then
    return ike and ike.state == "established" and "UP-ACTIVE" or
        "UP-NO-IKE"
  elseif ike and ike.state == "established" then
    return "UP-IDLE"
  elseif ike then
    return "DOWN-NEGOTIATING"
  end
  return "DOWN"
end

local function ike_line(w, sa, address, peer, detail, v2)
  local port = sa and sa.port or 500
  local established = sa and sa.state == "established"
  say("  IKEv%d SA: local %s/%d remote %s/%d %s ", v2 and 2 or 1, address,
      port, peer, port, established and "Active" or "Inactive")
  if detail then
    say("          Capabilities:%s connid:%d lifetime:%s",
        sa and sa.natt and "N" or "(none)", established and sa.conn or 0,
        established and hms(sa.born + sa.lifetime - now_of(w)) or "0")
  end
end

local function flow_lines(w, map, detail)
  local inbound, outbound = sas_of(w, map, "in"), sas_of(w, map, "out")
  local f = w.model:flow("local", map.name)
  say("  IPSEC FLOW: permit ip %s %s ", ident(map.local_id),
      ident(map.remote_id))
  say("        Active SAs: %d, origin: crypto map", #inbound + #outbound)
  if not detail then
    return
  end
  local function life(list)
    local sa = list[#list]
    return sa and string.format("%d/%d", 4608000 - sa.packets * 84 // 1024,
                                math.floor(sa.born + sa.lifetime -
                                           now_of(w))) or "0/0"
  end
  say("        Inbound:  #pkts dec'ed %d drop %d life (KB/Sec) %s",
      f.received, f.replay + f.invalid_icv, life(inbound))
  say("        Outbound: #pkts enc'ed %d drop %d life (KB/Sec) %s", f.sent,
      f.no_sa, life(outbound))
end

local function session(w, at, peer, detail)
  local list, active, v2 = {}, 0, false
  for _, entry in ipairs(at.entries) do
    if entry.peers[1] == peer then
      v2 = v2 or entry.profile ~= nil
      for _, map in ipairs(flows_of(w, entry)) do
        list[#list + 1] = map
        active = active + #sas_of(w, map, "in") + #sas_of(w, map, "out")
      end
    end
  end
  local ike = w:ike_sa(peer)
  local old = ike and ike.state == "established"
  say("Interface: %s", at.name)
  if detail and active > 0 then
    say("Uptime: %s", hms(w.model.time - (ike and ike.born or w.start)))
  end
  say("Session status: %s%s", session_status(w, ike, active),
      active > 0 and "     " or "")
  say("Peer: %s port %d%s", peer, ike and ike.port or 500,
      detail and " fvrf: (none) ivrf: (none)" or " ")
  if detail then
    say("      %s", old and "Phase1_id: " .. peer or "Desc: (none)")
    say("      %s", old and "Desc: (none)" or "Phase1_id: (none)")
  end
  if ike then
    say("  Session ID: 0  ")
    ike_line(w, ike, at.address, peer, detail, v2)
    if not old then
      say("  Session ID: 0  ")
      ike_line(w, ike, at.address, peer, detail, v2)
    end
  end
  for _, map in ipairs(list) do
    flow_lines(w, map, detail)
  end
  say("")
end

local function sessions(w, detail)
  say("Crypto session current status")
  say("")
  if detail then
    say("Code: C - IKE Configuration mode, D - Dead Peer Detection     ")
    say("K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     ")
    say("X - IKE Extended Authentication, F - IKE Fragmentation")
    say("R - IKE Auto Reconnect")
    say("")
  end
  for _, at in ipairs(maps.bound(w)) do
    for _, peer in ipairs(peer_of(at.entries)) do
      session(w, at, peer, detail)
    end
  end
end

function show.session(w)
  sessions(w, false)
end

function show.session_detail(w)
  sessions(w, true)
end

-- The engine.

local ALGORITHMS = {["esp-des"] = "DES", ["esp-3des"] = "3DES",
                    ["esp-aes"] = "AES", ["esp-aes 256"] = "AES256",
                    ["esp-aes 192"] = "AES192", ["esp-md5-hmac"] = "MD5",
                    ["esp-sha-hmac"] = "SHA",
                    ["esp-sha256-hmac"] = "SHA256"}
local OLD_ALGORITHMS = {["esp-des"] = "DES_56_CB", ["esp-3des"] = "3DES_56_C",
                        ["esp-md5-hmac"] = "HMAC_MD5",
                        ["esp-sha-hmac"] = "HMAC_SHA"}

local function joined(set, names, order)
  local list = {}
  for _, key in ipairs(order) do
    if set[key] then
      list[#list + 1] = names[set[key]] or set[key]
    end
  end
  return table.concat(list, "+")
end

local function ordered_sas(w)
  local list = {}
  for _, sa in ipairs(w.model:sas("local")) do
    list[#list + 1] = {id = w:ipsec_conn(sa.spi), sa = sa}
  end
  table.sort(list, function(a, b) return a.id < b.id end)
  return list
end

function show.engine_old(w)
  say("")
  say("  ID Interface       IP-Address      State  Algorithm           " ..
      "Encrypt  Decrypt")
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.state == "established" then
      say("%4d %-15s %-15s %-6s %-18s %8d %8d", sa.conn or 1, w.wan,
          sa.address, "set", "HMAC_MD5+3DES_56_C", 0, 0)
    end
  end
  for _, row in ipairs(ordered_sas(w)) do
    local sa = row.sa
    say("%4d %-15s %-15s %-6s %-18s %8d %8d", row.id, w.wan, sa.address,
        "set", joined(sa.proposal, OLD_ALGORITHMS, {"hash", "encryption"}),
        sa.dir == "out" and sa.packets or 0,
        sa.dir == "in" and sa.packets or 0)
  end
end

function show.engine(w)
  if w.old then
    show.engine_old(w)
    return
  end
  say("Crypto Engine Connections")
  say("")
  say("   ID  Type    Algorithm           Encrypt  Decrypt LastSeqN " ..
      "IP-Address")
  for _, row in ipairs(ordered_sas(w)) do
    local sa = row.sa
    say("%5d  IPsec   %-18s %8d %8d %8d %s", row.id - 2000,
        joined(sa.proposal, ALGORITHMS, {"encryption", "hash"}),
        sa.dir == "out" and sa.packets or 0,
        sa.dir == "in" and sa.packets or 0,
        sa.dir == "in" and sa.packets or 0, sa.address)
  end
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.state == "established" then
      say("%5d  IKE     %-18s %8d %8d %8d %s", sa.conn or 1001, "SHA+AES256",
          0, 0, 0, sa.address)
    end
  end
  say("")
end

function show.engine_brief(w)
  local t = w.trees["local"]
  local hw = t.engine or not w.old and "Onboard VPN"
  if hw then
    say("")
    say("        crypto engine name:  %s", hw == "Onboard VPN" and
        "Virtual Private Network (VPN) Module" or hw)
    say("        crypto engine type:  hardware")
    say("                     State:  Enabled")
    say("                  Location:  onboard 0")
    say("              Product Name:  Onboard-VPN")
    say("               Compression:  No")
    say("                       DES:  Yes")
    say("                     3 DES:  Yes")
    say("                   AES CBC:  Yes (128,192,256)")
    say("     Maximum buffer length:  0000")
  end
  say("")
  say("        crypto engine name:  Cisco VPN Software Implementation")
  say("        crypto engine type:  software")
  say("             serial number:  FFFFFFFF")
  say("       crypto engine state:  installed")
  say("     crypto engine in slot:  N/A")
end

function show.eli(w)
  local up = not w.trees["local"].manner.no_crypto
  if w.trees["local"].model == "7606" and not up then
    say("Hardware Encryption Layer: INACTIVE")
    say(" Number of crypto engines = 0 ")
    return
  end
  say("Hardware Encryption : %s", w.old and "INACTIVE" or "ACTIVE")
  say(" Number of hardware crypto engines = %d", w.old and 0 or 1)
  if not w.old then
    say("")
    say(" CryptoEngine Onboard VPN details: state = Active")
    say(" Capability    : IPPCP, DES, 3DES, AES, GCM, GMAC, IPv6, GDOI, " ..
        "FAILCLOSE")
  end
end

return show
