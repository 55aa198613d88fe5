-- The running configuration of an ASA or PIX: what its lines say. What that
-- means for one VPN is in vpn.lua. Unknown lines are kept and mean nothing.

local function add(list, item)
    list[#list + 1] = item
end

-- The word after the first one that equals name, from word i on.
local function after(words, name, i)
    for k = i or 1, #words - 1 do
        if words[k] == name then
            return words[k + 1], k + 1
        end
    end
    return nil
end

-- The text of a row, its lines tied to obj.
local function at(r, obj)
    local _ = r.TEXT

    return from(r, obj)
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

local function rest_of(w, i)
    local out = {}

    for k = i, #w do
        add(out, w[k])
    end
    return out
end

local function new_config()
    return {
        lines = {}, keys = {}, statements = 0, names = {},
        name_list = {}, unused = {},
        interfaces = {}, interface_list = {}, objects = {}, groups = {},
        access_lists = {}, list_order = {}, access_groups = {},
        conduits = {}, routes = {}, nats = {}, globals = {}, statics = {},
        policies = {[1] = {}, [2] = {}}, policy_lists = {[1] = {}, [2] = {}},
        keys_list = {}, groups_l2l = {}, group_list = {}, enabled = {},
        transforms = {}, maps = {}, map_list = {}, applied = {},
        dynamic = {}, profiles = {}, pools = {}, split = {},
        group_policies = {}, logging = {levels = {}}, sysopt = {},
        device = {},
    }
end

local config, top, sub = {}, {}, {}

local function version(c, r, w)
    c.version = at(r, {product = w[1], text = w[3] or ''})
end

top['PIX Version'] = version
top['ASA Version'] = version

top['hostname'] = function(c, r, w)
    c.hostname = w[2]
end

top['name'] = function(c, r, w)
    if w[3] then
        c.names[w[3]] = w[2]
        add(c.name_list, at(r, {name = w[3], address = w[2]}))
    end
end

-- --- interfaces, routes ---

local function interface(c, r, name)
    return named(c.interfaces, c.interface_list, r, name)
end

top['interface'] = function(c, r, w)
    local i = w[2] and interface(c, r, w[2])

    if i and w[#w] == 'shutdown' then
        i.shutdown = true
    end
    return i or false
end

-- PIX 6: nameif ethernet0 outside security0
top['nameif'] = function(c, r, w)
    local i = w[4] and interface(c, r, w[2])

    if not i then
        return false
    end
    i.nameif, i.security = w[3], int(w[4]:match('%d+'))
end

-- PIX 6: ip address outside A M | pppoe | dhcp; ip local pool P A-B
top['ip address'] = function(c, r, w)
    for _, i in ipairs(c.interface_list) do
        if i.nameif == w[3] then
            i.prefix = lib.prefix_of(w[4], w[5])
            i.kind = (w[4] == 'pppoe' or w[4] == 'dhcp') and w[4] or i.kind
            at(r, i)
        end
    end
end

top['ip local'] = function(c, r, w)
    if w[3] ~= 'pool' or not w[5] then
        return false
    end
    add(c.pools, at(r, {
        name = w[4], first = w[5]:match('^[%d.]+'),
        last = w[5]:match('%-([%d.]+)$') or w[5],
    }))
end

sub['nameif'] = function(b, r, w) b.nameif = w[2] end
sub['security-level'] = function(b, r, w)
    b.security = int((w[2] or ''):match('^%d+$'))
end
sub['shutdown'] = function(b) b.shutdown = true end
sub['no shutdown'] = function(b) b.shutdown = false end
sub['ip address'] = function(b, r, w)
    b.prefix = lib.prefix_of(w[3], w[4])
    b.kind = (w[3] == 'pppoe' or w[3] == 'dhcp') and w[3] or b.kind
end
sub['tunnel destination'] = function(b, r, w) b.destination = w[3] end
sub['tunnel source'] = function(b, r, w) b.source = w[4] end
sub['tunnel protection'] = function(b, r, w) b.protection = w[5] end

top['route'] = function(c, r, w)
    local prefix = w[5] and lib.prefix_of(lib.address(c, w[3]), w[4])

    if not prefix then
        return false
    end
    if w[#w] == 'tunneled' then
        return  -- only for what came out of a VPN
    end
    add(c.routes, at(r, {
        prefix = prefix, interface = w[2], next = lib.address(c, w[5]),
        tracked = after(w, 'track', 6) ~= nil,
    }))
end

local function dynamic_routing(c)
    c.dynamic_routing = true
end

for _, word in ipairs({'router ospf', 'router eigrp', 'router rip',
                       'router bgp', 'rip outside', 'rip inside'}) do
    top[word] = dynamic_routing
end

-- --- objects and access lists ---

top['object network'] = function(c, r, w)
    return w[3] and named(c.objects, c.unused, r, w[3]) or false
end

top['object-group network'] = function(c, r, w)
    local g = w[3] and named(c.groups, c.unused, r, w[3])

    if g then
        g.members = g.members or {}
    end
    return g or false
end

sub['subnet'] = function(b, r, w) b.prefix = lib.prefix_of(w[2], w[3]) end
sub['host'] = function(b, r, w) b.prefix = lib.prefix_of(w[2]) end
sub['network-object'] = function(b, r, w)
    if b.members then
        add(b.members, rest_of(w, 2))
    end
end
sub['group-object'] = function(b, r, w)
    if b.members then
        add(b.members, {'object-group', w[2]})
    end
end
-- An object's own translation.
sub['nat'] = function(b, r, w, c)
    add(c.nats, at(r, {words = w, object = b.name, rank = 2}))
end

top['access-list'] = function(c, r, w)
    local list, i = nil, 3

    if not w[3] or w[3] == 'remark' or w[2] == 'deny-flow-max' or
        w[2] == 'alert-interval' then
        return true
    end
    list = named(c.access_lists, c.list_order, r, w[2])
    list.entries = list.entries or {}
    if w[i] == 'line' then
        i = i + 2
    end
    if w[i] == 'remark' then
        return true
    end
    if w[i] == 'extended' or w[i] == 'standard' then
        list.standard = w[i] == 'standard'
        i = i + 1
    end
    if w[i] ~= 'permit' and w[i] ~= 'deny' then
        return false
    end
    add(list.entries, at(r, {
        words = w, first = i, action = w[i], standard = list.standard,
        inactive = w[#w] == 'inactive', text = table.concat(w, ' ', i),
    }))
    return true
end

-- access-group LIST in interface IF
top['access-group'] = function(c, r, w)
    if w[3] == 'in' and w[5] then
        c.access_groups[w[5]] = at(r, {name = w[2], interface = w[5]})
    end
end

top['conduit'] = function(c, r, w)
    add(c.conduits, at(r, {words = w, action = w[2]}))
end

-- --- translation ---

-- nat (inside) 0 access-list X | nat (inside) 1 A M | nat (a,b) ...
top['nat'] = function(c, r, w)
    add(c.nats, at(r, {
        words = w, rank = after(w, 'after-auto', 2) and 3 or 1,
        manual = (w[2] or ''):match(',') ~= nil or nil,
    }))
    if w[3] == 'after-auto' then
        c.nats[#c.nats].rank = 3
    end
end

top['global'] = function(c, r, w)
    add(c.globals, at(r, {words = w}))
end

top['static'] = function(c, r, w)
    add(c.statics, at(r, {words = w}))
end

top['nat-control'] = function(c, r)
    c.nat_control = at(r, {})
end

-- --- what lets traffic through ---

local function set_sysopt(on)
    return function(c, r, w)
        local i = on and 2 or 3

        if w[i] ~= 'connection' then
            return false
        end
        if w[i + 1] == 'permit-ipsec' or w[i + 1] == 'permit-vpn' then
            c.sysopt.permit = at(r, {on = on})
        elseif w[i + 1] == 'tcpmss' then
            c.sysopt.tcpmss = on and w[i + 2] ~= 'minimum' and
                int((w[i + 2] or ''):match('^%d+$')) or c.sysopt.tcpmss
        end
    end
end

top['sysopt'] = set_sysopt(true)
top['no sysopt'] = set_sysopt(false)

top['same-security-traffic'] = function(c, r, w)
    if w[2] == 'permit' and w[3] == 'intra-interface' then
        c.intra_interface = at(r, {})
    end
end

top['management-access'] = function(c, r, w)
    c.management = w[2]
end

-- PIX 6: vpngroup G address-pool P | split-tunnel LIST
top['vpngroup'] = function(c, r, w)
    local g = w[3] and named(c.group_policies, c.split, r, w[2])

    if not g then
        return false
    end
    g.client = true
    if w[3] == 'split-tunnel' then
        g.split = w[4]
    elseif w[3] == 'address-pool' then
        g.pool = w[4]
    end
end

top['group-policy'] = function(c, r, w)
    return w[2] and named(c.group_policies, c.split, r, w[2]) or false
end

sub['split-tunnel-policy'] = function(b, r, w) b.split_policy = w[2] end
sub['split-tunnel-network-list'] = function(b, r, w) b.split = w[3] end
sub['address-pools'] = function(b, r, w) b.pool = w[3] end

-- --- logging ---

top['logging'] = function(c, r, w)
    local l = c.logging

    if w[2] == 'on' or w[2] == 'enable' then
        l.on = true
    elseif w[2] == 'buffered' then
        l.level = w[3]
    elseif w[2] == 'timestamp' then
        l.timestamp = true
    elseif w[2] == 'debug-trace' then
        l.debug_trace = true
    else
        return false
    end
    at(r, l)
end

-- --- the lines ---

local function two(w)
    return w[2] and w[1] .. ' ' .. w[2] or w[1]
end

local function rule_of(rules, w)
    return rules[two(w)] or rules[w[1]]
end

local function read_line(c, block, r, w, indented)
    local rule = rule_of(indented and sub or top, w)
    local result

    if indented then
        if block and rule then
            rule(block, r, w, c)
            at(r, block)
        end
        return block, block ~= nil and rule ~= nil
    end
    result = rule and rule(c, r, w)
    return result ~= true and result or nil, rule ~= nil and result ~= false
end

-- What a console's log prints in between.
local function is_log(text)
    return text:match('^%%%u+%-%d%-%d+: ') ~= nil or
        text:match('^%u%l%l +%d+ %d+ [%d:]+.-: %%%u+%-%d%-%d+: ') ~= nil
end

-- Comments begin with "!" or ":"; the last line of all is ": end", or the
-- checksum.
local function is_comment(c, text)
    if text:match('^: end') or text:match('^Cryptochecksum:') then
        c.ended = true
        return true
    end
    return text:match('^[!:]') ~= nil or text == '[OK]'
end

function config.parse(rows)
    local c = new_config()
    local block, head, known

    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, r.INDENT ~= nil

        from(r, c.lines)
        if is_comment(c, text) then
            block = nil
        elseif not is_log(text) then
            head = indented and head or text
            block, known = read_line(c, block, r,
                                      lib.words_of(text), indented)
            add(c.lines, (r.INDENT or '') .. text)
            from(r, c.lines)
            add(c.keys, indented and (head or '') .. ' > ' .. text or text)
            c.statements = c.statements + (known and 1 or 0)
        end
    end
    -- A PIX of old has no blocks.
    if not (c.version and c.version.text:match('^[56]%.')) and
        is_flat(rows) then
        c.statements = 0
    end
    return c
end

config.top, config.sub, config.at, config.named = top, sub, at, named
config.add, config.after, config.rest_of = add, after, rest_of

return config
