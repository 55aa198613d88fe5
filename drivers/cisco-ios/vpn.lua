-- What the lines of config.lua mean for one VPN of an IOS router: an entry of
-- a crypto map ("NAME SEQ") or a tunnel interface with a protection profile.

local add = lib.add
local is_v4 = lib.is_v4
local vpn = {}

local host_of, bits_of = lib.host_of, lib.bits_of
local within, some_host = lib.within, lib.some_host

-- --- which VPNs there are ---

local function interfaces_of(c, map_name)
    return where(c.interface_list, function(i)
        return i.applied == map_name
    end)
end

local function version_of(part)
    return part and part.v2_profile and 2 or 1
end

local function map_vpn(c, m)
    local i = interfaces_of(c, m.map)[1]
    local peer = m.peer or 'any'

    return cite({
        id = m.name, name = m.name, context = '',
        ike_version = version_of(m), peer = peer, peer_any = peer == 'any',
        peers = m.peers, policy = m.map, interface = i and i.name,
        mode = 'main', role = peer == 'any' and 'responder' or 'either',
    }, m)
end

local function tunnel_vpn(c, i)
    local peer = i.destination or 'any'

    return cite({
        id = i.name, name = i.name, context = '',
        ike_version = version_of(c.profiles[i.protection]), peer = peer,
        peer_any = not is_v4(peer), peers = is_v4(peer) and {peer} or {},
        policy = i.protection, interface = i.name, mode = 'main',
        role = is_v4(peer) and 'either' or 'responder',
    }, i)
end

function vpn.vpns(c)
    local out = {}

    for _, m in ipairs(c.map_list) do
        if not m.manual then
            add(out, map_vpn(c, m))
        end
    end
    for _, i in ipairs(c.interface_list) do
        if i.protection then
            add(out, tunnel_vpn(c, i))
        end
    end
    return out
end

local function peers_of_all(c)
    local out = {}

    for _, v in ipairs(vpn.vpns(c)) do
        for _, p in ipairs(v.peers) do
            add(out, p)
        end
    end
    return out
end

-- --- the parts of one VPN ---

local function existing(names, known, source)
    local found, missing = cite({}, source), cite({}, source)

    for _, n in ipairs(names) do
        add(known[n] and found or missing, known[n] or n)
    end
    return found, missing
end

local function filled(p)
    return cite({
        name = p.name, encryption = p.encryption or 'des',
        hash = p.hash or 'sha', group = p.group or '1',
        authentication = p.authentication or 'rsa-sig',
        lifetime_s = p.lifetime_s,
    }, p)
end

local function permits_of(list)
    return where(list and list.entries or {}, function(e)
        return e.action == 'permit' and e.source ~= nil and
            e.destination ~= nil
    end)
end

local function selectors_of(list)
    return each(permits_of(list), function(e)
        return cite({
            ['local'] = e.source, remote = e.destination,
            local_text = lib.wildcard(e.source),
            remote_text = lib.wildcard(e.destination),
        }, e)
    end)
end

-- An interface's own address, by way of the one that it borrows.
local function prefix_of_interface(c, i)
    local lender = i and i.unnumbered and c.interfaces[i.unnumbered]

    return i and i.prefix or lender and lender.prefix
end

local function lan_of(c, selector, wan)
    for _, i in ipairs(c.interface_list) do
        local address = host_of(i.prefix)

        if address and selector and i ~= wan and
            cidr(selector['local'], address) then
            return address, i
        end
    end
    return nil
end

-- Another entry of the same map that is looked at before and takes traffic
-- of this one.
-- Does the list take the traffic of the entry, in the order of its lines?
local function takes(list, e, mine)
    local a = some_host(mine.source) or host_of(mine.source)
    local b = some_host(mine.destination) or host_of(mine.destination)

    return within(mine.source, e.source) and
        within(mine.destination, e.destination) and
        lib.list_permits(list, a, b)
end

local function shadow_of(c, m, list)
    for _, other in ipairs(c.map_list) do
        local theirs = c.access_lists[other.access_list]

        if other.map == m.map and other.sequence < m.sequence and
            other.peer ~= m.peer then
            for _, mine in ipairs(permits_of(list)) do
                for _, e in ipairs(permits_of(theirs)) do
                    if takes(theirs, e, mine) then
                        return cite({name = other.name,
                                     access_list = other.access_list}, e)
                    end
                end
            end
        end
    end
    return nil
end

