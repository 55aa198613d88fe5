-- The running configuration of an IX: what its lines say, and what that means
-- for one VPN. Unknown lines are kept and mean nothing.

local lib = {}

local function words_of(text)
    local out = {}

    for w in text:gmatch('%S+') do
        out[#out + 1] = w
    end
    return out
end

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

local function is_v4(s)
    return s ~= nil and s:match('^%d+%.%d+%.%d+%.%d+$') ~= nil
end

local function host_of(prefix)
    return prefix and (prefix:gsub('/.*', ''))
end

local function is_prefix(s)
    return s ~= nil and is_v4(host_of(s))
end

local function bits_of(prefix)
    return int(prefix:match('/(%d+)$') or '32')
end

-- An address inside a prefix that a host may have, for test traffic.
local function some_host(prefix)
    local a, b, c, d = prefix:match('^(%d+)%.(%d+)%.(%d+)%.(%d+)')

    if not a or bits_of(prefix) == 0 then
        return nil
    end
    if bits_of(prefix) >= 31 then
        return host_of(prefix)
    end
    return string.format('%s.%s.%s.%d', a, b, c, int(d) + 1)
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
            add(p.proposals, w[i])
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
                add(m.proposals, w[i])
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
sub['ipsec policy'] = function(i, w, r)
    if w[3] ~= 'tunnel' or not w[4] then
        return false
    end
    i.policy, i.policy_line = w[4], at(r, {})
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

    c.indented = any(rows, function(r) return r.INDENT ~= nil end)
    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, (r.INDENT or '') ~= ''

        from(r, c.lines)
        if text:match('^!') then
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

-- --- what they mean ---

local function policy_of(c, map)
    if map.ike then
        return c.ike_policies[map.ike], map.ike
    end
    for _, p in ipairs(c.policy_list) do
        if p.peer == map.peer then
            return p
        end
    end
    return nil
end

-- The interface that a map is bound to: the best of several.
local function tunnel_of(c, name)
    local found

    for _, i in ipairs(c.interface_list) do
        if i.policy == name and (not found or found.shutdown ~= false) then
            found = i
        end
    end
    return found
end

local function is_shut(i)
    return i.shutdown ~= false
end

local function role_of(map, policy)
    if map.peer == 'any' then
        return 'responder'
    end
    if policy and policy.mode == 'aggressive' and policy.local_id then
        return 'initiator'
    end
    return 'either'
end

local function ikev1_vpn(c, map)
    local policy = policy_of(c, map)
    local tunnel = tunnel_of(c, map.name)

    return cite({
        id = map.name, name = map.name, context = '', ike_version = 1,
        peer = map.peer, peer_any = map.peer == 'any',
        policy = policy and policy.name or map.ike,
        interface = tunnel and tunnel.name,
        mode = policy and (policy.mode or 'main'),
        role = role_of(map, policy),
    }, map)
end

local function ikev2_vpn(i)
    local peer = i.ikev2_peer or 'any'

    return cite({
        id = i.name, name = i.name, context = '', ike_version = 2,
        peer = peer, peer_any = peer == 'any', policy = i.name,
        interface = i.name, role = peer == 'any' and 'responder' or 'either',
    }, i)
end

function lib.vpns(c)
    local out = {}

    for _, m in ipairs(c.map_list) do
        if m.defined then
            add(out, ikev1_vpn(c, m))
        end
    end
    for _, i in ipairs(c.interface_list) do
        if i.mode == 'ipsec-ikev2' then
            add(out, ikev2_vpn(i))
        end
    end
    return out
end

-- --- the way out ---

local function interface_with(c, address)
    for _, i in ipairs(c.interface_list) do
        if i.prefix and cidr(i.prefix, address) then
            return i
        end
    end
    return nil
end

local function is_tunnel(name)
    return name ~= nil and name:match('^Tunnel') ~= nil
end

local function out_of(c, route)
    if is_v4(route.next) then
        return interface_with(c, route.next)
    end
    return c.interfaces[route.next]
end

-- The interface towards an address (nil: towards the Internet), never a
-- tunnel.
local function wan_of(c, address)
    local best, bits

    for _, r in ipairs(c.routes) do
        local i = out_of(c, r)
        local fits = is_prefix(r.prefix) and
            (address and cidr(r.prefix, address) or r.prefix == '0.0.0.0/0')

        if i and fits and not is_tunnel(i.name) and
            (not best or bits_of(r.prefix) > bits) then
            best, bits = i, bits_of(r.prefix)
        end
    end
    if best or not address then
        return best
    end
    return interface_with(c, address)
end

local function guess_wan(c)
    for _, i in ipairs(c.interface_list) do
        if i.pppoe or i.napt then
            return i
        end
    end
    return nil
end

local function kind_of(i)
    return i.pppoe and 'pppoe' or i.kind or 'other'
end

local function filter_names(i)
    local out = {}

    table.sort(i.filters, function(a, b) return a.order < b.order end)
    for _, f in ipairs(i.filters) do
        add(cite(out, f), f.name)
    end
    return out
end

-- --- may a packet pass? ---

local protocols = {udp = '17', esp = '50'}

-- true, false, or nil when it cannot be said.
local function address_fits(word, address)
    if word == nil or word == 'any' then
        return true
    end
    if not is_prefix(word) or not is_v4(address) then
        return nil
    end
    return cidr(word, address)
end

local function port_fits(w, word, port)
    local _, k = after(w, word)
    local op, a, b

    if not k then
        return true
    end
    op, a, b = w[k + 1], w[k + 2], w[k + 3]
    if op == 'any' then
        return true
    elseif op == 'eq' then
        return a == tostring(port)
    elseif op == 'range' and (a or ''):match('^%d+$') and
        (b or ''):match('^%d+$') then
        return int(a) <= port and port <= int(b)
    end
    return nil
end

-- Does an access-list entry match? packet: {proto, source, destination,
-- port}. true, false, nil: cannot be said.
local function entry_fits(entry, packet)
    local w, i = entry.words, entry.first
    local proto = w[i + 1]
    local fits

    if proto ~= 'ip' and proto ~= packet.proto and
        proto ~= protocols[packet.proto] then
        return false
    end
    fits = {
        a = address_fits(after(w, 'src'), packet.source),
        b = address_fits(after(w, 'dest'), packet.destination),
        c = packet.proto ~= 'udp' or port_fits(w, 'sport', packet.port),
        d = packet.proto ~= 'udp' or port_fits(w, 'dport', packet.port),
    }
    if fits.a == false or fits.b == false or fits.c == false or
        fits.d == false then
        return false
    end
    if fits.a and fits.b and fits.c and fits.d then
        return true
    end
    return nil
end

-- permitted, denied, none or unknown; out gets the lines that say so.
local function filter_verdict(c, wan, packet, out)
    if #wan.filters == 0 then
        return 'none'
    end
    filter_names(wan)
    for _, f in ipairs(wan.filters) do
        local list = c.access_lists[f.name]

        cite(out, f)
        if not list or list.dynamic or not list.entries then
            return 'unknown'
        end
        for _, entry in ipairs(list.entries) do
            local fits = entry_fits(entry, packet)
            local action = entry.words[entry.first]

            if fits == nil then
                return 'unknown'
            elseif fits then
                cite(out, entry)
                return action == 'permit' and 'permitted' or 'denied'
            end
        end
        cite(out, list)
    end
    return 'denied'
end

local function static_fits(s, packet)
    local proto, port = s.words[5], s.words[6]

    if packet.proto == 'udp' then
        return proto == 'udp' and port == tostring(packet.port)
    end
    return proto == packet.proto or proto == protocols[packet.proto]
end

local function napt_verdict(wan, packet, out)
    if not wan.napt then
        return 'none'
    end
    cite(out, wan.napt)
    for _, s in ipairs(wan.statics) do
        if static_fits(s, packet) then
            cite(out, s)
            return 'open'
        end
    end
    return 'closed'
end

local function passage(c, wan, packet)
    local out = cite({}, wan)

    out.napt = napt_verdict(wan, packet, out)
    out.filter = filter_verdict(c, wan, packet, out)
    return out
end

-- --- the VPN's own parts ---

local function existing(names, known, source)
    local found, missing = {}, {}

    if source then
        cite(found, source)
        cite(missing, source)
    end
    for _, n in ipairs(names or {}) do
        if known[n] then
            add(found, known[n])
        else
            add(missing, n)
        end
    end
    return found, missing
end

local function policy_facts(p)
    return cite({
        name = p.name, peer = p.peer or 'any',
        peer_any = (p.peer or 'any') == 'any', key = p.key,
        mode = p.mode or 'main', proposals = p.proposals or {},
    }, p)
end

local function map_facts(m)
    return cite({
        name = m.name, access_list = m.access_list, peer = m.peer,
        peer_any = m.peer == 'any', proposals = m.proposals, pfs = m.pfs,
    }, m)
end

local function list_facts(list)
    local entries = {}

    for _, e in ipairs(list.entries or {}) do
        add(cite(entries, e), table.concat(e.words, ' ', e.first))
    end
    return cite({name = list.name, entries = entries}, list)
end

local function any_net(word)
    if word == nil or word == 'any' then
        return '0.0.0.0/0'
    end
    return word
end

local function selector_of(map, list)
    local entry = list and list.entries and list.entries[1]
    local here = entry and any_net(after(entry.words, 'src'))
    local there = entry and any_net(after(entry.words, 'dest'))
    local out = {['local'] = map.local_id or here,
                 remote = map.remote_id or there}

    if not out['local'] or not out.remote then
        return nil
    end
    cite(out, map)
    return entry and cite(out, entry) or out
end

local function tunnel_facts(i)
    local out = cite({
        name = i.name, mode = i.mode or 'none', shutdown = is_shut(i),
        policy = i.policy, adjust_mss = i.adjust_mss,
    }, i)

    for _, key in ipairs({'mode_line', 'shutdown_line', 'policy_line'}) do
        if i[key] then
            cite(out, i[key])
        end
    end
    return out
end

local function address_of(c, name)
    local i = name and c.interfaces[name]

    return i and i.prefix and host_of(i.prefix)
end

-- An own address that the other end would answer to.
local function lan_address(c, tunnel, wan, selector)
    local first = tunnel and tunnel.unnumbered
    local address = address_of(c, first)
    local net = selector and selector['local']

    if address and is_prefix(net) and cidr(net, address) then
        return address
    end
    for _, i in ipairs(c.interface_list) do
        address = address_of(c, i.name)
        if address and i ~= wan and not is_tunnel(i.name) and
            private(address) and
            (not is_prefix(net) or cidr(net, address)) then
            return address
        end
    end
    return nil
end

local function remote_host(c, tunnel, selector)
    local net = selector and selector.remote

    if is_prefix(net) and bits_of(net) > 0 then
        return some_host(net)
    end
    for _, r in ipairs(c.routes) do
        if tunnel and r.next == tunnel.name and is_prefix(r.prefix) and
            bits_of(r.prefix) > 0 then
            return some_host(r.prefix)
        end
    end
    return nil
end

local function wan_facts(wan)
    local out = cite({
        name = wan.name, kind = kind_of(wan), shutdown = is_shut(wan),
        address = wan.prefix and host_of(wan.prefix),
        napt = wan.napt ~= nil, filter_in = filter_names(wan),
        qos = wan.qos ~= nil,
    }, wan)

    if wan.shutdown_line then
        cite(out, wan.shutdown_line)
    end
    return out
end

local function uses_qos(wan, device)
    return (wan and wan.qos ~= nil) or (device and device.qos ~= nil) or false
end

local function common_facts(c)
    local levels = cite({}, c.levels)

    for k, v in pairs(c.levels) do
        levels[k] = v
    end
    c.logging.levels = levels
    return {
        ike_proposals = {}, missing_ike_proposals = {},
        ipsec_proposals = {}, missing_ipsec_proposals = {},
        tunnels = each(where(c.interface_list, function(i)
            return is_tunnel(i.name)
        end), tunnel_facts),
        routes = c.routes, logging = c.logging,
        ike_level = c.levels.ike or c.levels.all,
        anti_replay = c.anti_replay, qos = false,
        device = {
            hostname = c.hostname, lines = c.lines, keys = c.keys,
            ike_policies = #where(c.policy_list, function(p)
                return p.key ~= nil or p.peer ~= nil
            end),
            maps = #where(c.map_list, function(m) return m.defined end),
            peers = each(c.map_list, function(m)
                return m.defined and m.peer ~= 'any' and m.peer or nil
            end),
            vpns = #lib.vpns(c), statements = c.statements,
        },
    }
