-- What the lines of config.lua mean for one VPN of an ASA or PIX: an entry of
-- a crypto map, or a tunnel interface.

local add = lib.add
local is_old, is_modern = lib.is_old, lib.is_modern
local has_ikev1 = lib.has_ikev1
local interface_named, address_of = lib.interface_named, lib.address_of
local vpn = {}

-- How this version calls what a fix has to say.
local function words_of(c, v)
    local out = {transform = 'crypto ipsec transform-set <NAME>',
                 set = 'set transform-set', ike = 'crypto isakmp',
                 debug = 'isakmp', psk = 'pre-shared-key <KEY>',
                 group = 'tunnel-group ' .. v.peer}

    if is_old(c) then
        out.ike, out.group = 'isakmp', nil
        out.psk = 'isakmp key <KEY> address ' .. v.peer ..
            ' netmask 255.255.255.255'
    elseif v.ike_version == 2 then
        out.ike, out.debug = 'crypto ikev2', 'ikev2'
        out.transform = 'crypto ipsec ikev2 ipsec-proposal <NAME>'
        out.set = 'set ikev2 ipsec-proposal'
        out.psk = 'ikev2 remote-authentication pre-shared-key <KEY>'
        out.psk_own = 'ikev2 local-authentication pre-shared-key <KEY>'
    elseif has_ikev1(c) then
        out.ike, out.debug = 'crypto ikev1', 'ikev1'
        out.transform = 'crypto ipsec ikev1 transform-set <NAME>'
        out.set = 'set ikev1 transform-set'
        out.psk = 'ikev1 pre-shared-key <KEY>'
    end
    return out
end

-- --- the VPNs ---

local function definition(c, m)
    return m.dynamic and c.dynamic[m.dynamic] or m
end

local function peers_of(c, m)
    local d = definition(c, m)

    return m.peers or d and d.peers or {}
end

local function role_of(m, peer)
    if peer == 'any' or m.connection == 'answer-only' then
        return 'responder'
    end
    return m.connection == 'originate-only' and 'initiator' or 'either'
end

local function version_of(c, m)
    local d = definition(c, m) or m

    return (m.ikev2 or d.ikev2) and not (m.ikev1 or d.ikev1) and 2 or 1
end

local function map_vpn(c, m)
    local applied = c.applied[m.map]
    local peers = peers_of(c, m)
    local peer = peers[1] or 'any'

    return cite({
        id = m.name, name = m.name, context = '',
        ike_version = version_of(c, m), peer = peer, peers = peers,
        peer_any = peer == 'any', policy = m.map, dynamic = m.dynamic,
        interface = applied and applied.interface,
        mode = m.mode or 'main', role = role_of(m, peer),
    }, m)
end

local function tunnel_vpn(c, i)
    local p = c.profiles[i.protection]

    return cite({
        id = i.name, name = i.name, context = '', tunnel = true,
        ike_version = p and p.ikev2 and not p.ikev1 and 2 or 1,
        peer = i.destination or 'any', peers = {i.destination},
        peer_any = i.destination == nil, policy = i.protection,
        interface = i.source, mode = 'main', role = 'either',
    }, i)
end

function vpn.vpns(c)
    local out = {}

    for _, m in ipairs(c.map_list) do
        add(out, map_vpn(c, m))
    end
    for _, i in ipairs(c.interface_list) do
        if i.protection then
            add(out, tunnel_vpn(c, i))
        end
    end
    return out
end

-- --- keys and policies ---

local function group_for(c, peer)
    return c.groups_l2l[peer] or c.groups_l2l.DefaultL2LGroup
end

local function old_key(c, peer)
    local general

    for _, k in ipairs(c.keys_list) do
        if k.peer == peer then
            return k
        end
        general = k.any and k or general
    end
    return general
end

local function key_source(c, peer)
    local g = group_for(c, peer)

    if g and (g.key or g.local_key or g.remote_key or g.trustpoint) then
        return g
    end
    return old_key(c, peer)
end

-- Keys of addresses that no crypto map names: likely a mistyped one.
local function orphan_keys(c, used)
    local out = {}
    local function check(address, item)
        if address and lib.is_v4(address) and address ~= '0.0.0.0' and
            not any(used, function(p) return p == address end) then
            add(cite(out, item), address)
        end
    end

    for _, g in ipairs(c.group_list) do
        if g.type == 'ipsec-l2l' or g.key then
            check(g.name, g)
        end
    end
    for _, k in ipairs(c.keys_list) do
        check(k.peer, k)
    end
    return out
