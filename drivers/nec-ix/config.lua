-- The running configuration of an IX: what its lines say. What that means for
-- one VPN is in vpn.lua. Unknown lines are kept and mean nothing.

local words_of, is_v4, host_of = lib.words_of, lib.is_v4, lib.host_of
local lib = {}

-- The word after the first one that equals name, from word i on.
local function after(words, name, i)
    for k = i or 1, #words - 1 do
        if words[k] == name then
            return words[k + 1], k
        end
    end
    return nil
end

-- --- addresses ---

local function is_prefix(s)
    return s ~= nil and is_v4(host_of(s))
end

-- --- what the lines say ---

-- The text of a row, its lines tied to obj.
local function at(r, obj)
    local _ = r.TEXT

    return from(r, obj)
end

local function add(list, item)
    list[#list + 1] = item
end

local function named(map, order, r, name)
    local item = map[name]

    if not item then
        item = {name = name}
        map[name] = item
        add(order, item)
    end
    return at(r, item)
end

local function new_config()
    return {
        lines = {}, keys = {}, statements = 0, other = {},
        ike_proposals = {}, ike_policies = {}, policy_list = {},
        ipsec_proposals = {}, maps = {}, map_list = {},
        access_lists = {}, interfaces = {}, interface_list = {},
        routes = {}, levels = {}, logging = {buffered = false},
        anti_replay = true, unused = {},
    }
end

local top = {}

top['hostname'] = function(c, w)
    c.hostname = w[2]
end

top['ip access-list'] = function(c, w, r)
    local dynamic = w[3] == 'dynamic'
    local name = dynamic and w[4] or w[3]
    local list

    if not name then
        return false
    end
    list = named(c.access_lists, c.unused, r, name)
    list.entries = list.entries or {}
    list.dynamic = list.dynamic or dynamic
    add(list.entries, at(r, {words = w, first = dynamic and 5 or 4}))
end

top['ip route'] = function(c, w, r)
    if not w[4] then
        return false
    end
    add(c.routes, at(r, {
        prefix = w[3] == 'default' and '0.0.0.0/0' or w[3],
        next = w[4],
    }))
end

top['ike proposal'] = function(c, w, r)
    local p = w[3] and named(c.ike_proposals, c.unused, r, w[3])

    if not p then
        return false
    end
    p.encryption = after(w, 'encryption', 4) or p.encryption
    p.hash = after(w, 'hash', 4) or p.hash
    p.group = after(w, 'group', 4) or p.group
    p.lifetime_s = int(after(w, 'lifetime', 4)) or p.lifetime_s
end

-- One word may name several proposals: "ike-prop1,ike-prop2".
local function add_proposals(list, word)
    for name in word:gmatch('[^,]+') do
        add(list, name)
    end
end

-- ike policy NAME peer A key K [mode M] PROPOSAL...
local policy_words = {peer = true, key = true, mode = true}
local key_kinds = {char = true, hex = true}

top['ike policy'] = function(c, w, r)
    local p = w[3] and named(c.ike_policies, c.policy_list, r, w[3])
    local i = 4

    if not p then
        return false
    end
    p.proposals = p.proposals or {}
    while i <= #w do
        if w[i] == 'key' and key_kinds[w[i + 1]] and
            not policy_words[w[i + 2] or 'mode'] then
            i = i + 1
            p.key = w[i + 1]
            i = i + 1
        elseif policy_words[w[i]] then
            p[w[i]] = w[i + 1]
            i = i + 1
        else
            add_proposals(p.proposals, w[i])
        end
        i = i + 1
    end
end

local function ike_id(key)
    return function(c, w, r)
        local p = w[5] and named(c.ike_policies, c.policy_list, r, w[3])

        if not p then
            return false
        end
        p[key] = at(r, {type = w[4], value = w[5]})
    end
end

top['ike local-id'] = ike_id('local_id')
top['ike remote-id'] = ike_id('remote_id')

top['ipsec autokey-proposal'] = function(c, w, r)
    local p = w[3] and named(c.ipsec_proposals, c.unused, r, w[3])

    if not p then
        return false
    end
    for i = 4, #w do
        local protocol, rest = w[i]:match('^(esp)%-(%S+)$')

        if not protocol then
            protocol, rest = w[i]:match('^(ah)%-(%S+)$')
        end
        if protocol then
            p.protocol = p.protocol or protocol
            if rest:match('^sha') or rest:match('^md5') then
                p.hash = rest
            else
                p.encryption = rest
            end
        end
    end
    p.lifetime_s = int(after(w, 'time', 4)) or p.lifetime_s
end

-- ipsec autokey-map NAME ACL peer A PROPOSAL... [pfs G] [ike POLICY]
-- ipsec dynamic-map NAME ACL PROPOSAL... [pfs G] [ike POLICY]
local map_words = {peer = true, pfs = true, ike = true}

local function map_line(dynamic)
    return function(c, w, r)
        local m = w[4] and named(c.maps, c.unused, r, w[3])
        local i = 5

        if not m then
            return false
        end
        if not m.defined then
            add(c.map_list, m)
        end
        m.defined, m.dynamic, m.access_list = true, dynamic, w[4]
        m.proposals = {}
        while i <= #w do
            if map_words[w[i]] then
                m[w[i]] = w[i + 1]
                i = i + 1
            else
                add_proposals(m.proposals, w[i])
            end
            i = i + 1
        end
        m.peer = m.peer or 'any'
    end
end

top['ipsec autokey-map'] = map_line(false)
top['ipsec dynamic-map'] = map_line(true)

local function map_id(key)
    return function(c, w, r)
        local m = w[4] and named(c.maps, c.unused, r, w[3])

        if not m then
            return false
        end
        m[key] = w[4]
        m[key .. '_line'] = at(r, {})
    end
end

top['ipsec local-id'] = map_id('local_id')
top['ipsec remote-id'] = map_id('remote_id')

top['no ipsec'] = function(c, w, r)
    if w[3] ~= 'anti-replay' then
        return false
    end
    c.anti_replay = false
    c.anti_replay_line = at(r, {})
end

top['logging buffered'] = function(c, w, r)
    c.logging.buffered = true
    at(r, c.logging)
end

top['logging timestamp'] = function(c, w, r)
    c.logging.timestamp = w[3]
    at(r, c.logging)
end

top['logging subsystem'] = function(c, w, r)
    if not w[4] then
        return false
    end
    c.levels[w[3]] = w[4]
    at(r, c.levels)
end

-- --- interface blocks ---

local sub = {}

sub['shutdown'] = function(i, w, r)
    i.shutdown, i.shutdown_line = true, at(r, {})
end

sub['no shutdown'] = function(i, w, r)
    i.shutdown, i.shutdown_line = false, at(r, {})
end

sub['tunnel mode'] = function(i, w, r)
    i.mode, i.mode_line = w[3], at(r, {})
end

sub['ip address'] = function(i, w)
    if is_prefix(w[3]) then
        i.prefix, i.kind = w[3], 'static'
    elseif w[3] == 'dhcp' then
        i.kind = 'dhcp'
    end
end

sub['ip unnumbered'] = function(i, w)
    i.unnumbered = w[3]
end

sub['ip napt'] = function(i, w, r)
    if w[3] == 'enable' then
        i.napt = at(r, {})
    elseif w[3] == 'static' then
        add(i.statics, at(r, {words = w}))
    elseif w[3] == 'service' then
        add(i.services, at(r, {proto = w[7], port = w[8]}))
    else
        return false
    end
end

sub['ip filter'] = function(i, w, r)
    local order = int((w[4] or ''):match('^%d+$'))

    if w[5] == 'in' and order then
        add(i.filters, at(r, {name = w[3], order = order}))
    elseif w[5] == 'out' then
        i.filter_out = true
    else
        return false
    end
end

sub['ip tcp'] = function(i, w)
    if w[3] ~= 'adjust-mss' then
        return false
    end
    i.adjust_mss = w[4]
end

-- ipsec policy tunnel MAP [in|out]; on newer families without a direction.
-- ipsec policy transport MAP: L2TP/IPsec and the like.
sub['ipsec policy'] = function(i, w, r)
    if w[3] ~= 'tunnel' and w[3] ~= 'transport' or not w[4] then
        return false
    end
    i.policy, i.policy_line = w[4], at(r, {})
    i.transport = w[3] == 'transport'
end

sub['encapsulation pppoe'] = function(i)
    i.pppoe = true
end

sub['ppp binding'] = function(i)
    i.pppoe = true
end

sub['auto-connect'] = function()
end

sub['ikev2'] = function(i, w, r)
    i.ikev2_peer = i.ikev2_peer or after(w, 'peer')
    at(r, i)
end

local function queueing(i, w, r)
    i.qos = at(r, {})
end

sub['service-policy'] = queueing
sub['traffic-shape'] = queueing
sub['priority-queue'] = queueing

local function interface_of(c, r, name)
    local i = named(c.interfaces, c.interface_list, r, name)

    i.statics, i.filters = i.statics or {}, i.filters or {}
    i.services = i.services or {}
    return i
end

local function two(w)
    return w[2] and w[1] .. ' ' .. w[2] or w[1]
end

local function rule_of(rules, w)
    return rules[two(w)] or rules[w[1]]
end

-- A line without its indentation (printed guides lose it) still belongs to
-- the interface above it when it says what only an interface can.
local function read_line(c, block, r, w, indented)
    local rule

    if block and (indented or
                  (rule_of(sub, w) and not rule_of(top, w))) then
        rule = rule_of(sub, w)
        return block, rule ~= nil and rule(block, w, r) ~= false
    end
    if indented then
        return block, false
    end
    if w[1] == 'interface' and w[2] then
        return interface_of(c, r, w[2]), true
    end
    rule = rule_of(top, w)
    if not rule and not c.indented then
        return block, false
    end
    return nil, rule ~= nil and rule(c, w, r) ~= false
end

-- The whole configuration as tables. Every line is in `lines`, and in `keys`
-- with the block it stands in, for comparing.
function lib.parse(rows)
    local c = new_config()
    local block, head

    c.indented = not is_flat(rows) and
        any(rows, function(r) return r.INDENT ~= nil end)
    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, (r.INDENT or '') ~= ''

        from(r, c.lines)
        if text:match('^!') or text:match('^Using %d+ out of %d+ bytes') then
            block, head = nil, nil
        else
            local known

            if not indented then
                head = text
            end
            block, known = read_line(c, block, r, words_of(text), indented)
            add(c.lines, (r.INDENT or '') .. text)
            from(r, c.lines)
            add(c.keys, indented and (head or '') .. ' > ' .. text or text)
            if known then
                c.statements = c.statements + 1
            else
                add(c.other, text)
            end
        end
    end
    return c
end

lib.add, lib.after = add, after
lib.is_prefix = is_prefix

return lib