end

local function add_policy(c, out, map, name)
    local policy, wanted = name and c.ike_policies[name], name

    if not policy then
        policy, wanted = policy_of(c, map)
    end
    out.missing_ike_policy = not policy and wanted or nil
    if not policy then
        explain(out, 'ike_policy', map)
        return
    end
    out.ike_policy = policy_facts(policy)
    out.ike_local_id, out.ike_remote_id = policy.local_id, policy.remote_id
    explain(explain(out, 'ike_local_id', policy), 'ike_remote_id', policy)
    out.ike_proposals, out.missing_ike_proposals =
        existing(policy.proposals, c.ike_proposals, policy)
end

local function add_map(c, out, map)
    local list = map.access_list and c.access_lists[map.access_list]

    out.map = map_facts(map)
    out.ipsec_proposals, out.missing_ipsec_proposals =
        existing(map.proposals, c.ipsec_proposals, map)
    out.access_list = list and list_facts(list)
    if not list then
        explain(out, 'access_list', map)
    end
    out.ipsec_local_id, out.ipsec_remote_id = map.local_id, map.remote_id
    explain(out, 'ipsec_local_id', map.local_id_line or map)
    explain(out, 'ipsec_remote_id', map.remote_id_line or map)
    out.selector = selector_of(map, list)
