-- The running configuration of an IOS router: its lines as blocks. What they
-- mean for one VPN stands in vpn.lua. Unknown lines mean nothing.

local words_of, is_v4 = lib.words_of, lib.is_v4
local lib = {}

local function add(list, item)
    list[#list + 1] = item
end

local function at(r, obj)
    local _ = r.TEXT

    return from(r, obj)
end

local function named(map, order, r, name)
    if not map[name] then
        map[name] = {name = name}
        add(order, map[name])
    end
    return at(r, map[name])
end

-- "255.255.255.0" (or, inverted, "0.0.0.255") as 24.
local function bits_of_mask(mask, inverted)
    local bits = 0

    for octet in mask:gmatch('%d+') do
        local v = inverted and 255 - int(octet) or int(octet)

        while v >= 128 do
            bits = bits + 1
            v = (v - 128) * 2
        end
    end
    return bits
end

local function prefix_of(address, mask, inverted)
    if not is_v4(address) or not is_v4(mask) then
        return nil
    end
    return address .. '/' .. tostring(bits_of_mask(mask, inverted))
end

local port_words = {eq = 1, neq = 1, lt = 1, gt = 1, range = 2}

-- Reads "any", "host A", "A WILDCARD" or "object-group N" from word i, and a
-- port behind it; gives the prefix (nil: not known), port words, next index.
local function side_of(w, i)
    local prefix, ports

    if w[i] == 'any' then
        prefix, i = '0.0.0.0/0', i + 1
    elseif w[i] == 'host' then
        prefix, i = is_v4(w[i + 1]) and w[i + 1] .. '/32' or nil, i + 2
    else
        prefix, i = prefix_of(w[i], w[i + 1] or '', true), i + 2
    end
    if port_words[w[i] or ''] then
        local last = i + port_words[w[i]]

        ports = {table.unpack(w, i, last)}
        i = last + 1
    end
    return prefix, ports, i
end

local function standard_entry(entry, w, i)
    if w[i] == 'any' then
        entry.source = '0.0.0.0/0'
    elseif w[i] == 'host' then
        entry.source = (w[i + 1] or '') .. '/32'
    elseif is_v4(w[i]) then
        entry.source = is_v4(w[i + 1]) and prefix_of(w[i], w[i + 1], true) or
            w[i] .. '/32'
    end
    entry.proto, entry.destination = 'ip', '0.0.0.0/0'
    return entry
end

-- An entry from word i, its action.
local function acl_entry(r, w, i, standard)
    local entry = {text = table.concat(w, ' ', i), action = w[i]}
    local next_word

    if standard then
        return at(r, standard_entry(entry, w, i + 1))
    end
    entry.proto = w[i + 1]
    entry.source, entry.sport, next_word = side_of(w, i + 2)
    entry.destination, entry.dport, next_word = side_of(w, next_word)
    for k = next_word, #w do
        entry.narrow = entry.narrow or w[k] ~= 'log' and w[k] ~= 'log-input'
    end
    return at(r, entry)
end

local function acl(c, r, name)
    local list = named(c.access_lists, c.unused, r, name)

    list.entries = list.entries or {}
    return list
end

local function is_standard(name)
    local n = int((name or ''):match('^%d+$'))

    return n ~= nil and (n < 100 or n >= 1300 and n < 2000)
end

local top = {}

top['hostname'] = function(c, r, w)
    c.hostname = w[2]
    return true
end

local function key_line(c, r, w, i, list)
    local key

    if (w[i] == '0' or w[i] == '6') and w[i + 1] then
        i = i + 1
    end
    key = w[i]
    for k = i + 1, #w - 1 do
        if w[k] == 'address' or w[k] == 'hostname' then
            local p = w[k + 1] == 'ipv6' and w[k + 2] or w[k + 1]

            add(list, at(r, {
                key = key, peer = p, any = p == '0.0.0.0',
                prefix = prefix_of(p, w[k + 2] or ''),
            }))
        end
    end
    return true
end

local isakmp = {}

isakmp['policy'] = function(c, r, w)
    return w[4] and named(c.ike_proposals, c.proposal_list, r, w[4])
end
isakmp['key'] = function(c, r, w)
    return key_line(c, r, w, 4, c.keys_list)
end
isakmp['profile'] = function(c, r, w)
    return w[4] and named(c.ike_profiles, c.unused, r, w[4])
end
isakmp['client'] = function(c, r, w)
    return w[5] == 'group' and w[6] and
        named(c.groups, c.group_list, r, w[6]) or nil
end
isakmp['enable'] = function(c)
    c.ike_off = nil
    return true
end

-- crypto isakmp policy N | key K address A | profile P | client … group G
top['crypto isakmp'] = function(c, r, w)
    return isakmp[w[3] or ''] and isakmp[w[3]](c, r, w) or nil
end

top['no crypto'] = function(c, r, w)
    if w[3] == 'isakmp' and w[4] == 'enable' then
        c.ike_off = at(r, {})
    end
    return true
end

-- crypto keyring NAME [vrf V]
top['crypto keyring'] = function(c, r, w)
    return w[3] and named(c.keyrings, c.unused, r, w[3])
end

local ikev2 = {proposal = 'v2_proposals', keyring = 'v2_keyrings',
               policy = 'v2_policies', profile = 'v2_profiles'}

top['crypto ikev2'] = function(c, r, w)
    local kind = ikev2[w[3] or '']

    return kind and w[4] and named(c[kind], c[kind .. '_list'], r, w[4])
        or nil
end

local function transform_words(set, w)
    local i = 5

    while w[i] do
        local t = w[i]:match('^esp%-(%S+)')
        local ah = w[i]:match('^ah%-(%S+)')

        if ah then
            set.ah, set.protocol = ah, set.protocol or 'ah'
        elseif t and (t:match('^sha') or t:match('^md5')) then
            set.hash, set.protocol = t, 'esp'
        elseif t then
            set.encryption, set.protocol = t, 'esp'
            if (w[i + 1] or ''):match('^%d+$') then
                i = i + 1
                set.encryption = t .. '-' .. w[i]
            end
        end
        i = i + 1
    end
end

-- crypto ipsec transform-set NAME T... | profile NAME | …
top['crypto ipsec'] = function(c, r, w)
    if w[3] == 'transform-set' and w[5] then
        local set = named(c.transforms, c.unused, r, w[4])

        set.mode = 'tunnel'
        transform_words(set, w)
        return set
    elseif w[3] == 'profile' and w[4] then
        return named(c.profiles, c.unused, r, w[4])
    elseif w[3] == 'security-association' and w[4] == 'replay' then
        c.anti_replay = w[5] ~= 'disable'
        c.anti_replay_line = at(r, {})
        return true
    elseif w[3] == 'fragmentation' then
        c.fragmentation = w[4]
        return true
    end
    return nil
end

-- crypto map NAME SEQ ipsec-isakmp [dynamic D] | NAME local-address IF
top['crypto map'] = function(c, r, w)
    local m

    if w[4] == 'local-address' and w[5] then
        c.local_addresses[w[3]] = at(r, {interface = w[5]})
        return true
    end
    if not (w[4] or ''):match('^%d+$') then
        return nil
    end
    m = named(c.maps, c.map_list, r, w[3] .. ' ' .. w[4])
    m.map, m.sequence = w[3], int(w[4])
    m.peers, m.proposals = m.peers or {}, m.proposals or {}
    m.manual = w[5] == 'ipsec-manual' or nil
    for k = 6, #w - 1 do
        if w[k] == 'dynamic' then
            m.dynamic = w[k + 1]
        end
    end
    return m
end

top['crypto dynamic-map'] = function(c, r, w)
    local m

    if not (w[4] or ''):match('^%d+$') then
        return nil
    end
    m = named(c.dynamic_maps, c.unused, r, w[3] .. ' ' .. w[4])
    m.map, m.peers, m.proposals = w[3], m.peers or {}, m.proposals or {}
    return m
end

top['interface'] = function(c, r, w)
    return named(c.interfaces, c.interface_list, r,
                 (table.concat(w, '', 2)))
end

top['access-list'] = function(c, r, w)
    if w[2] and (w[3] == 'permit' or w[3] == 'deny') then
        add(acl(c, r, w[2]).entries,
            acl_entry(r, w, 3, is_standard(w[2])))
    end
    return true
end

top['ip access-list'] = function(c, r, w)
    local list = w[4] and acl(c, r, w[4])

    if list then
        list.standard = w[3] == 'standard'
    end
    return list or nil
end

top['ip route'] = function(c, r, w)
    local prefix = prefix_of(w[3], w[4] or '')

    if prefix and w[5] then
        add(c.routes, at(r, {prefix = prefix, next = w[5],
                             gateway = is_v4(w[6]) and w[6] or nil}))
    end
    return true
end

top['ip local'] = function(c, r, w)
    if w[3] == 'pool' and w[4] and is_v4(w[5]) then
        c.pools[w[4]] = at(r, {name = w[4], first = w[5],
                               last = is_v4(w[6]) and w[6] or w[5]})
    end
    return true
end

-- ip nat inside source list L | route-map R …; static entries are no rules
-- for whole networks.
top['ip nat'] = function(c, r, w)
    if w[3] == 'inside' and w[4] == 'source' and
        (w[5] == 'list' or w[5] == 'route-map') and w[6] then
        add(c.nat_rules, at(r, {kind = w[5], name = w[6]}))
    end
    return true
end

top['route-map'] = function(c, r, w)
    local m

    if not w[2] then
        return nil
    end
    m = named(c.route_maps, c.unused, r, w[2])
    m.steps = m.steps or {}
    add(m.steps, at(r, {action = w[3] or 'permit', lists = {}}))
    return m.steps[#m.steps]
end

top['logging buffered'] = function(c, r)
    c.logging.buffered = true
    at(r, c.logging)
    return true
end

top['no logging'] = function(c, r, w)
    if w[3] == 'buffered' or w[3] == 'on' then
        c.logging.buffered = false
        at(r, c.logging)
    end
    return true
end

-- service timestamps log datetime msec localtime
top['service timestamps'] = function(c, r, w)
    for k = 4, #w do
        c.localtime[w[3]] = c.localtime[w[3]] or w[k] == 'localtime'
    end
    return true
end

-- clock timezone NAME H [M] | summer-time NAME recurring … [MINUTES]: what a
-- zone is ahead of UTC.
top['clock timezone'] = function(c, r, w)
    local hours, minutes = int(w[4]) or 0, int(w[5]) or 0

    c.ahead_s = hours * 3600 + (hours < 0 and -minutes or minutes) * 60
    add(c.zones, at(r, {name = w[3], ahead_s = c.ahead_s}))
    return true
end

top['clock summer-time'] = function(c, r, w)
    local minutes = #w > 12 and int(w[#w]) or 60

    add(c.zones, at(r, {name = w[3],
                        ahead_s = (c.ahead_s or 0) + minutes * 60}))
    return true
end

top['crypto logging'] = function(c, r, w)
    c.logging.session = c.logging.session or w[3] == 'session'
    return true
end

-- What may stand in a block; what it does not fit to, ignores it.
local sub = {
    ['encr'] = function(b, r, w) b.encryption = table.concat(w, '-', 2) end,
    ['encryption'] = function(b, r, w)
        b.encryption = table.concat(w, '-', 2)
    end,
    ['hash'] = function(b, r, w) b.hash = w[2] end,
    ['integrity'] = function(b, r, w) b.hash = w[2] end,
    ['group'] = function(b, r, w) b.group = w[2] end,
    ['authentication'] = function(b, r, w)
        b.authentication = w[2]
        if w[3] then
            b.own_way = w[2] == 'local' and w[3] or b.own_way
        end
    end,
    ['lifetime'] = function(b, r, w)
        b.lifetime_s = int((w[2] or ''):match('^%d+$'))
    end,
    ['set peer'] = function(b, r, w)
        b.peers = b.peers or {}
        add(b.peers, w[3])
        b.peer = b.peer or w[3]
    end,
    ['set transform-set'] = function(b, r, w)
        b.proposals = {table.unpack(w, 3)}
    end,
    ['set pfs'] = function(b, r, w) b.pfs = w[3] or 'group1' end,
    ['set isakmp-profile'] = function(b, r, w) b.ike_profile = w[3] end,
    ['set ikev2-profile'] = function(b, r, w) b.v2_profile = w[3] end,
    ['match address'] = function(b, r, w)
        if b.peers then
            b.access_list, b.match_line = w[3], at(r, {})
        end
    end,
    ['match ip'] = function(b, r, w)
        if b.lists and w[3] == 'address' then
            for k = 4, #w do
                add(b.lists, w[k])
            end
        end
    end,
    ['ip address'] = function(b, r, w)
        if w[5] ~= 'secondary' then
            b.prefix = prefix_of(w[3], w[4] or '')
            b.dhcp = w[3] == 'dhcp' or w[3] == 'negotiated' or nil
        end
    end,
    ['no ip'] = function(b, r, w)
        if w[3] == 'address' then
            b.prefix, b.dhcp = nil, nil
        end
    end,
    -- "ip vrf forwarding", later "vrf forwarding"
    ['ip vrf'] = function(b, r, w) b.vrf = w[4] end,
    ['vrf forwarding'] = function(b, r, w) b.vrf = w[3] end,
    ['ip unnumbered'] = function(b, r, w) b.unnumbered = w[3] end,
    ['ip nat'] = function(b, r, w) b.nat = w[3] end,
    ['ip access-group'] = function(b, r, w)
        if w[4] == 'in' then
            b.filter_in, b.filter_line = w[3], at(r, {})
        end
    end,
    ['ip inspect'] = function(b) b.inspect = true end,
    ['evaluate'] = function(b) b.dynamic = true end,
    ['ip mtu'] = function(b, r, w) b.ip_mtu = int(w[3]) end,
    ['mtu'] = function(b, r, w) b.mtu = int(w[2]) end,
    ['crypto map'] = function(b, r, w)
        b.applied, b.applied_line = w[3], at(r, {})
    end,
    ['tunnel source'] = function(b, r, w) b.source = w[3] end,
    ['tunnel mode'] = function(b, r, w)
        b.mode = table.concat(w, ' ', 3)
    end,
    ['tunnel vrf'] = function(b, r, w) b.outer_vrf = w[3] end,
    ['tunnel destination'] = function(b, r, w) b.destination = w[3] end,
    ['tunnel protection'] = function(b, r, w) b.protection = w[5] end,
    ['ip tcp'] = function(b, r, w)
        if w[3] == 'adjust-mss' then
            b.adjust_mss = int((w[4] or ''):match('^%d+$'))
        end
    end,
    ['shutdown'] = function(b, r) b.shutdown, b.shutdown_line = true,
        at(r, {}) end,
    ['pppoe-client'] = function(b) b.pppoe_client = true end,
    ['ppp'] = function(b) b.ppp = true end,
    ['service-policy'] = function(b) b.qos = true end,
    ['mode'] = function(b, r, w) b.mode = w[2] end,
    ['acl'] = function(b, r, w) b.acl, b.acl_line = w[2], at(r, {}) end,
    ['pool'] = function(b, r, w) b.pool = w[2] end,
    ['keyring'] = function(b, r, w)
        b.keyring = w[2] == 'local' and w[3] or w[2]
    end,
    ['proposal'] = function(b, r, w) b.proposal = w[2] end,
    -- IKEv2's keyring: each peer has its own
    ['peer'] = function(b) b.address, b.prefix = nil, nil end,
    ['identity'] = function(b) b.by_identity = true end,
    ['hostname'] = function(b) b.by_identity = true end,
    ['address'] = function(b, r, w)
        b.address = is_v4(w[2]) and w[2] or b.address
        b.prefix = prefix_of(w[2], w[3] or '')
    end,
}

local function two(w)
    return w[2] and w[1] .. ' ' .. w[2] or w[1]
end

local function rule_of(rules, w)
    return rules[two(w)] or rules[w[1]]
end

-- pre-shared-key [address A [M] key | local | remote] [0|6] K
local function pre_shared(c, block, r, w)
    block.keys = block.keys or {}
    if w[2] == 'address' then
        for k = 3, #w - 1 do
            if w[k] == 'key' then
                local i = (w[k + 1] == '0' or w[k + 1] == '6') and w[k + 2]
                    and k + 2 or k + 1

                add(block.keys, at(r, {
                    peer = w[3], key = w[i], any = w[3] == '0.0.0.0',
                    prefix = prefix_of(w[3], w[4] or ''),
                }))
            end
        end
        return
    end
    add(block.keys, at(r, {key = w[#w], peer = block.address,
                           side = w[3] and w[2] or nil,
                           prefix = block.prefix}))
end

local function read_sub(c, block, r, w)
    local rule = rule_of(sub, w)

    if block.entries and (w[1] == 'permit' or w[1] == 'deny') then
        add(block.entries, acl_entry(r, w, 1, block.standard))
    elseif block.entries and w[1]:match('^%d+$') and
        (w[2] == 'permit' or w[2] == 'deny') then
        add(block.entries, acl_entry(r, w, 2, block.standard))
    elseif w[1] == 'pre-shared-key' then
        pre_shared(c, block, r, w)
        at(r, block)
    elseif rule then
        rule(block, r, w)
        at(r, block)
    else
        return false
    end
    return true
end

local function new_config()
    return {
        lines = {}, keys = {}, statements = 0, unused = {},
        ike_proposals = {}, proposal_list = {}, keys_list = {},
        ike_profiles = {}, keyrings = {}, groups = {}, group_list = {},
        v2_proposals = {}, v2_proposals_list = {}, v2_keyrings = {},
        v2_keyrings_list = {}, v2_policies = {}, v2_policies_list = {},
        v2_profiles = {}, v2_profiles_list = {},
        transforms = {}, profiles = {}, maps = {}, map_list = {},
        dynamic_maps = {}, local_addresses = {}, interfaces = {},
        interface_list = {}, access_lists = {}, routes = {}, pools = {},
        nat_rules = {}, route_maps = {}, logging = {buffered = false},
        zones = {}, localtime = {log = false, debug = false},
        anti_replay = true, ended = false,
    }
end

-- A banner's text is none of the configuration: "banner motd ^C … ^C".
local function banner_of(text)
    local mark = text:match('^banner %S+ (%^?%S)')

    if mark and not text:match('^banner %S+ %^?%S.*' ..
                               mark:gsub('%W', '%%%0') .. '$') then
        return mark
    end
    return nil
end

function lib.parse(rows)
    local c = new_config()
    local block, banner, head

    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, r.INDENT ~= nil
        local w = words_of(text)
        local known

        from(r, c.lines)
        if banner then
            if text:find(banner, 1, true) then
                banner = nil
            end
        elseif text:match('^!') then
            -- one that is indented ends a part of the block
            block = indented and block or nil
        elseif text == 'end' and not indented then
            c.ended = true
        elseif indented then
            known = block and read_sub(c, block, r, w)
        else
            local rule = rule_of(top, w)

            banner = banner_of(text)
            known = rule and rule(c, r, w)
            block = known and known ~= true and known or nil
            head = text
        end
        if not text:match('^!') then
            add(c.lines, (r.INDENT or '') .. text)
            add(c.keys, indented and (head or '') .. ' / ' .. text or text)
        end
        c.statements = c.statements + (known and 1 or 0)
    end
    if is_flat(rows) then
        c.statements = 0
    end
    return c
end

lib.add, lib.at, lib.prefix_of = add, at, prefix_of

return lib
