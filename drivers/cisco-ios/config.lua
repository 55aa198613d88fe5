-- The running configuration of an IOS router: what its lines say about crypto
-- maps, and what that means for one VPN. Unknown lines mean nothing.

local lib = {}

local function words_of(text)
    local out = {}

    for w in text:gmatch('%S+') do
        out[#out + 1] = w
    end
    return out
end

local function add(list, item)
    list[#list + 1] = item
end

local function is_v4(s)
    return s ~= nil and s:match('^%d+%.%d+%.%d+%.%d+$') ~= nil
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

-- Reads "any", "host A" or "A WILDCARD" from word i; gives the next index.
local function side_of(w, i)
    if w[i] == 'any' then
        return '0.0.0.0/0', i + 1
    elseif w[i] == 'host' then
        return (w[i + 1] or '') .. '/32', i + 2
    end
    return prefix_of(w[i], w[i + 1] or '', true), i + 2
end

local function acl_entry(r, w, i)
    local entry = {text = table.concat(w, ' ', i), action = w[i]}
    local next_word

    entry.source, next_word = side_of(w, i + 2)
    entry.destination = side_of(w, next_word)
    return at(r, entry)
end

local function acl(c, r, name)
    local list = named(c.access_lists, c.unused, r, name)

    list.entries = list.entries or {}
    return list
end

local top = {}

top['hostname'] = function(c, r, w)
    c.hostname = w[2]
end

-- crypto isakmp policy N | crypto isakmp key [0|6] K address A [M]
top['crypto isakmp'] = function(c, r, w)
    if w[3] == 'policy' and w[4] then
        return named(c.ike_proposals, c.proposal_list, r, w[4])
    elseif w[3] == 'key' then
        local i = (w[4] == '0' or w[4] == '6') and w[6] and 5 or 4

        for k = i + 1, #w - 1 do
            if w[k] == 'address' or w[k] == 'hostname' then
                add(c.keys_list, at(r, {key = w[i], peer = w[k + 1],
                                        any = w[k + 1] == '0.0.0.0'}))
            end
        end
        return true
    end
    return nil
end

-- crypto ipsec transform-set NAME T... | crypto ipsec profile NAME
top['crypto ipsec'] = function(c, r, w)
    if w[3] == 'transform-set' and w[5] then
        local set = named(c.transforms, c.unused, r, w[4])
        local i = 5

        while w[i] do
            local t = w[i]:match('^esp%-(%S+)') or w[i]:match('^ah%-(%S+)')

            if t and (t:match('^sha') or t:match('^md5')) then
                set.hash, set.protocol = t, set.protocol or 'esp'
            elseif t then
                set.encryption, set.protocol = t, 'esp'
                if (w[i + 1] or ''):match('^%d+$') then
                    i = i + 1
                    set.encryption = t .. '-' .. w[i]
                end
            end
            i = i + 1
        end
        return set
    elseif w[3] == 'profile' and w[4] then
        return named(c.profiles, c.unused, r, w[4])
    end
    return nil
end

-- crypto map NAME SEQ ipsec-isakmp
top['crypto map'] = function(c, r, w)
    local m

    if not (w[4] or ''):match('^%d+$') then
        return nil
    end
    m = named(c.maps, c.map_list, r, w[3] .. ' ' .. w[4])
    m.map, m.sequence, m.proposals = w[3], int(w[4]), m.proposals or {}
    return m
end

top['interface'] = function(c, r, w)
    return named(c.interfaces, c.interface_list, r, w[2] or '?')
end

top['access-list'] = function(c, r, w)
    if w[2] and (w[3] == 'permit' or w[3] == 'deny') then
        add(acl(c, r, w[2]).entries, acl_entry(r, w, 3))
    end
    return true
end

top['ip access-list'] = function(c, r, w)
    return w[4] and acl(c, r, w[4]) or nil
end

top['ip route'] = function(c, r, w)
    local prefix = prefix_of(w[3], w[4] or '')

    if prefix and w[5] then
        add(c.routes, at(r, {prefix = prefix, next = w[5]}))
    end
    return true
end

top['logging buffered'] = function(c)
    c.logging.buffered = true
    return true
end

top['no logging'] = function(c, r, w)
    if w[3] == 'buffered' then
        c.logging.buffered = false
    end
    return true
end

-- What may stand in a block; what it does not fit to, ignores it.
local sub = {
    ['encr'] = function(b, r, w) b.encryption = table.concat(w, '-', 2) end,
    ['encryption'] = function(b, r, w)
        b.encryption = table.concat(w, '-', 2)
    end,
    ['hash'] = function(b, r, w) b.hash = w[2] end,
    ['group'] = function(b, r, w) b.group = w[2] end,
    ['authentication'] = function(b, r, w) b.authentication = w[2] end,
    ['lifetime'] = function(b, r, w)
        b.lifetime_s = int((w[2] or ''):match('^%d+$'))
    end,
    ['set peer'] = function(b, r, w) b.peer = w[3] end,
    ['set transform-set'] = function(b, r, w)
        b.proposals = {}
        for i = 3, #w do
            add(b.proposals, w[i])
        end
    end,
    ['set pfs'] = function(b, r, w) b.pfs = w[3] end,
    ['match address'] = function(b, r, w) b.access_list = w[3] end,
    ['ip address'] = function(b, r, w)
        b.prefix = prefix_of(w[3], w[4] or '') or b.prefix
        b.dhcp = b.dhcp or w[3] == 'dhcp' or w[3] == 'negotiated'
    end,
    ['crypto map'] = function(b, r, w) b.applied = w[3] end,
    ['tunnel destination'] = function(b, r, w) b.destination = w[3] end,
    ['tunnel protection'] = function(b, r, w) b.protection = w[5] end,
    ['ip tcp'] = function(b, r, w)
        if w[3] == 'adjust-mss' then
            b.adjust_mss = int((w[4] or ''):match('^%d+$'))
        end
    end,
    ['shutdown'] = function(b) b.shutdown = true end,
    ['service-policy'] = function(b) b.qos = true end,
}

local function two(w)
    return w[2] and w[1] .. ' ' .. w[2] or w[1]
end

local function rule_of(rules, w)
    return rules[two(w)] or rules[w[1]]
end

local function read_sub(block, r, w)
    local rule = rule_of(sub, w)

    if block.entries and (w[1] == 'permit' or w[1] == 'deny' or
                          (w[1]:match('^%d+$') and w[2])) then
        add(block.entries, acl_entry(r, w, w[1]:match('^%d') and 2 or 1))
    elseif rule then
        rule(block, r, w)
        at(r, block)
    else
        return false
    end
    return true
end

function lib.parse(rows)
    local c = {
        lines = {}, statements = 0, unused = {}, ike_proposals = {},
        proposal_list = {}, keys_list = {}, transforms = {}, profiles = {},
        maps = {}, map_list = {}, interfaces = {}, interface_list = {},
        access_lists = {}, routes = {}, logging = {buffered = false},
    }
    local block

    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, r.INDENT ~= nil
        local w = words_of(text)
        local known

        from(r, c.lines)
        if text:match('^!') then
            block = nil
        elseif indented then
            known = block and read_sub(block, r, w)
        else
            local rule = rule_of(top, w)

            known = rule and rule(c, r, w)
            block = known and known ~= true and known or nil
        end
        if not text:match('^!') then
            add(c.lines, (r.INDENT or '') .. text)
            from(r, c.lines)
        end
        c.statements = c.statements + (known and 1 or 0)
    end
    return c
end

-- --- what they mean ---

local function interface_of(c, map_name)
    for _, i in ipairs(c.interface_list) do
        if i.applied == map_name then
            return i
        end
    end
    return nil
end

local function key_for(c, peer)
    local any

    for _, k in ipairs(c.keys_list) do
        if k.peer == peer then
            return k
        end
        any = k.any and k or any
    end
    return any
end

function lib.vpns(c)
    local out = {}

    for _, m in ipairs(c.map_list) do
        local i = interface_of(c, m.map)
        local peer = m.peer or 'any'

        add(out, cite({
            id = m.name, name = m.name, context = '', ike_version = 1,
            peer = peer, peer_any = peer == 'any', policy = m.map,
            interface = i and i.name, mode = 'main',
            role = peer == 'any' and 'responder' or 'either',
        }, m))
    end
    for _, i in ipairs(c.interface_list) do
        if i.protection then
            local peer = i.destination or 'any'

            add(out, cite({
                id = i.name, name = i.name, context = '', ike_version = 1,
                peer = peer, peer_any = peer == 'any', policy = i.protection,
                interface = i.name, mode = 'main',
                role = peer == 'any' and 'responder' or 'either',
            }, i))
        end
    end
    return out
end

local function existing(names, known, source)
    local found, missing = cite({}, source), cite({}, source)

    for _, n in ipairs(names) do
        add(known[n] and found or missing, known[n] or n)
    end
    return found, missing
end

local function first_host(prefix)
    local a, b, c, d, bits =
        prefix:match('^(%d+)%.(%d+)%.(%d+)%.(%d+)/(%d+)$')

    if not a or int(bits) == 0 then
        return nil
    end
    if int(bits) >= 31 then
        return prefix:match('^[^/]+')
    end
    return string.format('%s.%s.%s.%d', a, b, c, int(d) + 1)
end

local function lan_address(c, selector)
    for _, i in ipairs(c.interface_list) do
        local address = i.prefix and i.prefix:match('^[^/]+')

        if address and selector and cidr(selector['local'], address) then
            return address, i
        end
    end
    return nil
end

local function add_map(c, out, m)
    local list = m.access_list and c.access_lists[m.access_list]
    local entry = list and list.entries[1]
    local interface = m.map and interface_of(c, m.map)
    local lan

    out.map = cite({
        name = m.name, access_list = m.access_list or '', peer = m.peer,
        peer_any = m.peer == nil, proposals = m.proposals or {}, pfs = m.pfs,
        interface = interface and interface.name,
    }, m)
    out.ipsec_proposals, out.missing_ipsec_proposals =
        existing(m.proposals or {}, c.transforms, m)
    out.access_list = list and cite({
        name = list.name,
        entries = each(list.entries, function(e) return e.text end),
    }, list) or nil
    if not list then
        explain(out, 'access_list', m)
    end
    if entry and entry.source and entry.destination then
        out.selector = cite({['local'] = entry.source,
                             remote = entry.destination}, entry)
        out.lan_address, lan = lan_address(c, out.selector)
        out.remote_host = first_host(entry.destination)
    end
    out.adjust_mss = lan and lan.adjust_mss or
        interface and interface.adjust_mss
    if interface then
        out.wan = cite({
            name = interface.name, kind = interface.dhcp and 'dhcp' or
                interface.prefix and 'static' or 'other',
            shutdown = interface.shutdown or false,
            address = interface.prefix and interface.prefix:match('^[^/]+'),
            napt = false, filter_in = {}, qos = interface.qos or false,
        }, interface)
        out.qos = interface.qos or false
    end
end

function lib.config(c, subject)
    local out = {
        ike_proposals = c.proposal_list, missing_ike_proposals = {},
        ipsec_proposals = {}, missing_ipsec_proposals = {}, tunnels = {},
        routes = c.routes, logging = {buffered = c.logging.buffered,
                                      levels = {}},
        anti_replay = true, qos = false,
        device = {
            hostname = c.hostname, lines = c.lines, maps = #c.map_list,
            ike_policies = #c.proposal_list, vpns = #lib.vpns(c),
            statements = c.statements,
            peers = each(c.map_list, function(m) return m.peer end),
        },
    }
    local m = subject and (c.maps[subject.id] or c.interfaces[subject.id])
    local key

    if not m then
        return out
    end
    key = key_for(c, subject.peer)
    if key or #c.proposal_list > 0 then
        out.ike_policy = cite({
            name = 'isakmp', peer = subject.peer, mode = 'main',
            peer_any = subject.peer_any, key = key and key.key,
            proposals = each(c.proposal_list, function(p)
                return p.name
            end),
        }, key or m)
    else
        explain(out, 'ike_policy', m)
    end
    add_map(c, out, m)
    return out
end

-- --- routes ---

local function bits_of(prefix)
    return int(prefix:match('/(%d+)$'))
end

function lib.route_to(routes, address)
    local best

    for _, r in ipairs(routes) do
        if is_v4(address) and cidr(r.prefix, address) and
            (not best or bits_of(r.prefix) > bits_of(best.prefix)) then
            best = r
        end
    end
    return best
end

-- "9 weeks, 4 days, 2 hours, 3 minutes" in seconds.
function lib.uptime(text)
    local units = {year = 31536000, week = 604800, day = 86400, hour = 3600,
                   minute = 60, second = 1}
    local total

    for n, unit in (text or ''):gmatch('(%d+) (%a-)s?%f[%A]') do
        if units[unit] then
            total = (total or 0) + int(n) * units[unit]
        end
    end
    return total
end

return lib
