-- What the model notices of IKEv2, as "debug crypto ikev2" words it.
--
-- Lines and their order are those of public captures: an IOS XE 16.7 router
-- that starts (also against a peer that refuses the child, and one that does
-- not answer), IOS XE 26 at both ends of a differing proposal, key, identity
-- and transform set, and the vendor's notes on IOS 15 for the end that answers.
-- Where only the pattern is known, a comment says "unverified".

local fit = include("ike_fit")

local v2 = {events = {}}

local events = v2.events

local DEBUG, ERROR = "ikev2", "ikev2_error"

local function say(list, fmt, ...)
  list[#list + 1] = {7, "IKEv2:" .. string.format(fmt, ...), DEBUG}
end

-- Of one negotiation.
local function tag(w, n)
  if not n.session then
    w.sessions = (w.sessions or 0) + 1
    n.session = w.sessions
  end
  return string.format("(SESSION ID = %d,SA ID = 1):", n.session)
end

local function of(w, n, list, fmt, ...)
  say(list, "%s" .. fmt, tag(w, n), ...)
end

-- IOS XE marks its errors; older systems do not.
local function wrong(w, n, list, fmt, ...)
  list[#list + 1] = {7, (w.xe and "IKEv2-ERROR:" or "IKEv2:") .. tag(w, n) ..
                        string.format(fmt, ...), ERROR}
end

-- unverified: how the message names the cause.
local function abort(list, why)
  list[#list + 1] = {3, "%IKEV2-3-NEG_ABORT: Negotiation aborted due to " ..
                        "ERROR: " .. why}
end

-- Names of algorithms.

local ENCR = {aes = {"AES-CBC", "AES-CBC-128"}, des = {"DES", "DES"},
              ["aes 256"] = {"AES-CBC", "AES-CBC-256"},
              ["aes 192"] = {"AES-CBC", "AES-CBC-192"},
              ["3des"] = {"3DES", "3DES"}}
local MAC = {md5 = "MD596", sha1 = "SHA96"}
local GROUPS = {[1] = "768_MODP", [2] = "1024_MODP", [5] = "1536_MODP",
                [14] = "2048_MODP", [15] = "3072_MODP", [16] = "4096_MODP",
                [19] = "256_ECP", [20] = "384_ECP", [21] = "521_ECP"}

-- unverified: the words for several.
local function groups(p, between)
  local list = {}
  for i, n in ipairs(p.groups) do
    list[i] = string.format("DH_GROUP_%s/Group %d", GROUPS[n] or "NONE", n)
  end
  return table.concat(list, between)
end

local function prf(p)
  return p.hash:upper()
end

local function integrity(p)
  return MAC[p.hash] or p.hash:upper()
end

local function transforms(p)
  return table.concat({ENCR[p.encryption][1], prf(p), integrity(p),
                       groups(p, "   ")}, "   ")
end

local function worded(p)
  return string.format("Proposal 1:  ENCRYPTION: %s PRF: %s INTEGRITY: %s " ..
                       "DH GROUP: %s", ENCR[p.encryption][2], prf(p),
                       integrity(p), groups(p, " "))
end

local ESP_MAC = {["esp-md5-hmac"] = "MD596", ["esp-sha-hmac"] = "SHA96",
                 ["esp-sha256-hmac"] = "SHA256"}

local function esp(set)
  local name, bits = set.encryption:match("^esp%-(%S+)%s*(%d*)$")
  local cipher = name == "aes" and "AES-CBC" or name:upper()
  return cipher, name == "aes" and cipher .. "-" .. (bits == "" and "128" or
      bits) or cipher, ESP_MAC[set.hash] or "NULL"
end

-- unverified: the words behind "ESP: Proposal 1:".
local function esp_worded(set)
  local _, cipher, mac = esp(set)
  return string.format("ESP: Proposal 1:  %s %s Don't use ESN", cipher, mac)
end

-- Identities.

local TYPES = {address = "IPv4 address", fqdn = "FQDN"}

local function id(identity)
  return string.format("'%s' of type '%s'", identity.value,
                       TYPES[identity.type])
end

local function here_of(w)
  return w.model.ends["local"].address or "0.0.0.0"
end

-- Packets.

local NAT = "NOTIFY(NAT_DETECTION_SOURCE_IP) " ..
            "NOTIFY(NAT_DETECTION_DESTINATION_IP) "
local INIT = "SA KE N VID VID VID VID " .. NAT
local CHILD = "SA TSi TSr "
local MORE = "NOTIFY(SET_WINDOW_SIZE) NOTIFY(ESP_TFC_NO_SUPPORT) " ..
             "NOTIFY(NON_FIRST_FRAGS) "

local NOTIFY = {[14] = "NO_PROPOSAL_CHOSEN", [24] = "AUTHENTICATION_FAILED",
                [38] = "TS_UNACCEPTABLE", [5] = "INVALID_MAJOR_VERSION",
                [17] = "INVALID_KE_PAYLOAD"}

local function notify(kind)
  return "NOTIFY(" .. (NOTIFY[kind] or tostring(kind)) .. ") "
end

local function exchange(n)
  return n.sa and n.sa.keyed and "IKE_AUTH" or "IKE_SA_INIT"
end

-- o: {sending, peer, port, response, payload, bare}
local function packet(w, n, list, o)
  local auth = exchange(n) == "IKE_AUTH"
  local far, near = o.peer .. ":" .. o.port, here_of(w) .. ":" .. o.port
  local rspi = (auth or o.response) and n.rcookie or "0000000000000000"
  local text = string.format(
      "%s Packet [%s %s/%s %s/VRF i0:f0] \nInitiator SPI : %s - Responder " ..
      "SPI : %s Message id: %d\nIKEv2 %s Exchange %s \nPayload contents: " ..
      "\n %s\n", o.sending and "Sending" or "Received",
      o.sending and "To" or "From", far, o.sending and "From" or "To", near,
      n.icookie:upper(), rspi:upper(), auth and 1 or 0, exchange(n),
      o.response and "RESPONSE" or "REQUEST", o.payload)
  say(list, "%s%s", o.bare and "" or tag(w, n), text)
end

-- What is encrypted when it leaves; without a line end of its own.
local ENCRYPTED = "ENCR \n "

-- The end that starts.

local function keys(list, policy)
  say(list, "%% Getting preshared key from profile keyring %s",
      policy.keyring)
  say(list, "%% Matched peer block '%s'", policy.block)
end

local function find_policy(w, list, policy)
  say(list, "Searching Policy with fvrf 0, local address %s", here_of(w))
  if not policy.v2_policy then
    say(list, "Using the Default Policy for Proposal")
  end
  say(list, "Found Policy '%s'", policy.v2_policy or "default")
end

local function computed(w, n, list, what, p)
  of(w, n, list, "[IKEv2 -> Crypto Engine] Computing DH %s key, DH Group %d",
     what, p.group)
  say(list, "(SA ID = 1):[Crypto Engine -> IKEv2] DH key Computation PASSED")
  of(w, n, list, "Request queued for computation of DH %s",
     what == "public" and "key" or "secret")
end

local function ike_proposal(w, n, list, proposals)
  for i, p in ipairs(proposals) do
    of(w, n, list, "IKE Proposal: %d, SPI size: 0 (initial negotiation), \n" ..
       "Num. transforms: %d\n   %s \n", i, 3 + #p.groups, transforms(p))
  end
end

-- The proposals of these names, each once.
local function named(proposals, names)
  local list = {}
  for _, name in ipairs(names) do
    local p = proposals[name]
    list[#list + 1] = p and not p.again and p or nil
  end
  return list
end

local function offered(w, n)
  return named(w.model.ends[n.from].ike_proposals, n.offers)
end

-- The offer, made once more with a key of the group that was chosen.
local function offer(w, n, list, first)
  computed(w, n, list, "public", first)
  say(list, "IKEv2 initiator - no config data to send in IKE_SA_INIT exch")
  of(w, n, list, "Generating IKE_SA_INIT message")
  ike_proposal(w, n, list, offered(w, n))
end

local function guessed_wrong(w, n, chosen)
  return chosen.group ~= offered(w, n)[1].group
end

function events.begin(w, f, list)
  local n = f.n
  if f.phase == 2 then
    if f.answering and n.first_child then
      v2.believed(w, n, list)
    end
    return
  elseif f.role ~= "initiator" then
    return
  end
  keys(list, n.policy)
  find_policy(w, list, n.policy)
  offer(w, n, list, offered(w, n)[1])
end

function events.request(w, f, list)
  local n = f.n
  local auth = exchange(n) == "IKE_AUTH"
  if f.phase == "ph2" then
    return
  elseif f.try > 1 then
    of(w, n, list, "Retransmitting packet \n")
  end
  packet(w, n, list, {sending = true, peer = f.peer, port = f.port,
                      payload = auth and ENCRYPTED or INIT})
  if f.try == 1 and not auth then
    of(w, n, list, "Insert SA")
  end
end

function events.reply(w, f, list)
  local n, r = f.n, f.reply
  if f.phase == "ph2" then
    return
  end
  local payload = INIT
  if exchange(n) == "IKE_SA_INIT" and n.res and
      guessed_wrong(w, n, n.res.proposal) then
    packet(w, n, list, {peer = f.peer, port = f.port, response = true,
                        payload = notify(17)})
    of(w, n, list, "Processing IKE_SA_INIT message")
    offer(w, n, list, n.res.proposal)
    packet(w, n, list, {sending = true, peer = f.peer, port = f.port,
                        payload = INIT})
  end
  if r.notify then
    payload = notify(r.notify)
  elseif r.child and r.child.notify then
    payload = "VID IDr AUTH " .. notify(r.child.notify)
  elseif r.child then
    payload = "VID IDr AUTH " .. CHILD .. MORE
  end
  packet(w, n, list, {peer = f.peer, port = f.port, response = true,
                      payload = payload})
  if r.child then
    v2.answered(w, n, list, r)
  end
end

local function secret(w, n, list, proposal)
  of(w, n, list, "Checking NAT discovery")
  -- unverified: the words for a NAT.
  of(w, n, list, n.link.path.nat and "NAT found" or "NAT not found")
  computed(w, n, list, "secret", proposal)
  say(list, "(SA ID = 1):[IKEv2 -> Crypto Engine] Calculate SKEYSEED and " ..
      "create rekeyed IKEv2 SA")
  say(list, "(SA ID = 1):[Crypto Engine -> IKEv2] SKEYSEED calculation and " ..
      "creation of rekeyed IKEv2 SA PASSED")
end

local function sign(w, n, list, policy, identity)
  of(w, n, list, "Use preshared key for id %s, key len %d", identity.value,
     #policy.key)
  say(list, "[IKEv2 -> Crypto Engine] Generate IKEv2 authentication data")
  say(list, "[Crypto Engine -> IKEv2] IKEv2 authentication data generation " ..
      "PASSED")
end

local function child_proposal(w, n, list, from, name)
  local cipher, _, mac = esp(w.model.ends[from].ipsec_proposals[name])
  of(w, n, list, "ESP Proposal: 1, SPI size: 4 (IPSec negotiation), \n" ..
     "Num. transforms: 3\n   %s   %s   Don't use ESN", cipher, mac)
end

function events.chosen(w, f, list)
  local n = f.n
  of(w, n, list, "Processing IKE_SA_INIT message")
  of(w, n, list, "Verify SA init message")
  of(w, n, list, "Processing IKE_SA_INIT message")
  secret(w, n, list, n.res.proposal)
  of(w, n, list, "Completed SA init exchange")
  of(w, n, list, "Check for EAP exchange")
  of(w, n, list, "Generate my authentication data")
  sign(w, n, list, n.policy, n.policy.local_id)
  of(w, n, list, "Get my authentication method")
  of(w, n, list, "My authentication method is 'PSK'")
  of(w, n, list, "Check for EAP exchange")
  of(w, n, list, "Generating IKE_AUTH message")
  of(w, n, list, "Constructing IDi payload: %s", id(n.policy.local_id))
  child_proposal(w, n, list, n.from, n.map.proposals[1])
  of(w, n, list, "Building packet for encryption.  \nPayload contents: \n " ..
     "VID IDi AUTH %sNOTIFY(INITIAL_CONTACT) %s\n", CHILD, MORE)
end

-- The other end's identity and key, as they are checked.
local function verify(w, n, list, policy, identity)
  find_policy(w, list, policy)
  of(w, n, list, "Verify peer's policy")
  of(w, n, list, "Peer's policy verified")
  of(w, n, list, "Get peer's authentication method")
  of(w, n, list, "Peer's authentication method is 'PSK'")
  of(w, n, list, "Get peer's preshared key for %s", identity.value)
  of(w, n, list, "Verify peer's authentication data")
  sign(w, n, list, policy, identity)
end

local function passed(w, n, list)
  of(w, n, list, "Verification of peer's authenctication data PASSED")
  of(w, n, list, "Check for EAP exchange")
end

local function search_identity(w, n, list, identity)
  of(w, n, list, "Searching policy based on peer's identity %s", id(identity))
end

local function unknown_identity(w, n, list)
  wrong(w, n, list, ": Failed to locate an item in the database")
end

-- We started, and are answered with an identity, maybe without a child.
function v2.answered(w, n, list, r)
  local identity = n.res.policy.local_id
  of(w, n, list, "Process auth response notify")
  if r.child.notify then
    wrong(w, n, list, "")
  end
  search_identity(w, n, list, identity)
  if fit.same_id(n.policy.remote_id, identity) then
    verify(w, n, list, n.policy, identity)
    passed(w, n, list)
  end
end

-- The other end is not who we expect: it does not learn that.
function events.id_refused(w, f, list)
  unknown_identity(w, f.n, list)
  wrong(w, f.n, list, ": Auth exchange failed")
  abort(list, "Auth exchange failed")
end

local function init_failed(w, n, list)
  of(w, n, list, "Failed SA init exchange")
  wrong(w, n, list, "Initial exchange failed: Initial exchange failed")
end

-- The end that answers.

function events.called(w, f, list)
  local n = f.n
  local auth = exchange(n) == "IKE_AUTH"
  if f.phase == "ph2" then
    return
  end
  -- unverified: no session has a number yet when the first packet comes.
  packet(w, n, list, {peer = f.peer, port = f.port, bare = not auth,
                      payload = auth and "VID IDi AUTH " .. CHILD ..
                          "NOTIFY(INITIAL_CONTACT) " .. MORE or INIT})
  if auth then
    search_identity(w, n, list, n.policy.local_id)
  elseif f.try == 1 then
    of(w, n, list, "Verify SA init message")
    of(w, n, list, "Insert SA")
  end
end

local function refuse(w, n, list, peer, payload)
  packet(w, n, list, {sending = true, peer = peer,
                      port = n.natt and 4500 or 500, response = true,
                      payload = payload})
end

local function policies_differ(w, n, list, received, expected)
  local what = {"Received", received, "Expected", expected}
  for i = 1, #what, 2 do
    for _, text in ipairs(what[i + 1]) do
      wrong(w, n, list, "%s Policies: : Failed to find a matching policy%s",
            what[i], text)
    end
  end
end

local function all_worded(proposals)
  local list = {}
  for i, p in ipairs(proposals) do
    list[i] = worded(p)
  end
  return list
end

function events.offers(w, f, list)
  local n, own = f.n, w.model.ends[f.n.to].ike_proposals
  find_policy(w, list, f.policy)
  of(w, n, list, "Processing IKE_SA_INIT message")
  if not f.chosen then
    policies_differ(w, n, list, all_worded(offered(w, n)),
                    all_worded(named(own, f.policy.proposals)))
    wrong(w, n, list, ": Failed to find a matching policy")
    refuse(w, n, list, f.peer, notify(14))
    init_failed(w, n, list)
    abort(list, "Failed to find a matching policy")
    return
  end
  if guessed_wrong(w, n, f.chosen) then
    wrong(w, n, list, ": The peer's KE payload contained the wrong DH group")
    refuse(w, n, list, f.peer, notify(17))
    packet(w, n, list, {peer = f.peer, port = 500, payload = INIT})
    of(w, n, list, "Processing IKE_SA_INIT message")
  end
  secret(w, n, list, f.chosen)
  of(w, n, list, "Generating IKE_SA_INIT message")
  ike_proposal(w, n, list, {f.chosen})
  refuse(w, n, list, f.peer, INIT)
  of(w, n, list, "Completed SA init exchange")
end

-- They are who we expect, and have our key.
function v2.believed(w, n, list)
  local policy = n.res.policy
  say(list, "found matching IKEv2 profile '%s'", policy.profile)
  keys(list, policy)
  verify(w, n, list, policy, n.policy.local_id)
  passed(w, n, list)
end

function events.auth_refused(w, f, list)
  local n, policy = f.n, f.n.res.policy
  if f.why == "id" then
    say(list, "%% IKEv2 profile not found")
    unknown_identity(w, n, list)
  else
    say(list, "found matching IKEv2 profile '%s'", policy.profile)
    keys(list, policy)
    verify(w, n, list, policy, n.policy.local_id)
    wrong(w, n, list, ": Failed to authenticate the IKE SA")
  end
  of(w, n, list, "Verification of peer's authentication data FAILED")
  of(w, n, list, "Sending authentication failure notify")
  refuse(w, n, list, f.peer, ENCRYPTED)
  wrong(w, n, list, ": Auth exchange failed")
  abort(list, f.why == "id" and "Auth exchange failed" or
        "Failed to authenticate the IKE SA")
end

-- The words of the same refusal on a firewall of this vendor; unverified here.
function events.selectors_refused(w, f, list)
  if f.why == "local-address" then
    return
  end
  wrong(w, f.n, list, ": There was no IPSEC policy found for received TS")
  of(w, f.n, list, "Sending TS unacceptable notify")
end

function events.transforms_refused(w, f, list)
  local n = f.n
  local theirs = w.model.ends[n.from].ipsec_proposals[n.map.proposals[1]]
  local own = w.model.ends[n.to].ipsec_proposals[f.map.proposals[1]]
  policies_differ(w, n, list, {esp_worded(theirs)}, {esp_worded(own)})
  wrong(w, n, list, ": Failed to find a matching policy")
end

-- Both.

function events.notify_received(w, f, list)
  local n = f.n
  if f.type == 24 then
    of(w, n, list, "Process auth response notify")
    wrong(w, n, list, ": Failed to authenticate the IKE SA")
    wrong(w, n, list, ": Auth exchange failed")
    abort(list, "Auth exchange failed")
  elseif f.phase == "ph1" then
    of(w, n, list, "Processing IKE_SA_INIT message")
    if f.type == 14 then
      wrong(w, n, list, ": Received no proposal chosen notify")
    end
    init_failed(w, n, list)
    abort(list, f.type == 14 and "Received no proposal chosen notify" or
          "Initial exchange failed")
  end
end

-- unverified: the words at the end of the repetitions.
function events.timeout(w, f, list)
  local n = f.n
  wrong(w, n, list, ": Maximum number of retransmissions reached")
  if f.phase == "ph2" then
    return
  elseif n.sa.keyed then
    wrong(w, n, list, ": Auth exchange failed")
  else
    init_failed(w, n, list)
  end
  abort(list, "Maximum number of retransmissions reached")
end

function events.finish(w, f, list)
  local n = f.n
  local ours = n.from == "local"
  local policy = ours and n.policy or n.res.policy
  local far = ours and n.res.policy.local_id or n.policy.local_id
  of(w, n, list, "IKEV2 SA created; inserting SA into database. SA lifetime " ..
     "timer (%d sec) started", f.sa.lifetime)
  of(w, n, list, "Session with IKE ID PAIR (%s, %s) is UP", far.value,
     policy.local_id.value)
  say(list, "IKEv2 MIB tunnel started, tunnel index 1")
  of(w, n, list, "Checking for duplicate IKEv2 SA")
  of(w, n, list, "No duplicate IKEv2 SA found")
end

-- The first child did not come about: the whole is given up.
function events.childless(w, f, list)
  local n = f.n
  of(w, n, list, "Queuing IKE SA delete request reason: unknown")
  of(w, n, list, "Check for existing IPSEC SA")
  of(w, n, list, "Delete all IKE SAs")
  of(w, n, list, "Sending DELETE INFO message for IKEv2 SA [ISPI: 0x%s " ..
     "RSPI: 0x%s]", n.icookie:upper(), n.rcookie:upper())
  of(w, n, list, "Deleting SA")
end

-- Who calls is in no keyring: the words are not known.
function events.unknown_peer()
end

function events.no_key()
end

return v2