end

local function add_wan(c, out, wan, peer)
    local here = wan.prefix and host_of(wan.prefix)
    local packet = {source = peer, destination = here}

    local function may_pass(proto, port)
        return passage(c, wan, {proto = proto, port = port,
                                source = packet.source,
                                destination = packet.destination})
    end

    out.wan = wan_facts(wan)
    out.udp500, out.udp4500 = may_pass('udp', 500), may_pass('udp', 4500)
    out.esp = may_pass('esp')
    out.qos = uses_qos(wan, c.interfaces[(wan.name:gsub('%.%d+$', ''))])
    if out.qos then
        explain(out, 'qos', wan.qos or wan)
    end
end

-- The facts of one VPN: {id, policy, interface, peer}, each optional.
local function vpn_facts(c, vpn)
    local out = common_facts(c)
    local map = vpn.id and c.maps[vpn.id]
    local peer = is_v4(vpn.peer) and vpn.peer or nil
    local tunnel, wan

    if map and map.defined then
        add_policy(c, out, map, vpn.policy)
        add_map(c, out, map)
        tunnel = tunnel_of(c, map.name)
        if not tunnel then
            explain(out, 'tunnel', map)
        end
    else
        tunnel = vpn.interface and c.interfaces[vpn.interface]
    end
    out.tunnel = tunnel and tunnel_facts(tunnel)
    wan = wan_of(c, peer) or wan_of(c) or guess_wan(c)
    if wan then
        add_wan(c, out, wan, peer)
    end
    out.lan_address = lan_address(c, tunnel, wan, out.selector)
    out.remote_host = remote_host(c, tunnel, out.selector)
    if c.anti_replay_line then
        explain(out, 'anti_replay', c.anti_replay_line)
    end
    return out