local function local_address_of(c, m)
    local wanted = c.local_addresses[m.map]
    local i = wanted and c.interfaces[wanted.interface]

    if not wanted then
        return nil
    end
    return cite({
        interface = wanted.interface, exists = i ~= nil,
        address = host_of(prefix_of_interface(c, i)),
        shutdown = i ~= nil and i.shutdown or false,
    }, wanted)
end

local function wan_facts(i)
    local out = cite({
        name = i.name, vrf = i.vrf, kind = (i.pppoe_client or i.ppp) and 'pppoe' or
            i.dhcp and 'dhcp' or i.prefix and 'static' or 'other',
        shutdown = i.shutdown or false, address = host_of(i.prefix),
        napt = i.nat == 'outside', filter_in = {i.filter_in},
        qos = i.qos or false, mtu = i.ip_mtu or i.mtu,
    }, i)

    if i.shutdown_line then
        cite(out, i.shutdown_line)
    end
    return out
end

local function is_tunnel(name)
    return name ~= nil and name:match('^Tunnel') ~= nil
end

-- The interface towards an address by the configured routes.
local function wan_of(c, address)
    local best, bits

    local function consider(prefix, i)
        if i and prefix and not is_tunnel(i.name) and
            (not address or cidr(prefix, address)) and
            (not best or bits_of(prefix) > bits) then
            best, bits = i, bits_of(prefix)
        end
    end
    for _, i in ipairs(c.interface_list) do
        if i.prefix and address then
            consider(i.prefix, i)
        end
    end
    for _, r in ipairs(c.routes) do
        local out = c.interfaces[r.next]

        if is_v4(r.next) then
            for _, i in ipairs(c.interface_list) do
                if i.prefix and cidr(i.prefix, r.next) then
                    out = i
                end
            end
        end
        if address or r.prefix == '0.0.0.0/0' then
            consider(r.prefix, out)
        end
    end
    return best
end

local function add_access_list(c, out, m)
    local list = m.access_list and c.access_lists[m.access_list]

    out.access_list = list and cite({
        name = list.name,
        entries = each(list.entries, function(e) return e.text end),
    }, list) or nil
    if not list then
        explain(out, 'access_list', m.match_line or m)
    end
    out.selectors = selectors_of(list)
    out.selector = out.selectors[1]
    out.shadowed_by = shadow_of(c, m, list)
    return list
end

local function parts_of_map(c, m)
    local applied = interfaces_of(c, m.map)
    local dynamic = m.dynamic and c.dynamic_maps[m.dynamic .. ' 10']

    if m.dynamic and not dynamic then
        for _, d in pairs(c.dynamic_maps) do
            dynamic = d.map == m.dynamic and d or dynamic
        end
    end
    return {
        kind = m.dynamic and 'dynamic' or 'crypto-map',
        source = m, settings = dynamic or m, applied = applied,
        wan = applied[1],
    }
end

-- The interface that an address is of.
local function holder_of(c, address)
    for _, i in ipairs(c.interface_list) do
        if host_of(i.prefix) == address then
            return i
        end
    end
    return nil
end

local function parts_of_tunnel(c, i)
    local profile = c.profiles[i.protection]
    local source = i.source and (c.interfaces[i.source] or
                                 holder_of(c, i.source))

    return {
        kind = 'profile', source = i, tunnel = i, applied = {i},
        settings = profile or {}, profile = profile, wan = source,
    }
end

local function add_map(c, out, parts, subject)
    local m, s = parts.source, parts.settings
    local applied = parts.applied[1]

    out.map = cite({
        name = m.name, tag = parts.tunnel and m.protection or m.map,
        kind = parts.kind, sequence = m.sequence,
        access_list = s.access_list or m.access_list or '',
        peer = subject.peer, peer_any = subject.peer_any,
        proposals = s.proposals or {}, pfs = s.pfs,
        interface = applied and applied.name,
        interfaces = each(parts.applied, function(i) return i.name end),
        local_address = not parts.tunnel and local_address_of(c, m) or nil,
        dynamic = m.dynamic,
    }, m)
    if applied and applied.applied_line then
        cite(out.map, applied.applied_line)
    end
    if not applied then
        explain(out.map, 'interface', m)
    end
    if parts.tunnel and not parts.profile then
        out.missing_profile = m.protection
    end
    out.ipsec_proposals, out.missing_ipsec_proposals =
        existing(s.proposals or {}, c.transforms, s == m and m or cite({}, m))
    if parts.kind == 'crypto-map' then
        add_access_list(c, out, m)
    elseif parts.kind == 'dynamic' and s.access_list then
        out.selectors = selectors_of(c.access_lists[s.access_list])
        out.selector = out.selectors[1]
    end
