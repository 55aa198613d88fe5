-- What the firewall shows of its VPNs.

local clients = include("clients")
local messages = include("messages")

local show = {}

-- IKE.

local ASA_STATES = {initiator = {"MM_WAIT_MSG2", "MM_WAIT_MSG6"},
                    responder = {"MM_WAIT_MSG3", "MM_WAIT_MSG5"}}
local PIX_STATES = {initiator = {"MM_NO_STATE", "MM_KEY_EXCH"},
                    responder = {"MM_SA_SETUP", "MM_KEY_EXCH"}}

local function state_of(w, sa)
  if sa.state == "established" then
    return w.pix and "QM_IDLE" or "MM_ACTIVE"
  end
  local states = w.pix and PIX_STATES or ASA_STATES
  return states[sa.role][sa.keyed and 2 or 1]
end

local function ike_sas(w, version)
  local list, seen = {}, {}
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if (sa.version or 1) == version then
      list[#list + 1] = sa
      seen[sa.peer] = true
    end
  end
  for _, sa in ipairs(w:lingering()) do
    if (sa.version or 1) == version and not seen[sa.peer] then
      list[#list + 1] = sa
    end
  end
  return list
end

local function children(w, sa)
  local n = 0
  for _, x in ipairs(w.model:sas("local")) do
    if x.peer == sa.peer and x.dir == "in" then
      n = n + 1
    end
  end
  return n
end

local function pix_table(w)
  local list, embryonic = ike_sas(w, 1), 0
  for _, sa in ipairs(list) do
    embryonic = embryonic + (sa.state == "established" and 0 or 1)
  end
  local called = clients.list(w)
  say("Total     : %d", #list + #called)
  say("Embryonic : %d", embryonic)
  say("        dst               src        state     pending     created")
  for _, sa in ipairs(list) do
    local mine = sa.address or "0.0.0.0"
    local dst, src = sa.peer, mine
    if sa.role == "responder" then
      dst, src = mine, sa.peer
    end
    say("%15s  %15s    %-11s   %d           %d", dst, src, state_of(w, sa), 0,
        children(w, sa))
  end
  for _, c in ipairs(called) do
    say("%15s  %15s    %-11s   %d           %d",
        w.model.ends["local"].address or "0.0.0.0", c.peer, "QM_IDLE", 0, 1)
  end
end

local function v1_list(w, detail)
  local list = ike_sas(w, 1)
  if #list == 0 then
    say("")
    say(w.nine and "There are no IKEv1 SAs" or "There are no isakmp sas")
    return
  end
  if w.nine then
    say("")
    say("IKEv1 SAs:")
  end
  say("")
  say("   Active SA: %d", #list)
  say("    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during " ..
      "rekey)")
  say("Total IKE SA: %d", #list)
  say("")
  for i, sa in ipairs(list) do
    local p = sa.proposal or {}
    say("%d   IKE Peer: %s", i, sa.peer)
    say("    Type    : L2L             Role    : %s ", sa.role)
    say("    Rekey   : no              State   : %s ", state_of(w, sa))
    if detail then
      say("    Encrypt : %-15s Hash    : %-9s ", p.encryption or "",
          (p.hash or ""):upper())
      say("    Auth    : preshared       Lifetime: %d", p.lifetime or 86400)
      say("    Lifetime Remaining: %d", math.floor(sa.born + sa.lifetime -
                                                   w.model.time))
    end
  end
end

local V2_ENCR = {["aes-256"] = {"AES-CBC", 256}, aes = {"AES-CBC", 128},
                 ["3des"] = {"3DES"}}

local function v2_list(w)
  local list = ike_sas(w, 2)
  say("")
  if #list == 0 then
    say("There are no IKEv2 SAs")
    return
  end
  say("IKEv2 SAs:")
  say("")
  for i, sa in ipairs(list) do
    local p, up = sa.proposal or {}, sa.state == "established"
    local e = V2_ENCR[p.encryption] or {"Unknown - 0"}
    say("Session-id:%d, Status:%s, IKE count:1, CHILD count:%d", i,
        up and "UP-ACTIVE" or "UP-IDLE", children(w, sa))
    say("")
    say("Tunnel-id                 Local                Remote     Status  " ..
        "       Role")
    say("%9d  %s/%d  %s/%d      %s    %s", 3686011 + i, sa.address or
        "0.0.0.0", sa.port, sa.peer, sa.port, up and "READY" or "IN-NEG",
        sa.role:upper())
    say("      Encr: %s, %sHash: SHA96, DH Grp:%d, Auth sign: PSK, Auth " ..
        "verify: PSK", e[1], e[2] and "keysize: " .. e[2] .. ", " or "",
        p.group or 0)
    say("      Life/Active Time: %d/%d sec", up and sa.lifetime or 86400,
        math.floor(w.model.time - sa.born))
    for _, x in ipairs(w.model:sas("local")) do
      local map = w.model.ends["local"].maps[x.map]
      if x.peer == sa.peer and x.dir == "in" and map then
        local other = w.model:outbound("local", x.map)
        say("Child sa: local selector  %s/0 - %s/65535",
            map.local_id:match("^[%d.]+"), map.local_id:match("^[%d.]+"):gsub(
                "0$", "255"))
        say("          remote selector %s/0 - %s/65535",
            map.remote_id:match("^[%d.]+"),
            map.remote_id:match("^[%d.]+"):gsub("0$", "255"))
        say("          ESP spi in/out: 0x%x/0x%x  ", x.spi,
            other and other.spi or 0)
      end
    end
  end
end

function show.isakmp(w, words)
  if w.pix then
    pix_table(w)
    return
  end
  v1_list(w, words[#words] == "detail")
  if w.nine then
    v2_list(w)
  end
end

function show.ikev1(w, words)
  v1_list(w, words[#words] == "detail")
end

function show.ikev2(w)
  v2_list(w)
end

-- IPsec.

local function sas_of(w, map, dir)
  local list = {}
  for _, sa in ipairs(w.model:sas("local")) do
    if sa.map == map.name and sa.dir == dir then
      list[#list + 1] = sa
    end
  end
  return list
end

local function timing(w, sa)
  return 4374000 - (sa.bytes or 0) // 1024,
      math.max(0, math.floor(sa.born + sa.lifetime - w.model.time))
end

local function asa_sa(w, sa, map)
  local kb, left = timing(w, sa)
  local kind = w.v2 and "IKEv2" or "IKEv1"
  say("      spi: 0x%08X (%d)", sa.spi, sa.spi)
  if w.nine then
    say("         SA State: active")
  end
  say("         transform: %s no compression ", sa.proposal.text)
  say("         in use settings ={L2L, Tunnel, %s%s}",
      sa.natt and " NAT-T-Encaps, " or "", w.nine and kind .. ", " or "")
  say("         slot: 0, conn_id: %d, crypto-map: %s", 4096 * (sa.number % 900 +
      1), map.tag)
  say("         sa timing: remaining key lifetime (kB/sec): (%d/%d)", kb, left)
  say("         IV size: 16 bytes")
  say("         replay detection support: Y")
  say("         Anti replay bitmap: ")
  say("          0x%08X 0x%08X", 0, 0xffffffff)
end

local function asa_counters(f)
  say("      #pkts encaps: %d, #pkts encrypt: %d, #pkts digest: %d", f.sent,
      f.sent, f.sent)
  say("      #pkts decaps: %d, #pkts decrypt: %d, #pkts verify: %d",
      f.received, f.received, f.received)
  say("      #pkts compressed: 0, #pkts decompressed: 0")
  say("      #pkts not compressed: %d, #pkts comp failed: 0, #pkts decomp " ..
      "failed: 0", f.sent)
  say("      #pre-frag successes: 0, #pre-frag failures: 0, #fragments " ..
      "created: 0")
  say("      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing " ..
      "reassembly: 0")
  say("      #send errors: %d, #recv errors: %d", f.no_sa > 1 and 0 or 0,
      f.replay + f.invalid_icv)
end

local function rule_text(map)
  return map.rule.text
end

local function asa_block(w, map)
  local inbound, outbound = sas_of(w, map, "in"), sas_of(w, map, "out")
  local last = outbound[#outbound]
  local port = last.natt and 4500 or 500
  local address = w.model.ends["local"].address
  say("    Crypto map tag: %s, seq num: %d, local addr: %s", map.tag,
      map.entry.seq, address)
  say("")
  say("      access-list %s extended %s ", map.entry.acl, rule_text(map))
  say("      local ident (addr/mask/prot/port): (%s)",
      messages.proxy(map.local_id))
  say("      remote ident (addr/mask/prot/port): (%s)",
      messages.proxy(map.remote_id))
  say("      current_peer: %s", map.peer)
  say("")
  asa_counters(w.model:flow("local", map.name))
  say("")
  if w.nine then
    say("      local crypto endpt.: %s/%d, remote crypto endpt.: %s/%d",
        address, port, map.peer, port)
    say("      path mtu 1500, ipsec overhead 74(44), media mtu 1500")
    say("      PMTU time remaining (sec): 0, DF policy: copy-df")
    say("      ICMP error validation: disabled, TFC packets: disabled")
  else
    say("      local crypto endpt.: %s, remote crypto endpt.: %s", address,
        map.peer)
    say("")
    say("      path mtu 1500, ipsec overhead 74, media mtu 1500")
  end
  say("      current outbound spi: %08X", last.spi)
  if w.nine and inbound[1] then
    say("      current inbound spi : %08X", inbound[#inbound].spi)
  end
  for _, side in ipairs({{"in", inbound}, {"out", outbound}}) do
    if side[1] == "in" then
      say("")
    end
    say("    %sbound esp sas:", side[1])
    for _, sa in ipairs(side[2]) do
      asa_sa(w, sa, map)
    end
  end
  say("")
end

local function pix_sas(w, map, list, word)
  say("     %s esp sas:", word)
  for _, sa in ipairs(list) do
    local kb, left = timing(w, sa)
    say("      spi: 0x%x(%d)", sa.spi, sa.spi)
    say("        transform: %s ,", sa.proposal.text)
    say("        in use settings ={Tunnel, }")
    say("        slot: 0, conn id: %d, crypto map: %s", word == "inbound" and
        1 or 2, map.tag)
    say("        sa timing: remaining key lifetime (k/sec): (%d/%d)", kb, left)
    say("        IV size: 8 bytes")
    say("        replay detection support: Y")
  end
  say("")
  say("     %s ah sas:", word)
  say("")
  say("     %s pcp sas:", word)
  say("")
end

local function pix_counters(f)
  say("    #pkts encaps: %d, #pkts encrypt: %d, #pkts digest %d", f.sent,
      f.sent, f.sent)
  say("    #pkts decaps: %d, #pkts decrypt: %d, #pkts verify %d", f.received,
      f.received, f.received)
  say("    #pkts compressed: 0, #pkts decompressed: 0")
  say("    #pkts not compressed: 0, #pkts compr. failed: 0, #pkts " ..
      "decompress failed: 0")
  say("    #send errors %d, #recv errors %d", f.no_sa, f.replay +
      f.invalid_icv)
end

local function pix_block(w, map)
  local f = w.model:flow("local", map.name)
  local inbound, outbound = sas_of(w, map, "in"), sas_of(w, map, "out")
  local last = outbound[#outbound]
  local address = w.model.ends["local"].address or "0.0.0.0"
  say("   local  ident (addr/mask/prot/port): (%s)",
      messages.proxy(map.local_id))
  say("   remote ident (addr/mask/prot/port): (%s)",
      messages.proxy(map.remote_id))
  say("   current_peer: %s", map.peer)
  say("     PERMIT, flags={origin_is_acl,}")
  pix_counters(f)
  say("")
  say("     local crypto endpt.: %s, remote crypto endpt.: %s", address,
      map.peer)
  say("     path mtu 1500, ipsec overhead %d, media mtu 1500",
      last and 56 or 0)
  say("     current outbound spi: %x", last and last.spi or 0)
  say("")
  pix_sas(w, map, inbound, "inbound")
  pix_sas(w, map, outbound, "outbound")
  say("")
end

-- The SAs of a client: made when it called, of numbers of its own.
local function client_sa(w, c, n, spi)
  return {spi = spi, born = w.start, lifetime = 28800,
          bytes = n * 84, proposal = w.read["local"].sets["ESP-SET"] or
              select(2, next(w.read["local"].sets)) or {text = "esp-3des"}}
end

local function client_block(w, tag, c)
  local address = w.model.ends["local"].address or "0.0.0.0"
  local map = {tag = tag}
  local outbound = client_sa(w, c, c.sent, 0x9a46ecae)
  say("   local  ident (addr/mask/prot/port): (0.0.0.0/0.0.0.0/0/0)")
  say("   remote ident (addr/mask/prot/port): (%s/255.255.255.255/0/0)",
      c.address)
  say("   current_peer: %s", c.peer)
  say("   dynamic allocated peer ip: %s", c.address)
  say("")
  say("     PERMIT, flags={}")
  pix_counters({sent = c.sent, received = c.received, no_sa = 0, replay = 0,
                invalid_icv = 0})
  say("")
  say("     local crypto endpt.: %s, remote crypto endpt.: %s", address, c.peer)
  say("     path mtu 1500, ipsec overhead 56, media mtu 1500")
  say("     current outbound spi: %x", outbound.spi)
  say("")
  pix_sas(w, map, {client_sa(w, c, c.received, 0x50b98b5)}, "inbound")
  pix_sas(w, map, {outbound}, "outbound")
  say("")
end

local function applied(w)
  local r = w.read["local"]
  for tag, name in pairs(r.map_interface) do
    if r.maps[tag] then
      return tag, name
    end
  end
end

local function in_order(w)
  local list = {}
  for _, map in pairs(w.model.ends["local"].maps) do
    list[#list + 1] = map
  end
  return list
end

local function pix_head(w, tag, interface)
  say("")
  say("")
  say("interface: %s", interface)
  say("    Crypto map tag: %s, local addr. %s", tag,
      w.model.ends["local"].address or "0.0.0.0")
  say("")
end

function show.ipsec(w, words)
  local peer = words[5] == "peer" and words[6] or words[4] == "peer" and
      words[5]
  local tag, interface = applied(w)
  local shown = 0
  for _, map in ipairs(tag and in_order(w) or {}) do
    local wanted = map.tag == tag and (not peer or map.peer == peer) and
        (w.pix or #sas_of(w, map, "out") > 0)
    if wanted and shown == 0 and w.pix then
      pix_head(w, tag, interface)
    elseif wanted and shown == 0 then
      say("interface: %s", interface)
    end
    if wanted then
      shown = shown + 1;
      (w.pix and pix_block or asa_block)(w, map)
    end
  end
  for _, c in ipairs(w.pix and tag and clients.list(w) or {}) do
    if shown == 0 then
      pix_head(w, tag, interface)
    end
    shown = shown + 1
    client_block(w, tag, c)
  end
  if shown == 0 then
    say("")
    say("There are no ipsec sas")
  end
end

-- Sessions.

function show.l2l(w, words)
  local detail, shown = words[#words] == "detail" or words[3] == "detail", 0
  for _, sa in ipairs(w.model:ike_sas("local")) do
    if sa.state == "established" and children(w, sa) > 0 then
      shown = shown + 1
      if shown == 1 then
        say("")
        say("Session Type: LAN-to-LAN%s", detail and " Detailed" or "")
      end
      local tx, rx = 0, 0
      for _, x in ipairs(w.model:sas("local")) do
        if x.peer == sa.peer and x.dir == "out" then
          tx = tx + (x.bytes or 0)
        elseif x.peer == sa.peer then
          rx = rx + (x.bytes or 0)
        end
      end
      local age = math.floor(w.model.time - sa.born)
      say("")
      say("Connection   : %s", sa.peer)
      say("Index        : %-22d IP Addr      : %s", shown, sa.peer)
      say("Protocol     : %s IPsec", sa.version == 2 and "IKEv2" or "IKEv1")
      say("Encryption   : IKEv1: (1)AES256  IPsec: (1)AES256")
      say("Hashing      : IKEv1: (1)SHA1  IPsec: (1)SHA1")
      say("Bytes Tx     : %-22d Bytes Rx     : %d", tx, rx)
      say("Login Time   : 09:30:01 UTC Mon Mar 16 2026")
      say("Duration     : %dh:%02dm:%02ds", age // 3600, age // 60 % 60,
          age % 60)
    end
  end
  if shown == 0 then
    say("INFO: There are presently no active sessions of the type specified")
  end
  say("")
end

return show