end

local function used_peers(c)
    local out = {}

    for _, v in ipairs(vpn.vpns(c)) do
        for _, p in ipairs(v.peers) do
            add(out, p)
        end
    end
    return out
end

local function add_policy(c, out, v, m)
    local source = key_source(c, v.peer)
    local list = c.policy_lists[v.ike_version]

    out.ike_proposals = list
    out.orphan_keys = orphan_keys(c, used_peers(c))
    if not source and not v.peer_any or #list == 0 then
        explain(out, 'ike_policy', m)
        return
    end
    out.ike_policy = cite({
        name = v.peer, peer = v.peer, peer_any = v.peer_any, mode = v.mode,
        key = source and (source.key or source.local_key),
        remote_key = source and (source.remote_key or source.key),
        proposals = each(list, function(p) return p.name end),
    }, source or m)
end

local function enabled_on(c, name, version)
    for _, e in ipairs(c.enabled) do
        if e.interface == name and e.version == version then
            return e
        end
    end
    return nil
end

-- --- phase 2 ---

local function existing(names, known, source)
    local found, missing = cite({}, source), cite({}, source)

    for _, n in ipairs(names or {}) do
        add(known[n] and found or missing, known[n] or n)
    end
    return found, missing
end

local function is_strong(p)
    return p.encryption ~= nil and p.encryption ~= 'des' and
        p.encryption ~= 'null'
end

local function needs_strong(out)
    return #out.ipsec_proposals > 0 and all(out.ipsec_proposals, is_strong)
        or #out.ike_proposals > 0 and all(out.ike_proposals, is_strong)
end

local function versions_of(m, d)
    local two = m.ikev2 or d.ikev2

    if two and (m.ikev1 or d.ikev1) then
        return 'both'
    end
    return two and 'ikev2' or 'ikev1'
end

local function add_map(c, out, m, v)
    local d = definition(c, m) or m
    local name = m.access_list or d.access_list
    local list = name and c.access_lists[name]

    out.map = cite({
        name = m.name, access_list = name, peer = v.peer, peers = v.peers,
        peer_any = v.peer_any, pfs = m.pfs or d.pfs, tunnel = v.tunnel,
        proposals = m.proposals or d.proposals or {}, dynamic = m.dynamic,
        interface = v.interface, map = m.map, sequence = m.sequence,
    }, m)
    out.ipsec_proposals, out.missing_ipsec_proposals =
        existing(out.map.proposals, c.transforms, d)
    out.strong, out.versions = needs_strong(out), versions_of(m, d)
    if not list then
        explain(out, 'access_list', m)
        out.selectors = {}
        return
    end
    out.access_list = cite({
        name = list.name,
        entries = each(list.entries or {}, function(e) return e.text end),
    }, list)
    out.selectors, out.selectors_known = lib.pairs_of(c, list)
    out.selector = out.selectors[1]
end

-- Other entries whose access list takes a part of this one's traffic; first:
-- those before it in the same map that take all of it.
local function overlaps(c, out, m)
    local with, before = {}, {}

    for _, other in ipairs(c.map_list) do
        local list = other ~= m and other.access_list and
            c.access_lists[other.access_list]
        local theirs = list and lib.pairs_of(c, list) or {}
        local hit, all_of = nil, false

        for _, a in ipairs(out.selectors) do
            for _, b in ipairs(theirs) do
                if lib.touches(a['local'], b['local']) and
                    lib.touches(a.remote, b.remote) then
                    hit = b
                    all_of = all_of or
                        (lib.covers(b['local'], a['local']) and
                         lib.covers(b.remote, a.remote))
                end
            end
        end
        if hit then
            add(cite(cite(with, hit), other), other.name)
            if all_of and other.map == m.map and
                other.sequence < m.sequence then
                add(cite(cite(before, hit), other), other.name)
            end
        end
    end
    out.overlaps, out.earlier = with, before
end

-- --- all of it ---

local function logging_facts(c)
    local l = c.logging

    return cite({
        buffered = l.level ~= nil, on = l.on or false, level = l.level,
        timestamped = l.timestamp or false, debug_trace = l.debug_trace or false,
        levels = {},
    }, l)
