-- What a configuration says about IKE and IPsec; beside config.lua.

local top, sub = lib.top, lib.sub
local add, after, rest_of = lib.add, lib.after, lib.rest_of
local at, named = lib.at, lib.named

-- --- phase 1 ---

local function policy(c, r, version, number)
    return named(c.policies[version], c.policy_lists[version], r, number)
end

local policy_words = {
    encryption = 'encryption', hash = 'hash', integrity = 'hash',
    group = 'group', authentication = 'authentication',
}

local function policy_word(p, w, i)
    local key = policy_words[w[i]]

    if key then
        p[key] = table.concat(w, ' ', i + 1)
    elseif w[i] == 'lifetime' then
        p.lifetime_s = int((w[#w] or ''):match('^%d+$'))
    else
        return false
    end
    return true
end

for word in pairs(policy_words) do
    sub[word] = function(b, r, w) policy_word(b, w, 1) end
end
sub['prf'] = function(b, r, w) b.prf = table.concat(w, ' ', 2) end
sub['lifetime'] = function(b, r, w) policy_word(b, w, 1) end

-- What follows "isakmp", "crypto isakmp", "crypto ikev1" or "crypto ikev2".
local ike = {}

ike['policy'] = function(c, r, w, i, version)
    local p = w[i + 1] and policy(c, r, version, w[i + 1])

    if p and w[i + 2] then
        policy_word(p, w, i + 2)
        return true
    end
    return p or false
end

ike['enable'] = function(c, r, w, i, version)
    c.enabled[#c.enabled + 1] =
        at(r, {interface = w[i + 1], version = version})
    return true
end

-- isakmp key K address A [netmask M]
ike['key'] = function(c, r, w, i)
    local peer = after(w, 'address', i) or after(w, 'hostname', i)

    if peer then
        add(c.keys_list, at(r, {
            key = w[i + 1], peer = lib.address(c, peer),
            any = peer == '0.0.0.0',
        }))
    end
    return true
end

ike['nat-traversal'] = function(c, r)
    c.nat_traversal = at(r, {})
    return true
end

ike['am-disable'] = function(c)
    c.aggressive_off = true
    return true
end

local function ike_line(i, version)
    return function(c, r, w)
        local rule = ike[w[i]]

        return rule and rule(c, r, w, i, version) or false
    end
end

top['isakmp'] = ike_line(2, 1)
top['crypto isakmp'] = ike_line(3, 1)
top['crypto ikev1'] = ike_line(3, 1)
top['crypto ikev2'] = ike_line(3, 2)

top['no crypto'] = function(c, r, w)
    if w[4] == 'nat-traversal' then
        c.no_nat_traversal = at(r, {})
        return true
    end
    return false
end

-- tunnel-group NAME type T | ipsec-attributes | general-attributes
top['tunnel-group'] = function(c, r, w)
    local g = w[3] and named(c.groups_l2l, c.group_list, r,
                             lib.address(c, w[2]))

    if not g then
        return false
    end
    g.type = w[3] == 'type' and w[4] or g.type
    return g
end

sub['pre-shared-key'] = function(b, r, w) b.key = w[2] end
sub['ikev1 pre-shared-key'] = function(b, r, w) b.key = w[3] end
sub['ikev1 trust-point'] = function(b, r, w) b.trustpoint = w[3] end
sub['ikev2 local-authentication'] = function(b, r, w)
    b.local_key = after(w, 'pre-shared-key', 3)
end
sub['ikev2 remote-authentication'] = function(b, r, w)
    b.remote_key = after(w, 'pre-shared-key', 3)
end
sub['default-group-policy'] = function(b, r, w) b.policy = w[2] end
sub['address-pool'] = function(b, r, w) b.pool = w[#w] end
sub['isakmp keepalive'] = function() end

-- --- phase 2 ---

local function transform(set, words)
    for _, t in ipairs(words) do
        local kind, rest = t:match('^(%a+)%-(%S+)$')

        if (kind == 'esp' or kind == 'ah') and
            (rest:match('^sha') or rest:match('^md5')) then
            set.hash, set.protocol = rest, set.protocol or kind
        elseif kind == 'esp' then
            set.encryption, set.protocol = rest, 'esp'
        end
    end
    return set
end

-- crypto ipsec [ikev1] transform-set T esp-… | ikev2 ipsec-proposal P
top['crypto ipsec'] = function(c, r, w)
    local i = (w[3] == 'ikev1' or w[3] == 'ikev2') and 4 or 3
    local set

    if w[i] == 'transform-set' and w[i + 2] and w[i + 2] ~= 'mode' then
        set = named(c.transforms, c.unused, r, w[i + 1])
        transform(set, rest_of(w, i + 2))
    elseif w[i] == 'ipsec-proposal' and w[i + 1] then
        return named(c.transforms, c.unused, r, w[i + 1])
    elseif w[i] == 'profile' and w[i + 1] then
        return named(c.profiles, c.unused, r, w[i + 1])
    end
    return set ~= nil
end

sub['protocol esp'] = function(b, r, w)
    if w[3] == 'encryption' then
        b.encryption, b.protocol = table.concat(w, ' ', 4), 'esp'
    elseif w[3] == 'integrity' then
        b.hash = table.concat(w, ' ', 4)
    end
end

local function set_word(c, m, w, i)
    local word = w[i]

    if word == 'ikev1' or word == 'ikev2' then
        m[word] = w[i + 1] ~= 'phase1-mode' and w[i + 1] ~= 'mode' or m[word]
        i, word = i + 1, w[i + 1]
    end
    if word == 'peer' then
        m.peers = {}
        for k = i + 1, #w do
            add(m.peers, lib.address(c, w[k]))
        end
    elseif word == 'transform-set' or word == 'ipsec-proposal' then
        m.proposals = m.proposals or {}
        for k = i + 1, #w do
            add(m.proposals, w[k])
        end
    elseif word == 'pfs' then
        m.pfs = w[i + 1] or 'default'
    elseif word == 'phase1-mode' then
        m.mode = w[i + 1]
    elseif word == 'connection-type' then
        m.connection = w[i + 1]
    end
end

local function map_word(c, r, m, w, i)
    if w[i] == 'match' and w[i + 1] == 'address' then
        m.access_list = w[i + 2]
    elseif w[i] == 'set' then
        set_word(c, m, w, i + 1)
    elseif w[i] == 'ipsec-isakmp' and w[i + 1] == 'dynamic' then
        m.dynamic = w[i + 2]
    end
    at(r, m)
    return true
end

sub['set'] = function(b, r, w, c) set_word(c, b, w, 2) end

-- crypto map NAME interface IF | crypto map NAME SEQ …
top['crypto map'] = function(c, r, w)
    if w[4] == 'interface' then
        local before = c.applied[w[3]]

        -- on a second line, too: a way around the first
        if before and before.interface ~= w[5] then
            add(before.others, w[5])
            at(r, before)
        else
            c.applied[w[3]] =
                at(r, {name = w[3], interface = w[5], others = {}})
        end
        return true
    end
    if not (w[4] or ''):match('^%d+$') then
        return false
    end
    local m = named(c.maps, c.map_list, r, w[3] .. ' ' .. w[4])

    m.map, m.sequence = w[3], int(w[4])
    return map_word(c, r, m, w, 5)
end

top['crypto dynamic-map'] = function(c, r, w)
    if not (w[4] or ''):match('^%d+$') then
        return false
    end
    return map_word(c, r, named(c.dynamic, c.unused, r, w[3]), w, 5)
end

return {}