end

local function add_policy_v2(c, out, subject, part)
    local profile = c.v2_profiles[part.v2_profile]
    local key = lib.best_key(lib.v2_keys(c, profile), subject.peer)
    local ring

    out.missing_ike_policy = not profile and part.v2_profile or nil
    if not profile then
        return
    end
    ring = not key and not subject.peer_any and
        lib.keyring_of_others(c, profile, subject.peer)
    if ring then
        out.keyring_other = ring.name
        explain(out, 'keyring_other', ring)
    end
    out.ike_policy = cite({
        name = profile.name, peer = subject.peer,
        peer_any = subject.peer_any, mode = 'main', key = key and key.key,
        authentication = 'unknown', proposals = {},
    }, key or profile)
end

local function add_policy(c, out, subject, parts)
    local part = parts.settings
    local source = cite({}, parts.source)
    local key

    if has(subject.ike_version) and subject.ike_version == 2 then
        add_policy_v2(c, out, subject, part)
        return
    end
    key = lib.best_key(lib.all_keys(c), subject.peer)
    out.ike_keys = #lib.all_keys(c)
    explain(out, 'ike_keys', source)
    if #c.proposal_list == 0 and not key then
        explain(out, 'ike_policy', source)
        return
    end
    out.ike_policy = cite({
        name = 'isakmp', peer = subject.peer, mode = 'main',
        peer_any = subject.peer_any, key = key and key.key,
        proposals = each(c.proposal_list, function(p) return p.name end),
        preshared = #c.proposal_list == 0 or
            any(c.proposal_list, {authentication = 'pre-share'}),
    }, key or source)
    if not key then
        explain(out.ike_policy, 'key', source)
    end
end

-- A group of VPN clients, when the entry is for them.
local function add_clients(c, out)
    local g = c.group_list[1]
    local list = g and g.acl and c.access_lists[g.acl]

    if not g then
        return
    end
    out.clients = cite({
        group = g.name, pool = g.pool, acl = g.acl,
        split = g.acl ~= nil, acl_exists = list ~= nil,
        networks = each(permits_of(list), function(e)
            return cite({prefix = e.source}, e)
        end),
    }, g)
    explain(out.clients, 'acl', g)
end

local function add_wan(c, out, wan, peer)
    local packet = {source = is_v4(peer) and peer or nil,
                    destination = host_of(wan.prefix)}

    local function may_pass(proto, port)
        return lib.passage(c, wan, {proto = proto, port = port,
                                source = packet.source,
                                destination = packet.destination})
    end
    out.wan = wan_facts(wan)
    out.udp500, out.udp4500 = may_pass('udp', 500), may_pass('udp', 4500)
    out.esp = may_pass('esp')
    out.qos = wan.qos or false
end

local function add_inside(c, out, parts, wan)
    local address, lan = lan_of(c, out.selector, wan)
    local host, there

    if parts.tunnel then
        for _, r in ipairs(c.routes) do
            if r.next == parts.tunnel.name and bits_of(r.prefix) > 0 then
                there = there or r.prefix
            end
        end
        for _, i in ipairs(c.interface_list) do
            if not lan and i.prefix and i ~= wan and not is_tunnel(i.name) and
                private(host_of(i.prefix)) then
                address, lan = host_of(i.prefix), i
            end
        end
    else
        there = out.selector and out.selector.remote
    end
    out.lan_address, out.remote_host = address, some_host(there)
    out.remote_prefix = there
    out.lan = lan and cite({name = lan.name, nat = lan.nat, vrf = lan.vrf,
                            adjust_mss = lan.adjust_mss,
                            shutdown = lan.shutdown or false}, lan) or nil
    out.adjust_mss = lan and lan.adjust_mss or
        parts.tunnel and parts.tunnel.adjust_mss or wan and wan.adjust_mss
    host = address or out.selector and some_host(out.selector['local'])
    out.nat = lib.nat(c, not parts.tunnel and wan, host, out.remote_host)
    if out.nat.state == 'translated' and lan and lan.nat ~= 'inside' then
        out.nat = {state = 'none'}
    end
    out.nat.shared = out.access_list ~= nil and
        any(c.nat_rules, {kind = 'list', name = out.access_list.name})