end

-- How many entries of applied crypto maps have a list with entries.
local function pairs_count(c)
    return count(c.map_list, function(m)
        local list = c.applied[m.map] and m.access_list and
            c.access_lists[m.access_list]

        return list ~= nil and list ~= false and #(list.entries or {}) > 0
    end)
end

local function common_facts(c)
    return {
        ike_proposals = {}, missing_ike_proposals = {},
        ipsec_proposals = {}, missing_ipsec_proposals = {}, tunnels = {},
        selectors = {}, selectors_known = true, overlaps = {}, earlier = {},
        routes = c.routes, logging = logging_facts(c), anti_replay = true,
        qos = false, strong = false, tcpmss = c.sysopt.tcpmss,
        orphan_keys = {}, dynamic_routing = c.dynamic_routing or false,
        words = {}, ike_interfaces = {}, ike_enabled = false, nat_traversal = c.nat_traversal ~= nil,
        names = c.name_list,
        device = {
            hostname = c.hostname, lines = c.lines, keys = c.keys,
            ended = c.ended or false, old = is_old(c),
            modern = is_modern(c), maps = #c.map_list,
            ike_policies = #c.policy_lists[1] + #c.policy_lists[2],
            peers = used_peers(c), vpns = #vpn.vpns(c),
            statements = c.statements, pairs = pairs_count(c), version = c.version and
                c.version.text,
        },
    }
end

local function subject_of(c, id)
    local m = c.maps[id]

    if m then
        return m, map_vpn(c, m)
    end
    for _, i in ipairs(c.interface_list) do
        if i.name == id and i.protection then
            local p = c.profiles[i.protection] or {name = i.protection}

            return {name = i.name, map = '', sequence = 0,
                    proposals = p.proposals, pfs = p.pfs},
                tunnel_vpn(c, i)
        end
    end
    return nil
end

local function add_sides(c, out, v)
    local wan = interface_named(c, v.interface)
    local net = out.selector and out.selector['local']
    local lan = lib.lan_of(c, wan, net ~= '0.0.0.0/0' and net or nil)

    if wan then
        out.wan = lib.wan_facts(c, wan)
        out.wan_others = c.applied[v.policy] and c.applied[v.policy].others or
            {}
        out.ike_enabled = enabled_on(c, wan.nameif, v.ike_version) ~= nil
        for _, e in ipairs(where(c.enabled, {version = v.ike_version})) do
            add(cite(out.ike_interfaces, e), e.interface)
        end
    end
    if lan then
        out.lan = cite({name = lan.nameif, address = address_of(lan),
                        prefix = lan.prefix}, lan)
        out.lan_address = address_of(lan)
    end
    lib.client_selectors(c, out, lan)
    lib.add_nat(c, out, lan, wan)
    lib.add_inbound(c, out, wan)
    out.remote_host = out.selector and lib.some_host(out.selector.remote)
end

-- The running configuration, narrowed to the subject.
function vpn.config(c, subject)
    local out = common_facts(c)
    local m, v

    if subject then
        m, v = subject_of(c, subject.id)
    end
    if not m then
        return out
    end
    out.words = words_of(c, v)
    add_policy(c, out, v, m)
    add_map(c, out, m, v)
    overlaps(c, out, m)
    lib.add_clients(c, out)
    add_sides(c, out, v)
    return out
end

-- --- the other end ---

local function mirrored(ours, theirs)
    return any(theirs, function(t)
        return any(ours, function(o)
            return t['local'] == o.remote and t.remote == o['local']
        end)
    end)
end

-- How well a VPN of the peer fits to ours; 0: it means somebody else.
local function fitness(out, ours)
    local here = has(ours.wan.address) and ours.wan.address
    local peer = out.map.peer

    return (here and peer == here and 4 or 0) +
        (mirrored(ours.selectors, out.selectors) and 2 or 0) +
        (out.map.peer_any and 1 or 0)
end

-- The peer's configuration, narrowed to the VPN that means us; its only one
-- when none fits.
function vpn.peer(c, ours)
    local list = vpn.vpns(c)
    local best, score = vpn.config(c, nil), 0

    for _, v in ipairs(list) do
        local out = vpn.config(c, v)
        local n = fitness(out, ours)

        if n > score or (#list == 1 and score == 0) then
            best, score = out, n
        end
    end
    return best
end


return vpn
