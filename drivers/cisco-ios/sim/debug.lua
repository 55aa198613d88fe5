-- What the model notices, as the router's messages and debug lines.
--
-- An event gives a list of {level, text, what}: level 7 lines appear while
-- debugging of what ("isakmp", "ipsec", "engine", ...) is on.

local cidr = include("cidr")
local v2 = include("debug_v2")

local debug = {}

local function dbg(list, what, fmt, ...)
  list[#list + 1] = {7, string.format(fmt, ...), what}
end

local function syslog(list, level, fmt, ...)
  list[#list + 1] = {level, string.format(fmt, ...)}
end

-- "ISAKMP:(1001):" of new systems, "ISAKMP (0:1): " of old ones.
local function tag(w, sa)
  local conn = sa and sa.conn or 0
  if w.old then
    return string.format("ISAKMP (0:%d): ", conn == 0 and 1 or conn)
  end
  return string.format("ISAKMP:(%d):", conn)
end

local function role_of(f)
  return f.n.from == "local" and "I" or "R"
end

local function my_sa(f)
  return f.n.from == "local" and f.n.sa or f.n.res and f.n.res.sa
end

-- The state of an SA as Cisco names it.
function debug.state(sa)
  if not sa then
    return "MM_NO_STATE"
  elseif sa.state == "established" then
    return "QM_IDLE"
  elseif sa.keyed then
    return "MM_KEY_EXCH"
  elseif sa.role == "responder" then
    return "MM_SA_SETUP"
  end
  return "MM_NO_STATE"
end

local ENCR = {des = "DES-CBC", ["3des"] = "3DES-CBC", aes = "AES-CBC"}
local GROUPS = {[1] = "1", [2] = "2", [5] = "5", [14] = "14"}

local function policy_lines(list, p)
  local name, bits = p.encryption:match("^(%a*%d*%a*)%s*(%d*)$")
  dbg(list, "isakmp", "ISAKMP:      encryption %s",
      ENCR[name] or name:upper())
  if name == "aes" then
    dbg(list, "isakmp", "ISAKMP:      keylength of %s",
        bits == "" and "128" or bits)
  end
  dbg(list, "isakmp", "ISAKMP:      hash %s", p.hash:upper())
  dbg(list, "isakmp", "ISAKMP:      default group %s",
      GROUPS[p.group] or tostring(p.group))
  dbg(list, "isakmp", "ISAKMP:      auth %s",
      p.auth == "pre-share" and "pre-share" or "RSA sig")
  dbg(list, "isakmp", "ISAKMP:      life type in seconds")
  local l = p.lifetime or 86400
  dbg(list, "isakmp", "ISAKMP:      life duration (VPI) of  0x%X 0x%X 0x%X " ..
      "0x%X", l >> 24 & 255, l >> 16 & 255, l >> 8 & 255, l & 255)
end

local DIFFERS = {
  encryption = "Encryption algorithm offered does not match policy!",
  hash = "Hash algorithm offered does not match policy!",
  auth = "Authentication method offered does not match policy!",
  group = "Diffie-Hellman group offered does not match policy!",
}

local function ports(f)
  return string.format("my_port %d peer_port %d", f.port, f.port)
end

local events = {}

function events.begin(w, f, list)
  local t = tag(w, f.sa)
  if f.phase == 1 and f.role == "initiator" then
    dbg(list, "isakmp", "ISAKMP: local port 500, remote port 500")
    dbg(list, "isakmp", "%sCan not start Aggressive mode, trying Main mode.",
        tag(w))
    dbg(list, "isakmp", "%sfound peer pre-shared key matching %s", tag(w),
        f.peer)
    dbg(list, "isakmp", "%sInput = IKE_MESG_FROM_IPSEC, IKE_SA_REQ_MM",
        tag(w))
    dbg(list, "isakmp", "%sOld State = IKE_READY  New State = IKE_I_MM1",
        tag(w))
    dbg(list, "isakmp", "%s beginning Main Mode exchange", tag(w))
  elseif f.phase == 2 and f.n and not f.answering then
    dbg(list, "isakmp", "%sbeginning Quick Mode exchange, M-ID of %d", t,
        w:message_id(f.n))
    dbg(list, "isakmp", "%sOld State = IKE_QM_READY  New State = IKE_QM_I_QM1",
        t)
  elseif f.phase == 2 and f.n then
    events.proposal(w, f, list)
  end
end

-- What an end proposes for phase 2, as the other one sees it.
function events.proposal(w, f, list)
  local t = tag(w, f.sa)
  local name = f.n.map.proposals[1]
  local set = w.model.ends[f.n.from].ipsec_proposals[name]
  dbg(list, "isakmp", "%s processing HASH payload. message ID = %d", t,
      w:message_id(f.n))
  dbg(list, "isakmp", "%s processing SA payload. message ID = %d", t,
      w:message_id(f.n))
  dbg(list, "isakmp", "%sChecking IPSec proposal 1", t)
  dbg(list, "isakmp", "ISAKMP: transform 1, %s",
      debug.transform(set).name)
  dbg(list, "isakmp", "ISAKMP:   attributes in transform:")
  dbg(list, "isakmp", "ISAKMP:      encaps is 1 (Tunnel)")
  dbg(list, "isakmp", "ISAKMP:      SA life type in seconds")
  dbg(list, "isakmp", "ISAKMP:      SA life duration (basic) of %d",
      f.n.map.lifetime)
  dbg(list, "isakmp", "ISAKMP:      SA life type in kilobytes")
  dbg(list, "isakmp",
      "ISAKMP:      SA life duration (VPI) of  0x0 0x46 0x50 0x0")
  if set and set.hash then
    dbg(list, "isakmp", "ISAKMP:      authenticator is HMAC-%s",
        set.hash:match("esp%-(%w+)"):upper())
  end
  if debug.transform(set).bits then
    dbg(list, "isakmp", "ISAKMP:      key length is %s",
        debug.transform(set).bits)
  end
  if f.n.map.pfs then
    dbg(list, "isakmp", "ISAKMP:      group is %s",
        f.n.map.pfs:match("%d+"))
  end
end

local TRANSFORMS = {["esp-des"] = {"ESP_DES", 2},
                    ["esp-3des"] = {"ESP_3DES", 3}, ["esp-aes"] = {"ESP_AES", 12}}

function debug.transform(set)
  local word, bits = (set and set.encryption or ""):match("^(%S*)%s*(%d*)$")
  local t = TRANSFORMS[word] or {"ESP_NULL", 11}
  return {name = t[1], id = t[2],
          bits = word == "esp-aes" and (bits == "" and "128" or bits) or nil}
end

function events.request(w, f, list)
  local t = tag(w, f.n.sa)
  local state = debug.state(f.n.sa)
  if f.try > 1 and f.phase == "ph1" then
    dbg(list, "isakmp", "%s retransmitting phase 1 %s...", t, state)
    dbg(list, "isakmp", "%s: incrementing error counter on sa, attempt " ..
        "%d of 5: retransmit phase 1", (t:gsub(":? ?$", "")), f.try - 1)
  elseif f.try > 1 then
    dbg(list, "isakmp", "%s retransmitting phase 2 QM_IDLE       %d ...", t,
        w:message_id(f.n))
    dbg(list, "isakmp", "%s: incrementing error counter on sa, attempt " ..
        "%d of 5: retransmit phase 2", (t:gsub(":? ?$", "")), f.try - 1)
  end
  dbg(list, "isakmp", "%s sending packet to %s %s (I) %s", t, f.peer,
      ports(f), state)
end

function events.reply(w, f, list)
  local t = tag(w, f.n.sa):gsub(":(%()", " %1"):gsub(":$", ":")
  dbg(list, "isakmp", "%sreceived packet from %s dport %d sport %d Global " ..
      "(I) %s", t:sub(-1) == " " and t or t .. " ", f.peer, f.port, f.port,
      debug.state(f.n.sa))
end

function events.called(w, f, list)
  local sa = my_sa(f)
  local t = tag(w, sa):gsub(":(%()", " %1")
  dbg(list, "isakmp", "%sreceived packet from %s dport %d sport %d Global " ..
      "(%s) %s", t:sub(-1) == " " and t or t .. " ", f.peer, f.port, f.port,
      (sa or f.phase == "ph2") and "R" or "N",
      f.phase == "ph2" and "QM_IDLE" or sa and debug.state(sa) or "NEW SA")
end

local function mode_failure(list, mode, peer)
  syslog(list, 6, "%%CRYPTO-6-IKMP_MODE_FAILURE: Processing of %s failed " ..
         "with peer at %s", mode, peer)
end

local function refused_offer(w, f, list, t)
  dbg(list, "isakmp", "%sno offers accepted!", t)
  if w.old then
    dbg(list, "isakmp", "%sphase 1 SA not acceptable!", t)
    dbg(list, "isakmp", "%sSA not acceptable!", t)
  else
    dbg(list, "isakmp", "%s phase 1 SA policy not acceptable! (local %s " ..
        "remote %s)", t, w.model.ends["local"].address or "0.0.0.0", f.peer)
  end
  mode_failure(list, "Main Mode", f.peer)
end

function events.offers(w, f, list)
  local t = tag(w)
  dbg(list, "isakmp", "%sOld State = IKE_READY  New State = IKE_R_MM1", t)
  dbg(list, "isakmp", "%s processing SA payload. message ID = 0", t)
  dbg(list, "isakmp", "%sfound peer pre-shared key matching %s", t, f.peer)
  for _, c in ipairs(f.checks) do
    dbg(list, "isakmp", "%sChecking ISAKMP transform %d against priority " ..
        "%s policy", t, c.number, c.own)
    policy_lines(list, c.offer)
    if c.differs then
      dbg(list, "isakmp", "%s%s", t, DIFFERS[c.differs])
      dbg(list, "isakmp", "%satts are not acceptable. Next payload is 0", t)
    else
      dbg(list, "isakmp", "%satts are acceptable. Next payload is 0", t)
    end
  end
  if not f.chosen then
    refused_offer(w, f, list, t)
  end
end

function events.chosen(w, f, list)
  local t = tag(w)
  dbg(list, "isakmp", "%sOld State = IKE_I_MM1  New State = IKE_I_MM2", t)
  dbg(list, "isakmp", "%s processing SA payload. message ID = 0", t)
  dbg(list, "isakmp", "%sChecking ISAKMP transform 1 against priority %d " ..
      "policy", t, f.proposal.priority or 1)
  policy_lines(list, f.proposal)
  dbg(list, "isakmp", "%satts are acceptable. Next payload is 0", t)
  dbg(list, "isakmp", "%sOld State = IKE_I_MM3  New State = IKE_I_MM4",
      tag(w, f.n.sa))
  dbg(list, "isakmp", "%sSend initial contact", tag(w, f.n.sa))
  dbg(list, "isakmp", "%sSA is doing pre-shared key authentication using " ..
      "id type ID_IPV4_ADDR", tag(w, f.n.sa))
  dbg(list, "isakmp", "%sOld State = IKE_I_MM4  New State = IKE_I_MM5",
      tag(w, f.n.sa))
end

function events.unknown_peer(w, f, list)
  local t = tag(w)
  dbg(list, "isakmp", "%s processing SA payload. message ID = 0", t)
  dbg(list, "isakmp", "%sNo pre-shared key with %s!", t, f.peer)
  dbg(list, "isakmp", "ISAKMP: No cert, and no keys (public or pre-shared) " ..
      "with remote peer %s", f.peer)
  refused_offer(w, f, list, t)
end

function events.no_key(w, f, list)
  local t = tag(w)
  dbg(list, "isakmp", "%sNo pre-shared key with %s!", t, f.peer)
  dbg(list, "isakmp", "ISAKMP: No cert, and no keys (public or pre-shared) " ..
      "with remote peer %s", f.peer)
  dbg(list, "isakmp", "%s No Cert or pre-shared address key.", t)
  dbg(list, "isakmp", "%s construct_initial_message: Can not start Main mode",
      t)
end

function events.undecryptable(w, f, list)
  local t = tag(w, my_sa(f))
  dbg(list, "isakmp", "%sreserved not zero on payload 5!", t)
  syslog(list, 4, "%%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from %s failed " ..
         "its sanity check or is malformed", f.peer)
end

function events.notify_received(w, f, list)
  local t = tag(w, w:live_sa(f.peer))
  if f.phase == "ph1" then
    dbg(list, "isakmp", "%sNotify has no hash. Rejected.", t)
    dbg(list, "isakmp", "%sreceived notify NO_PROPOSAL_CHOSEN", t)
    mode_failure(list, "Informational mode", f.peer)
  elseif f.type == 18 then
    dbg(list, "isakmp", "%s processing NOTIFY INVALID_ID_INFO protocol 1\n" ..
        "\tspi 0, message ID = %d, sa = 0x64D5A8B0", t,
        w:message_id())
  else
    dbg(list, "isakmp", "%s processing NOTIFY PROPOSAL_NOT_CHOSEN protocol " ..
        "3\n\tspi %d, message ID = %d, sa = 0x64D5A8B0", t,
        1700000000 + w:message_id() % 9999, w:message_id())
  end
  if f.phase == "ph2" then
    dbg(list, "isakmp", "%sdeleting node %d error FALSE reason " ..
        "\"Informational (in) state 1\"", t, w:message_id())
  end
end

local function mask_of(net)
  local n, mask = cidr.parse(net)
  return cidr.text(n) .. "/" .. cidr.text(mask) .. "/0/0"
end
debug.mask_of = mask_of

local function proposal_request(w, f, list)
  local here = w.model.ends["local"].address or f.n.target
  if w.old then
    dbg(list, "ipsec", "IPSEC(validate_proposal_request): proposal part " ..
        "#1,\n  (key eng. msg.) dest= %s, src= %s,\n    dest_proxy= %s (type=4)," ..
        "\n    src_proxy= %s (type=4),\n    protocol= ESP, transform= %s ," ..
        "\n    lifedur= 0s and 0kb,\n    spi= 0x0(0), conn_id= 0, " ..
        "keysize= 0, flags= 0x4", here, f.peer, mask_of(f.mine),
        mask_of(f.theirs), w.model.ends[f.n.from].ipsec_proposals[
            f.n.map.proposals[1]].text)
    return
  end
  dbg(list, "ipsec", "IPSEC(validate_proposal_request): proposal part #1\n" ..
      "IPSEC(validate_proposal_request): proposal part #1,\n" ..
      "  (key eng. msg.) INBOUND local= %s:0, remote= %s:0,\n" ..
      "    local_proxy= %s (type=4),\n    remote_proxy= %s (type=4),\n" ..
      "    protocol= ESP, transform= NONE  (Tunnel),\n" ..
      "    lifedur= 0s and 0kb,\n    spi= 0x0(0), conn_id= 0, keysize= 0, " ..
      "flags= 0x0", here, f.peer, mask_of(f.mine), mask_of(f.theirs))
end

local function phase_2_refused(w, f, list, t, kind)
  if w.old then
    dbg(list, "isakmp", "%sSA not acceptable!", t)
  else
    dbg(list, "isakmp", "%s phase 2 SA policy not acceptable! (local %s " ..
        "remote %s)", t, w.model.ends["local"].address or "0.0.0.0", f.peer)
  end
  dbg(list, "isakmp", "%s sending notify %s protocol 3", t, kind)
  mode_failure(list, "Quick mode", f.peer)
end

function events.selectors_refused(w, f, list)
  local t = tag(w, f.sa)
  dbg(list, "isakmp", "%satts are acceptable.", t)
  proposal_request(w, f, list)
  if f.why == "local-address" then
    dbg(list, "ipsec", "IPSEC(validate_proposal): invalid local address %s",
        f.n.target)
    dbg(list, "isakmp", "%satts not acceptable. Next payload is 0", t)
  elseif f.why == "peer" then
    dbg(list, "ipsec", "IPSEC(validate_transform_proposal): peer address " ..
        "%s not found", f.peer)
  elseif w.old then
    dbg(list, "ipsec", "IPSEC(validate_transform_proposal): proxy " ..
        "identities not supported")
    dbg(list, "isakmp", "ISAKMP: IPSec policy invalidated proposal")
  else
    dbg(list, "ipsec", "map_db_find_best did not find matching map")
    dbg(list, "ipsec", "IPSEC(ipsec_process_proposal): proxy identities " ..
        "not supported")
    dbg(list, "isakmp", "%s IPSec policy invalidated proposal with error 32",
        t)
  end
  phase_2_refused(w, f, list, t, "PROPOSAL_NOT_CHOSEN")
end

function events.transforms_refused(w, f, list)
  local t = tag(w, f.sa)
  local set = w.model.ends[f.n.from].ipsec_proposals[f.n.map.proposals[1]]
  if w.old then
    dbg(list, "ipsec", "IPSEC(validate_proposal): transform proposal " ..
        "(prot 3, trans %d, hmac_alg %d) not supported",
        debug.transform(set).id,
        set.hash and set.hash:match("md5") and 1 or 2)
    dbg(list, "isakmp", "%satts not acceptable. Next payload is 0", t)
  else
    dbg(list, "isakmp", "%satts are acceptable.", t)
    dbg(list, "ipsec", "IPSEC(ipsec_process_proposal): transform proposal " ..
        "not supported for identity:\n    {%s }", set.text)
    dbg(list, "isakmp", "%s IPSec policy invalidated proposal with error 256",
        t)
  end
  phase_2_refused(w, f, list, t, "PROPOSAL_NOT_CHOSEN")
end

function events.timeout(w, f, list)
  local t = tag(w)
  dbg(list, "isakmp", "%speer does not do paranoid keepalives.", t)
  dbg(list, "isakmp", "%sdeleting SA reason \"Death by retransmission P%s\" " ..
      "state (I) %s (peer %s)", t, f.phase == "ph1" and "1" or "2",
      debug.state(w:live_sa(f.peer)), f.peer)
  dbg(list, "ipsec", "IPSEC(key_engine): request timer fired: count = 2,")
end

local function key_message(f, dir, here, src, dest, spi, conn, flags, set)
  local a, b = "src", "dest"
  if dir == "in" then
    a, b = "dest", "src"
  end
  return string.format(
      "IPSEC(initialize_sas): ,\n  (key eng. msg.) %s= %s, %s= %s,\n" ..
      "    %s_proxy= %s (type=4),\n    %s_proxy= %s (type=4),\n" ..
      "    protocol= ESP, transform= %s ,\n    lifedur= %ds and 4608000kb,\n" ..
      "    spi= 0x%X(%d), conn_id= %d, keysize= 0, flags= 0x%X", a, here, b,
      f.peer, a, src, b, dest, set, f.terms.lifetime, spi, spi, conn, flags)
end

local function sas_announced(w, f, list, here, mine, theirs)
  local t = tag(w, f.n.from == "local" and f.n.sa or w:live_sa(f.peer))
  dbg(list, "isakmp", "%s Creating IPSec SAs", t)
  dbg(list, "isakmp", "        inbound SA from %s to %s (f/i)  0/ 0\n" ..
      "        (proxy %s to %s)", f.peer, here, theirs:match("^[%d.]+"),
      mine:match("^[%d.]+"))
  dbg(list, "isakmp", "        outbound SA from %s to %s (f/i) 0/0\n" ..
      "        (proxy %s to %s)", here, f.peer, mine:match("^[%d.]+"),
      theirs:match("^[%d.]+"))
end

local function sas_made(w, f, list)
  local here = w.model.ends["local"].address or "0.0.0.0"
  local mine, theirs = mask_of(f.map.local_id), mask_of(f.map.remote_id)
  local set = f.terms.proposal.text
  if f.n.version ~= 2 then
    sas_announced(w, f, list, here, mine, theirs)
  end
  dbg(list, "ipsec", "%s", key_message(f, "in", here, mine, theirs, f.spi_in,
                                       0, 4, set))
  dbg(list, "ipsec", "%s", key_message(f, "out", here, mine, theirs,
                                       f.spi_out, 0, 12, set))
  for _, sa in ipairs({{f.spi_in, here}, {f.spi_out, f.peer}}) do
    dbg(list, "ipsec", "IPSEC(create_sa): sa created,\n" ..
        "  (sa) sa_dest= %s, sa_prot= 50,\n    sa_spi= 0x%X(%d),\n" ..
        "    sa_trans= %s , sa_conn_id= %d", sa[2], sa[1], sa[1], set,
        w:ipsec_conn(sa[1]))
  end
end

function events.finish(w, f, list)
  if f.phase == 2 then
    sas_made(w, f, list)
    if w.read["local"].log_sessions then
      syslog(list, 5, "%%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  " ..
             "Peer %s:500       Id: %s", f.peer, f.peer)
    end
    return
  end
  local t = tag(w, f.sa)
  dbg(list, "isakmp", "%s processing ID payload. message ID = 0", t)
  dbg(list, "isakmp", "%s processing HASH payload. message ID = 0", t)
  dbg(list, "isakmp", "%sSA has been authenticated with %s", t, f.peer)
  dbg(list, "isakmp", "%sOld State = IKE_%s_MM%d  New State = " ..
      "IKE_P1_COMPLETE", t, f.sa.role == "initiator" and "I" or "R",
      f.sa.role == "initiator" and 6 or 5)
end

function events.unknown_spi(w, f, list, time)
  if w.log:seldom("spi " .. f.peer, time, 60) then
    syslog(list, 4, "%%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC " ..
           "packet has invalid spi for destaddr=%s, prot=50, " ..
           "spi=0x%X(%d), srcaddr=%s", w.model.ends["local"].address or
           "0.0.0.0", f.spi, f.spi, f.peer)
  end
end

-- How the hardware words it; the software's own is the first.
local REPLAY = {
  software = {4, "%%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed " ..
                 "connection id=%d"},
  HW_VPN = {1, "%%HW_VPN-1-HPRXERR: Virtual Private Network (VPN) Module" ..
               "0/2: Packet Encryption/Decryption error, status=4615"},
  C1700_EM = {1, "%%C1700_EM-1-ERROR: packet-rx error: ESP sequence fail"},
}

function events.replayed(w, f, list, time)
  local m = REPLAY[w.trees["local"].engine] or REPLAY.software
  if w.log:seldom("replay " .. f.peer, time, 30) then
    syslog(list, m[1], m[2], w:ipsec_conn(f.sa.spi))
  end
end

function events.bad_icv(w, f, list, time)
  if not w.log:seldom("icv " .. f.peer, time, 20) then
    return
  end
  if w.trees["local"].engine == "MOTCR" then
    syslog(list, 1, "%%MOTCR-1-ERROR:motcr_crypto_callback() motcr return " ..
           "failure")
    syslog(list, 1, "%%MOTCR-1-PKTENGRET_ERROR: MOTCR PktEng Return Value " ..
           "= 0x20000, PktEngReturn_MACMiscompare")
  else
    syslog(list, 4, "%%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify " ..
           "failed for connection id=%d", w:ipsec_conn(f.sa.spi))
  end
end

function events.no_engine(_, _, list)
  syslog(list, 3, "crypto_engine_select_crypto_engine: can't handle any " ..
         "more")
end

function events.dpd_missed(w, f, list)
  local t = tag(w, f.sa)
  dbg(list, "isakmp", "%sDPD incrementing error counter (%d/5)", t, f.n)
end

function events.dpd_down(w, f, list)
  dbg(list, "isakmp", "%speer %s not responding!", tag(w, f.sa), f.peer)
  if w.read["local"].log_sessions then
    syslog(list, 5, "%%CRYPTO-5-SESSION_STATUS: Crypto tunnel is DOWN.  " ..
           "Peer %s:500       Id: %s", f.peer, f.peer)
  end
end

function events.link(_, f, list)
  syslog(list, 3, "%%LINK-3-UPDOWN: Interface %s, changed state to %s",
         f.name, f.state)
  syslog(list, 5, "%%LINEPROTO-5-UPDOWN: Line protocol on Interface %s, " ..
         "changed state to %s", f.name, f.state)
end

function events.admin(_, f, list)
  syslog(list, 5, "%%LINK-5-CHANGED: Interface %s, changed state to " ..
         "administratively down", f.name)
  syslog(list, 5, "%%LINEPROTO-5-UPDOWN: Line protocol on Interface %s, " ..
         "changed state to down", f.name)
end

function events.blocked(w, f, list, time)
  local wan = w.read["local"].interfaces[w.wan]
  local name = wan and wan.filters[f.dir]
  if f.proto == "udp" and name and w:logs_denied(name) and
      w.log:seldom("acl " .. f.src .. f.port, time, 300) then
    syslog(list, 6, "%%SEC-6-IPACCESSLOGP: list %s denied udp %s(%d) -> " ..
           "%s(%d), 1 packet", name, f.src, f.port, f.dest, f.port)
  end
end

-- IKEv2 has words of its own, but for the SAs that both make.
local function handler(kind, fields)
  local n, map = fields.n, fields.map
  local is_v2 = type(n) == "table" and n.version == 2 or
      kind == "no_key" and map.policy
  local own = is_v2 and v2.events[kind]
  if own and not (kind == "finish" and fields.phase == 2) then
    return own
  end
  return events[kind]
end

-- The messages of an event: {level, text, what (of debug)}, ...
function debug.messages(w, kind, fields, time)
  local list, run = {}, handler(kind, fields)
  if run then
    run(w, fields, list, time)
  end
  return list
end

return debug
