-- What the model notices, as an ASA's messages: {level, number, text}, and as
-- its debug lines: {debug = what, text}.

local cidr = include("cidr")

local messages = {}

local function log(list, level, number, fmt, ...)
  list[#list + 1] = {level = level, number = number,
                     text = string.format(fmt, ...)}
end

local function dbg(list, what, fmt, ...)
  list[#list + 1] = {debug = what, text = string.format(fmt, ...)}
end

-- "10.1.0.0/255.255.255.0/0/0"
function messages.proxy(net)
  local n, mask = cidr.parse(net)
  return cidr.text(n) .. "/" .. cidr.text(mask) .. "/0/0"
end

local function address_of(net)
  return (net:match("^[%d.]+"))
end

-- Phase 1 of ASAs is named by group and address.
local function group(f)
  return string.format("Group = %s, IP = %s, ", f.peer, f.peer)
end

local function v2(f)
  return f.n and f.n.version == 2
end

local function here(w)
  return w.model.ends["local"].address or "0.0.0.0"
end

local asa = {}

function asa.begin(w, f, list)
  local map = f.n and f.n.map
  if f.phase == 1 and f.role == "initiator" and v2(f) then
    log(list, 5, 750001, "Local:%s:500 Remote:%s:500 Username:Unknown " ..
        "IKEv2 Received request to establish an IPsec tunnel; local " ..
        "traffic selector = Address Range: %s-%s Protocol: 0 Port Range: " ..
        "0-65535; remote traffic selector = Address Range: %s-%s Protocol: " ..
        "0 Port Range: 0-65535", here(w), f.peer, address_of(map.local_id),
        address_of(map.local_id), address_of(map.remote_id),
        address_of(map.remote_id))
  elseif f.phase == 1 and f.role == "initiator" and w.calling then
    local m = w.calling
    log(list, 5, 713041, "IP = %s, IKE Initiator: New Phase 1, Intf inside, " ..
        "IKE Peer %s  local Proxy Address %s, remote Proxy Address %s,  " ..
        "Crypto map (%s)", f.peer, f.peer, address_of(m.local_id),
        address_of(m.remote_id), m.tag)
  elseif f.phase == 2 and map and not f.answering and not v2(f) then
    dbg(list, "isakmp", "[IKEv1 DEBUG]: Group = %s, IP = %s, IKE got SPI " ..
        "from key engine", f.peer, f.peer)
    dbg(list, "isakmp", "[IKEv1 DEBUG]: Group = %s, IP = %s, oakley " ..
        "constucting quick mode", f.peer, f.peer)
  elseif f.phase == 2 and map and not v2(f) then
    dbg(list, "isakmp", "[IKEv1 DEBUG]: Group = %s, IP = %s, processing SA " ..
        "payload", f.peer, f.peer)
  end
end

function asa.request(w, f, list)
  if v2(f) then
    return
  end
  local what = f.phase == "ph1" and "SA (1) + VENDOR (13)" or
      "HASH (8) + SA (1) + NONCE (10) + ID (5) + ID (5)"
  dbg(list, "isakmp", "[IKEv1]: IP = %s, IKE_DECODE %s Message (msgid=%x) " ..
      "with payloads : HDR + %s + NONE (0)", f.peer, f.try > 1 and
      "RESENDING" or "SENDING", f.phase == "ph1" and 0 or w:message_id(f.n),
      what)
end

function asa.called(w, f, list)
  if v2(f) then
    return
  end
  dbg(list, "isakmp", "[IKEv1]: IP = %s, IKE_DECODE RECEIVED Message " ..
      "(msgid=%x) with payloads : HDR + SA (1) + NONE (0)", f.peer,
      f.phase == "ph1" and 0 or w:message_id(f.n))
end

local CLASSES = {encryption = "Encryption Alg", hash = "Hash Alg",
                 group = "Group Description", auth = "Auth Method"}
local NAMES = {des = "DES-CBC", ["3des"] = "3DES-CBC", aes = "AES-CBC",
               ["aes-256"] = "AES-CBC", ["aes-192"] = "AES-CBC",
               md5 = "MD5", sha = "SHA"}

local function class_value(p, what)
  if what == "group" then
    return "Group " .. p.group
  end
  return NAMES[p[what]] or tostring(p[what])
end

function asa.offers(w, f, list)
  if v2(f) then
    if not f.chosen then
      log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:Unknown " ..
          "IKEv2 Negotiation aborted due to ERROR: Failed to find a " ..
          "matching policy", here(w), f.peer)
    end
    return
  end
  dbg(list, "isakmp", "[IKEv1 DEBUG]: IP = %s, processing SA payload", f.peer)
  for _, c in ipairs(f.checks) do
    if c.differs then
      dbg(list, "isakmp", "Phase 1 failure:  Mismatched attribute types for " ..
          "class %s:  Rcv'd: %s  Cfg'd: %s", CLASSES[c.differs],
          class_value(c.offer, c.differs),
          class_value(w.model.ends["local"].ike_proposals[c.own], c.differs))
    else
      dbg(list, "isakmp", "[IKEv1 DEBUG]: IP = %s, IKE SA Proposal # 1, " ..
          "Transform # %d acceptable  Matches global IKE entry # %s", f.peer,
          c.number, c.own)
    end
  end
  if not f.chosen then
    dbg(list, "isakmp", "[IKEv1 DEBUG]: IP = %s, All SA proposals found " ..
        "unacceptable", f.peer)
    log(list, 3, 713048, "IP = %s, Error processing payload: Payload ID: 1",
        f.peer)
  end
