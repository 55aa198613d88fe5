-- What the router shows of its crypto maps, policies and transform sets.

local site = include("site")

local show = {}

-- Interfaces that have a crypto map, with its entries.
function show.bound(w)
  local list, r = {}, w.read["local"]
  for _, name in ipairs(r.order) do
    local i = r.interfaces[name]
    if i.map and r.maps[i.map] then
      list[#list + 1] = {name = name, map = i.map, entries = r.maps[i.map],
                         up = site.state(r, w.trees["local"], name),
                         address = site.map_address(r, w.trees["local"],
                                                    name)}
    end
  end
  return list
end

local NEW_WORDS = {["esp-aes"] = "esp-aes", ["esp-aes 128"] = "esp-aes",
                   ["esp-aes 192"] = "esp-192-aes",
                   ["esp-aes 256"] = "esp-256-aes"}

-- A transform set as the SA tables word it.
function show.worded(set)
  local words = {}
  for i, word in ipairs(set.words) do
    words[i] = NEW_WORDS[word] or word
  end
  return table.concat(words, " ")
end

local MISSING = {peer = "missing peer or access-list definitions",
                 acl = "missing peer or access-list definitions",
                 set = "missing transform-set definition"}

local function user_list(w, tag)
  local any = false
  say("\tInterfaces using crypto map %s:", tag)
  for _, at in ipairs(show.bound(w)) do
    if at.map == tag then
      say("\t\t%s", at.name)
      any = true
    end
  end
  if not any then
    say("")
  end
end

local function wild_text(rule)
  return (rule.text:gsub(" log$", ""))
end

local function map_entry(w, m)
  local r = w.read["local"]
  local why = site.incomplete(r, m)
  say(w.old and "Crypto Map \"%s\" %d ipsec-isakmp" or
      "Crypto Map IPv4 \"%s\" %d ipsec-isakmp", m.tag, m.seq)
  if why then
    say("\tWARNING: This crypto map is in an incomplete state!")
    say("\t\t(%s)", MISSING[why])
  end
  for _, peer in ipairs(m.peers) do
    say("\tPeer = %s", peer)
  end
  if m.profile then
    say("\tIKEv2 Profile: %s", m.profile)
  end
  if not m.acl then
    say("\tNo matching address list set.")
  else
    say("\tExtended IP access list %s", m.acl)
    for _, rule in ipairs(r.acls[m.acl] or {}) do
      say("\t    access-list %s %s", m.acl, wild_text(rule))
    end
  end
  if m.peers[1] then
    say("\tCurrent peer: %s", m.peers[1])
  end
  say("\tSecurity association lifetime: 4608000 kilobytes/%d seconds",
      m.lifetime or r.ipsec_lifetime or 3600)
  if not w.old then
    say("\tResponder-Only (Y/N): N")
  end
  say("\tPFS (Y/N): %s", m.pfs and "Y" or "N")
  if m.pfs then
    say("\tDH group:  %s", m.pfs)
  end
  say("\tTransform sets={ ")
  for _, name in ipairs(m.sets) do
    local set = r.sets[name]
    if set then
      say("\t\t%s:  { %s  } , ", name, show.worded(set))
    end
  end
  say("\t}")
end

function show.maps(w)
  local r, any = w.read["local"], false
  for tag, entries in pairs(r.maps) do
    for _, m in ipairs(entries) do
      any = true
      map_entry(w, m)
    end
    user_list(w, tag)
    say("")
  end
  if not any then
    say("No crypto maps found.")
  end
end

local ENCR_TEXT = {
  des = "DES - Data Encryption Standard (56 bit keys).",
  ["3des"] = "Three key triple DES",
  aes = "AES - Advanced Encryption Standard (128 bit keys).",
  ["aes 128"] = "AES - Advanced Encryption Standard (128 bit keys).",
  ["aes 192"] = "AES - Advanced Encryption Standard (192 bit keys).",
  ["aes 256"] = "AES - Advanced Encryption Standard (256 bit keys).",
}
local HASH_TEXT = {sha = "Secure Hash Standard", md5 = "Message Digest 5",
                   sha256 = "Secure Hash Standard 2 (256 bit)"}
local GROUP_BITS = {[1] = 768, [2] = 1024, [5] = 1536, [14] = 2048,
                    [16] = 4096}

local function suite(p)
  say("\tencryption algorithm:\t%s", ENCR_TEXT[p.encryption] or p.encryption)
  say("\thash algorithm:\t\t%s", HASH_TEXT[p.hash] or p.hash)
  say("\tauthentication method:\t%s", p.auth == "pre-share" and
      "Pre-Shared Key" or "Rivest-Shamir-Adleman Signature")
  say("\tDiffie-Hellman group:\t#%d (%d bit)", p.group,
      GROUP_BITS[p.group] or 2048)
  say("\tlifetime:\t\t%d seconds, no volume limit", p.lifetime)
end

function show.policies(w)
  say("")
  say("Global IKE policy")
  for _, p in ipairs(w.read["local"].isakmp.policies) do
    say("Protection suite of priority %d", p.priority)
    suite(p)
  end
  if w.old then
    say("Default protection suite")
    suite(w.model.ends["local"].ike_proposals["65535"])
  end
end

function show.sets(w)
  for name, set in pairs(w.read["local"].sets) do
    say("Transform set %s: { %s  } ", name, show.worded(set))
    say("   will negotiate = { %s,  }, ",
        set.mode == "transport" and "Transport" or "Tunnel")
    say("")
  end
end

function show.keys(w)
  say("Keyring      Hostname/Address                            Preshared Key")
  say("")
  for peer, key in pairs(w.read["local"].isakmp.keys) do
    say("default      %-43s %s", peer == "any" and
        "0.0.0.0        [0.0.0.0]" or peer, key)
  end
end

return show