end

-- The running configuration, narrowed to the subject.
function lib.config(c, subject)
    local vpn = {}

    if subject then
        vpn.id, vpn.peer = subject.id, subject.peer
        vpn.policy = has(subject.policy) and subject.policy or nil
        vpn.interface = has(subject.interface) and subject.interface or nil
    end
    return vpn_facts(c, vpn)
end

-- The peer's configuration, narrowed to the map that mirrors ours.
function lib.peer(c, ours)
    local wan = has(ours.wan.address) and ours.wan.address or nil
    local theirs = has(ours.ipsec_local_id) and ours.ipsec_local_id or nil
    local best, score = nil, -1

    for _, m in ipairs(c.map_list) do
        local s = m.defined and 0 or -1

        if s == 0 then
            s = s + (wan and m.peer == wan and 4 or 0)
            s = s + (theirs and m.remote_id == theirs and 2 or 0)
            s = s + (m.peer == 'any' and 1 or 0)
        end
        if s > score then
            best, score = m, s
        end
    end
    if not best then
        return vpn_facts(c, {})
    end
    return vpn_facts(c, {id = best.name, peer = best.peer})
end

-- Lines of `all` that are not in `some`, each as often as it is missing.
function lib.without(all, some)
    local left, out = {}, {}

    for _, k in ipairs(some) do
        left[k] = (left[k] or 0) + 1
    end
    for _, k in ipairs(all) do
        if (left[k] or 0) > 0 then
            left[k] = left[k] - 1
        else
            add(out, k)
        end
    end
    return out
end

-- --- routes ---

-- The route that an address would take: the longest prefix.
function lib.route_to(routes, address)
    local best

    for _, r in ipairs(routes) do
        if is_v4(address) and is_prefix(r.prefix) and
            cidr(r.prefix, address) and
            (not best or bits_of(r.prefix) > bits_of(best.prefix)) then
            best = r
        end
    end
    return best
end

lib.is_tunnel = is_tunnel

-- "6 days 21 hours 45 minutes" in seconds.
function lib.uptime(text)
    local units = {day = 86400, hour = 3600, minute = 60, second = 1,
                   week = 604800, year = 31536000}
    local total

    for n, unit in (text or ''):gmatch('(%d+) (%a-)s?%f[%A]') do
        if units[unit] then
            total = (total or 0) + int(n) * units[unit]
        end
    end
    return total
end

return lib