end

function asa.unknown_peer(w, f, list)
  if v2(f) then
    log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:Unknown " ..
        "IKEv2 Negotiation aborted due to ERROR: Failed to locate an item " ..
        "in the database", here(w), f.peer)
    return
  end
  log(list, 4, 713903, "Group = DefaultL2LGroup, IP = %s, Can't find a " ..
      "valid tunnel group, aborting...!", f.peer)
  log(list, 3, 713902, "IP = %s, Removing peer from peer table failed, no " ..
      "match!", f.peer)
end

function asa.no_key(_, f, list)
  log(list, 4, 713903, "Group = %s, IP = %s, Can't find a valid tunnel " ..
      "group, aborting...!", f.peer, f.peer)
end

function asa.undecryptable(_, f, list)
  log(list, 4, 713903, "%sERROR, had problems decrypting packet, probably " ..
      "due to mismatched pre-shared key.  Aborting", group(f))
end

local NOTIFY = {[14] = "No proposal chosen (14)", [18] = "Invalid ID info (18)"}

local function fsm_error(w, f, list)
  log(list, 3, 713902, "%sQM FSM error (P2 struct &0x%08x, mess id 0x%x)!",
      group(f), 0xd5c3b5b0 + w:message_id() % 4096 * 8, w:message_id())
end

function asa.notify_received(w, f, list)
  if w.v2 then
    log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:Unknown " ..
        "IKEv2 Negotiation aborted due to ERROR: %s", here(w), f.peer,
        f.type == 24 and "Auth exchange failed" or f.phase == "ph1" and
        "Received no proposal chosen notify" or
        "Failed to create child SA")
  elseif f.phase == "ph1" then
    log(list, 5, 713904, "IP = %s, Received an un-encrypted " ..
        "NO_PROPOSAL_CHOSEN notify message, dropping", f.peer)
  else
    log(list, 5, 713068, "%sReceived non-routine Notify message: %s",
        group(f), NOTIFY[f.type] or tostring(f.type))
    fsm_error(w, f, list)
    log(list, 3, 713902, "%sRemoving peer from correlator table failed, no " ..
        "match!", group(f))
  end
end

function asa.selectors_refused(w, f, list)
  if v2(f) then
    log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:%s IKEv2 " ..
        "Negotiation aborted due to ERROR: Failed to find a matching " ..
        "traffic selector", here(w), f.peer, f.peer)
    return
  end
  log(list, 3, 713061, "%sRejecting IPSec tunnel: no matching crypto map " ..
      "entry for remote proxy %s local proxy %s on interface outside",
      group(f), messages.proxy(f.theirs), messages.proxy(f.mine))
  fsm_error(w, f, list)
end

function asa.transforms_refused(w, f, list)
  if v2(f) then
    log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:%s IKEv2 " ..
        "Negotiation aborted due to ERROR: Failed to find a matching " ..
        "policy", here(w), f.peer, f.peer)
    return
  end
  log(list, 5, 713904, "%sAll IPSec SA proposals found unacceptable!",
      group(f))
  fsm_error(w, f, list)
end

function asa.timeout(w, f, list)
  if w.v2 then
    log(list, 4, 750003, "Local:%s:500 Remote:%s:500 Username:Unknown " ..
        "IKEv2 Negotiation aborted due to ERROR: Maximum number of " ..
        "retransmissions reached", here(w), f.peer)
    return
  end
  log(list, 3, 713902, "IP = %s, Removing peer from peer table failed, no " ..
      "match!", f.peer)
  log(list, 4, 713903, "IP = %s, Error: Unable to remove PeerTblEntry",
      f.peer)
end

