-- What a PIX 6 says of IKE and IPsec: nearly all of it in debug lines.

local messages = include("messages")

local pix = {}

local function dbg(list, what, fmt, ...)
  list[#list + 1] = {debug = what, text = string.format(fmt, ...)}
end

local function here(w)
  return w.model.ends["local"].address or "0.0.0.0"
end

local function block(w, f, list, exchange)
  dbg(list, "isakmp", "crypto_isakmp_process_block: src %s, dest %s", f.peer,
      here(w))
  dbg(list, "isakmp", "%s exchange", exchange)
end

local ENCR = {des = "DES-CBC", ["3des"] = "3DES-CBC", ["aes-256"] = "AES-CBC",
              aes = "AES-CBC"}

local function policy_lines(list, p)
  dbg(list, "isakmp", "ISAKMP:      encryption %s", ENCR[p.encryption] or
      p.encryption:upper())
  dbg(list, "isakmp", "ISAKMP:      hash %s", p.hash:upper())
  dbg(list, "isakmp", "ISAKMP:      default group %d", p.group)
  dbg(list, "isakmp", "ISAKMP:      auth pre-share")
  dbg(list, "isakmp", "ISAKMP:      life type in seconds")
  dbg(list, "isakmp", "ISAKMP:      life duration (VPI) of  0x0 0x1 0x51 0x80")
end

local function no_error(list)
  dbg(list, "isakmp", "return status is IKMP_NO_ERROR")
end

function pix.begin(w, f, list)
  if f.phase == 1 and f.role == "initiator" then
    dbg(list, "isakmp", "ISAKMP (0): beginning Main Mode exchange")
  elseif f.phase == 2 and f.n and not f.answering then
    dbg(list, "isakmp", "ISAKMP (0): beginning Quick Mode exchange, M-ID of " ..
        "%d:%x", w:message_id(f.n), w:message_id(f.n))
  elseif f.phase == 2 and f.n then
    pix.proposal(w, f, list)
  end
end

local IDS = {["esp-des"] = {"ESP_DES", 2}, ["esp-3des"] = {"ESP_3DES", 3},
             ["esp-aes-256"] = {"ESP_AES", 12}, ["esp-aes"] = {"ESP_AES", 12}}

local function set_of(w, f)
  return w.model.ends[f.n.from].ipsec_proposals[f.n.map.proposals[1]]
end

function pix.proposal(w, f, list)
  local set = set_of(w, f)
  local id = IDS[set.encryption] or IDS["esp-des"]
  dbg(list, "isakmp", "crypto_isakmp_process_block: src %s, dest %s", f.peer,
      here(w))
  dbg(list, "isakmp", "OAK_QM exchange")
  dbg(list, "isakmp", "oakley_process_quick_mode:")
  dbg(list, "isakmp", "OAK_QM_IDLE")
  dbg(list, "isakmp", "ISAKMP (0): processing SA payload. message ID = %d",
      w:message_id(f.n))
  dbg(list, "isakmp", "ISAKMP : Checking IPSec proposal 1")
  dbg(list, "isakmp", "ISAKMP: transform 1, %s", id[1])
  dbg(list, "isakmp", "ISAKMP:      attributes in transform:")
  dbg(list, "isakmp", "ISAKMP:      encaps is 1")
  dbg(list, "isakmp", "ISAKMP:      SA life type in seconds")
  dbg(list, "isakmp", "ISAKMP:      SA life duration (basic) of %d",
      f.n.map.lifetime)
  if set.hash then
    dbg(list, "isakmp", "ISAKMP:      authenticator is HMAC-%s",
        set.hash:match("esp%-(%w+)"):upper())
  end
end

function pix.request(w, f, list)
  if f.try > 1 then
    dbg(list, "isakmp", "ISAKMP (0): retransmitting phase %s (%d)...",
        f.phase == "ph1" and "1" or "2", f.try - 2)
  end
end

function pix.reply(w, f, list)
  if f.phase == "ph1" and not f.notify then
    block(w, f, list, "OAK_MM")
  end
end

function pix.chosen(_, f, list)
  dbg(list, "isakmp", "ISAKMP (0): processing SA payload. message ID = 0")
  dbg(list, "isakmp", "ISAKMP (0): Checking ISAKMP transform 1 against " ..
      "priority %d policy", f.proposal.priority)
  policy_lines(list, f.proposal)
  dbg(list, "isakmp", "ISAKMP (0): atts are acceptable. Next payload is 0")
  dbg(list, "isakmp", "ISAKMP (0): SA is doing pre-shared key " ..
      "authentication using id type ID_IPV4_ADDR")
  no_error(list)
end

local function refused(list)
  dbg(list, "isakmp", "ISAKMP (0): no offers accepted!")
  dbg(list, "isakmp", "ISAKMP (0): SA not acceptable!")
  dbg(list, "isakmp", "return status is IKMP_ERR_TRANS")
end

function pix.offers(w, f, list)
  block(w, f, list, "OAK_MM")
  dbg(list, "isakmp", "ISAKMP (0): processing SA payload. message ID = 0")
  for _, c in ipairs(f.checks) do
    dbg(list, "isakmp", "ISAKMP (0): Checking ISAKMP transform %d against " ..
        "priority %s policy", c.number, c.own)
    policy_lines(list, c.offer)
    dbg(list, "isakmp", "ISAKMP (0): atts are %sacceptable. Next payload is 0",
        c.differs and "not " or "")
  end
  if f.chosen then
    no_error(list)
  else
    refused(list)
  end
end

function pix.unknown_peer(w, f, list)
  block(w, f, list, "OAK_MM")
  dbg(list, "isakmp", "ISAKMP: No cert, and no keys (public or pre-shared) " ..
      "with remote peer %s", f.peer)
  refused(list)
end

function pix.no_key(_, f, list)
  dbg(list, "isakmp", "ISAKMP: No cert, and no keys (public or pre-shared) " ..
      "with remote peer %s", f.peer)
end

function pix.undecryptable(w, f, list)
  block(w, f, list, "OAK_MM")
  dbg(list, "isakmp", "ISAKMP (0): processing ID payload. message ID = 0")
  dbg(list, "isakmp", "ISAKMP: reserved not zero on payload 5!")
  dbg(list, "isakmp", "ISAKMP: malformed payload")
end

function pix.notify_received(w, f, list)
  block(w, f, list, "ISAKMP_INFO")
  dbg(list, "isakmp", "ISAKMP (0): processing NOTIFY payload %d protocol %d",
      f.type, f.phase == "ph1" and 1 or 3)
  dbg(list, "isakmp", "\tspi 0, message ID = %d", w:message_id())
  dbg(list, "isakmp", "return status is IKMP_NO_ERR_NO_TRANS")
end

function pix.selectors_refused(w, f, list)
  dbg(list, "isakmp", "ISAKMP (0): atts are acceptable.")
  dbg(list, "ipsec", "IPSEC(validate_proposal_request): proposal part #1,\n" ..
      "  (key eng. msg.) dest= %s, src= %s, \n    dest_proxy= %s (type=4), " ..
      "\n    src_proxy= %s (type=4), \n    protocol= ESP, transform= %s , \n" ..
      "    lifedur= 0s and 0kb, \n    spi= 0x0(0), conn_id= 0, keysize= 0, " ..
      "flags= 0x4", here(w), f.peer, messages.proxy(f.mine),
      messages.proxy(f.theirs), set_of(w, f).text)
  if f.why == "peer" then
    dbg(list, "ipsec", "IPSEC(validate_transform_proposal): peer address %s " ..
        "not found", f.peer)
  elseif f.why == "local-address" then
    dbg(list, "ipsec", "IPSEC(validate_proposal): invalid local address %s",
        f.n.target)
  else
    dbg(list, "ipsec", "IPSEC(validate_transform_proposal): proxy " ..
        "identities not supported")
  end
  dbg(list, "isakmp", "ISAKMP: IPSec policy invalidated proposal")
  dbg(list, "isakmp", "ISAKMP (0): SA not acceptable!")
end

function pix.transforms_refused(w, f, list)
  local set = set_of(w, f)
  local id = IDS[set.encryption] or IDS["esp-des"]
  dbg(list, "ipsec", "IPSEC(validate_proposal): transform proposal\n" ..
      "     (prot 3, trans %d, hmac_alg %d) not supported", id[2],
      set.hash and set.hash:match("md5") and 1 or 2)
  dbg(list, "isakmp", "ISAKMP (0): atts not acceptable. Next payload is 0")
  dbg(list, "isakmp", "ISAKMP (0): SA not acceptable!")
end

function pix.timeout(w, f, list)
  dbg(list, "isakmp", "ISAKMP (0): deleting SA: src %s, dst %s", here(w),
      f.peer)
  dbg(list, "ipsec", "IPSEC(key_engine): request timer fired: count = 2,")
end

local function initialized(w, f, a, b, x, y, spi, conn)
  return string.format(
      "IPSEC(initialize_sas): ,\n  (key eng. msg.) %s= %s, %s= %s, \n" ..
      "    %s_proxy= %s (type=4), \n    %s_proxy= %s (type=4), \n" ..
      "    protocol= ESP, transform= %s , \n" ..
      "    lifedur= %ds and 4608000kb, \n    spi= 0x%x(%d), conn_id= %d, " ..
      "keysize= 0, flags= 0x4", a, here(w), b, f.peer, a, x, b, y,
      f.terms.proposal.text, f.terms.lifetime, spi, spi, conn)
end

local function sas_made(w, f, list)
  local mine, theirs = f.map.local_id, f.map.remote_id
  local short = function(net)
    return (net:match("^[%d.]+"))
  end
  dbg(list, "isakmp", "ISAKMP (0): Creating IPSec SAs")
  dbg(list, "isakmp", "        inbound SA from %s to %s (proxy %s to %s)",
      f.peer, here(w), short(theirs), short(mine))
  dbg(list, "isakmp", "        has spi %d and conn_id 2 and flags 4", f.spi_in)
  dbg(list, "isakmp", "        outbound SA from %s to %s (proxy %s to %s)",
      here(w), f.peer, short(mine), short(theirs))
  dbg(list, "isakmp", "        has spi %d and conn_id 1 and flags 4",
      f.spi_out)
  dbg(list, "ipsec", "IPSEC(key_engine): got a queue event...")
  dbg(list, "ipsec", "%s", initialized(w, f, "dest", "src",
      messages.proxy(mine), messages.proxy(theirs), f.spi_in, 2))
  dbg(list, "ipsec", "%s", initialized(w, f, "src", "dest",
      messages.proxy(mine), messages.proxy(theirs), f.spi_out, 1))
  no_error(list)
end

function pix.finish(w, f, list)
  if f.phase == 2 then
    sas_made(w, f, list)
    return
  end
  dbg(list, "isakmp", "ISAKMP (0): processing HASH payload. message ID = 0")
  dbg(list, "isakmp", "ISAKMP (0): SA has been authenticated")
  dbg(list, "isakmp", "ISAKMP: Created a peer node for %s", f.peer)
  no_error(list)
end

return pix