end

local function common_facts(c)
    return {
        ike_proposals = each(c.proposal_list, filled),
        missing_ike_proposals = {}, ipsec_proposals = {},
        missing_ipsec_proposals = {}, selectors = {},
        tunnels = each(where(c.interface_list, function(i)
            return is_tunnel(i.name)
        end), function(i)
            return cite({name = i.name, mode = i.mode or 'gre ip',
                         shutdown = i.shutdown or false,
                         policy = i.protection}, i)
        end),
        routes = c.routes,
        logging = {buffered = c.logging.buffered, levels = {},
                   session = c.logging.session or false},
        anti_replay = c.anti_replay, qos = false, ike_off = c.ike_off ~= nil,
        nat = {state = 'none', shared = false},
        device = {
            hostname = c.hostname, lines = c.lines, keys = c.keys,
            maps = #c.map_list, ike_policies = #c.proposal_list,
            vpns = #vpn.vpns(c), peers = peers_of_all(c),
            statements = c.statements, ended = c.ended,
            zones = c.zones, localtime = c.localtime,
            -- their networks are in no global table
            elsewhere = each(c.interface_list, function(i)
                return i.vrf and i.name or nil
            end),
            connected = each(c.interface_list, function(i)
                return i.prefix and not i.shutdown and i.name or nil
            end),
        },
    }
end

-- The tables that the peer and the other site are looked up in, other than
-- the global one.
local function add_vrfs(out)
    out.outer_vrf = out.tunnel and out.tunnel.outer_vrf or
        out.wan and out.wan.vrf
    out.inner_vrf = out.tunnel and out.tunnel.vrf or out.lan and out.lan.vrf
end

local function vpn_facts(c, subject)
    local out = common_facts(c)
    local m = subject and c.maps[subject.id]
    local i = subject and c.interfaces[subject.id]
    local parts, wan

    if not m and not (i and i.protection) then
        return out
    end
    parts = m and parts_of_map(c, m) or parts_of_tunnel(c, i)
    wan = parts.wan or wan_of(c, is_v4(subject.peer) and subject.peer or nil)
    add_policy(c, out, subject, parts)
    add_map(c, out, parts, subject)
    add_clients(c, out)
    if wan then
        add_wan(c, out, wan, subject.peer)
    end
    if parts.tunnel then
        out.tunnel = cite({
            name = i.name, mode = i.mode or 'gre ip', policy = i.protection,
            shutdown = i.shutdown or false, adjust_mss = i.adjust_mss,
            source = i.source, vrf = i.vrf, outer_vrf = i.outer_vrf,
        }, i)
        if i.shutdown_line then
            cite(out.tunnel, i.shutdown_line)
        end
    end
    add_inside(c, out, parts, wan)
    add_vrfs(out)
    if c.anti_replay_line then
        explain(out, 'anti_replay', c.anti_replay_line)
    end
    return out
end

vpn.config = vpn_facts

-- --- the peer's configuration ---

local function mirrored(a, b)
    return any(b, function(s)
        return s['local'] == a.remote and s.remote == a['local']
    end)
end

local function all_mirrored(ours, theirs)
    return all(ours, function(s) return mirrored(s, theirs) end) and
        all(theirs, function(s) return mirrored(s, ours) end)
end

local function score_of(c, v, ours)
    local wan = has(ours.wan.address) and ours.wan.address or nil
    local m = c.maps[v.id]
    local list = m and c.access_lists[m.access_list]
    local score = v.peer_any and 1 or 0

    if wan and any(v.peers, function(p) return p == wan end) then
        score = score + 8
    end
    if m and has(ours.selectors) and #permits_of(list) > 0 and
        all_mirrored(ours.selectors, selectors_of(list)) then
        score = score + 4
    end
    return score
end

-- The peer's configuration, narrowed to the VPN that mirrors ours.
function vpn.peer(c, ours)
    local best, score = nil, -1
    local out

    for _, v in ipairs(vpn.vpns(c)) do
        local s = score_of(c, v, ours)

        if s > score then
            best, score = v, s
        end
    end
    out = vpn_facts(c, best)
    if best and #out.selectors > 0 and count(ours.selectors) > 0 then
        out.mirrored = all_mirrored(ours.selectors, out.selectors)
        cite(out, first(out.selectors))
    end
    return out
end

vpn.is_tunnel = is_tunnel

return vpn