function asa.finish(w, f, list)
  if f.phase == 1 and v2(f) then
    log(list, 5, 750006, "Local:%s:500 Remote:%s:500 Username:%s IKEv2 SA " ..
        "UP. Reason: New Connection Established", here(w), f.peer, f.peer)
  elseif f.phase == 1 then
    log(list, 5, 713119, "%sPHASE 1 COMPLETED", group(f))
  elseif not v2(f) then
    log(list, 5, 713049, "%sSecurity negotiation complete for LAN-to-LAN " ..
        "Group (%s)  %s, Inbound SPI = 0x%08x, Outbound SPI = 0x%08x",
        group(f), f.peer, f.n.from == "local" and "Initiator" or "Responder",
        f.spi_in, f.spi_out)
    log(list, 5, 713120, "%sPHASE 2 COMPLETED (msgid=%08x)", group(f),
        w:message_id(f.n))
    dbg(list, "ipsec", "IPSEC: New embryonic SA created @ 0x%08X, \n" ..
        "    SCB: 0x%08X, \n    Direction: inbound\n    SPI      : 0x%08X",
        0xD4A0B1C8, 0xD4A0A2F0, f.spi_in)
    dbg(list, "ipsec", "IPSEC: Completed host OBSA update, SPI 0x%08X",
        f.spi_out)
    dbg(list, "ipsec", "IPSEC: Completed host IBSA update, SPI 0x%08X",
        f.spi_in)
  end
end

function asa.dpd_down(w, f, list)
  if w.v2 then
    log(list, 5, 750007, "Local:%s:500 Remote:%s:500 Username:%s IKEv2 SA " ..
        "DOWN. Reason: peer lost", here(w), f.peer, f.peer)
    return
  end
  log(list, 3, 713123, "%sIKE lost contact with remote peer, deleting " ..
      "connection (keepalive type: DPD)", group(f))
  log(list, 4, 113019, "Group = %s, Username = %s, IP = %s, Session " ..
      "disconnected. Session Type: LAN-to-LAN, Duration: 0h:15m:02s, Bytes " ..
      "xmt: 10920, Bytes rcv: 10920, Reason: Lost Service", f.peer, f.peer,
      f.peer)
end

-- What both generations notice of packets.

local both = {}

function both.unknown_spi(w, f, list, time)
  if not w.log:seldom("spi " .. f.peer, time, 30) then
    return
  end
  if w.pix then
    log(list, 4, 402101, "decaps: recd IPSEC packet has invalid spi for " ..
        "destaddr=%s, prot=esp, spi=0x%x(%d)", here(w), f.spi, f.spi)
  else
    log(list, 4, 402114, "IPSEC: Received an ESP packet (SPI= 0x%08X, " ..
        "sequence number= 0x%X) from %s (user= %s) to %s with an invalid " ..
        "SPI.", f.spi, 100 + math.floor(time) % 4000, f.peer, f.peer, here(w))
  end
end

local function dropped(w, f, list, time, number, why)
  if w.log:seldom(number .. f.peer, time, 20) then
    log(list, 4, number, "IPSEC: Received an ESP packet (SPI= 0x%08X, " ..
        "sequence number= 0x%X) from %s (user= %s) to %s that failed %s.",
        f.sa.spi, f.sa.packets or 1, f.peer, f.peer, here(w), why)
  end
end

function both.replayed(w, f, list, time)
  if not w.pix then
    dropped(w, f, list, time, 402119, "anti-replay checking")
  end
end

function both.bad_icv(w, f, list, time)
  if not w.pix then
    dropped(w, f, list, time, 402120, "authentication")
  end
end

function both.not_accepted(_, f, list)
  local p = f.packet
  if f.why == "inbound" then
    log(list, 3, 106014, "Deny inbound icmp src outside:%s dst inside:%s " ..
        "(type 8, code 0)", p.src, p.dest)
  elseif f.why:match("^list ") then
    log(list, 4, 106023, "Deny icmp src outside:%s dst inside:%s (type 8, " ..
        "code 0) by access-group \"%s\" [0x0, 0x0]", p.src, p.dest,
        f.why:match("^list (.*)"))
  elseif f.why == "nat" then
    log(list, 5, 305013, "Asymmetric NAT rules matched for forward and " ..
        "reverse flows; Connection for icmp src outside:%s dst inside:%s " ..
        "(type 8, code 0) denied due to NAT reverse path failure", p.src,
        p.dest)
  elseif f.why == "no-route" then
    log(list, 6, 110003, "Routing failed to locate next hop for icmp from " ..
        "outside:%s/0 to inside:%s/0", p.src, p.dest)
  end
end

function both.link(_, f, list)
  log(list, f.state == "up" and 4 or 4, f.state == "up" and 411001 or 411002,
      "Line protocol on Interface %s, changed state to %s", f.name, f.state)
end

function both.admin(_, f, list)
  log(list, 4, 411004, "Interface %s, changed state to administratively down",
      f.name)
end

messages.asa, messages.both = asa, both

-- pix: the events of a PIX 6 (pix.lua).
function messages.of(w, pix, kind, fields, time)
  local list = {}
  local own = w.pix and pix or asa
  if own[kind] then
    own[kind](w, fields, list, time)
  end
  if both[kind] then
    both[kind](w, fields, list, time)
  end
  return list
end

return messages
