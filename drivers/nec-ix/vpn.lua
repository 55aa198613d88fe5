-- What the lines of config.lua mean for one VPN of an IX.

local add, after = lib.add, lib.after
local is_v4, is_prefix = lib.is_v4, lib.is_prefix
local host_of, bits_of, some_host = lib.host_of, lib.bits_of, lib.some_host
local vpn = {}

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

function vpn.vpns(c)
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
        if (i.pppoe or i.napt) and not is_tunnel(i.name) then
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

-- ip napt service NAME HOST GLOBAL-PORT PROTOCOL PORT: where HOST is the router
-- itself, IKE gets through; whose address it is cannot be said.
local function service_fits(s, packet)
    if packet.proto == 'udp' then
        return s.proto == 'udp' and
            (s.port == 'any' or s.port == tostring(packet.port))
    end
    return s.proto == packet.proto or s.proto == protocols[packet.proto] or
        s.port == protocols[packet.proto]
end

-- open, closed, none or unknown; out gets the lines that say so.
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
    for _, s in ipairs(wan.services) do
        if service_fits(s, packet) then
            cite(out, s)
            return 'unknown'
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
        elseif n == 'default' then      -- the router's own, never defined
            add(found, {name = n})
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
        name = i.name, mode = i.transport and 'transport' or i.mode or 'none',
        shutdown = is_shut(i), stated = i.shutdown ~= nil,
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
        stated = wan.shutdown ~= nil,
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
            vpns = #vpn.vpns(c), statements = c.statements,
            ikev2 = each(c.interface_list, function(i)
                return i.mode == 'ipsec-ikev2' and ikev2_vpn(i) or nil
            end),
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
local function vpn_facts(c, which)
    local out = common_facts(c)
    local map = which.id and c.maps[which.id]
    local peer = is_v4(which.peer) and which.peer or nil
    local tunnel, wan

    if map and map.defined then
        add_policy(c, out, map, which.policy)
        add_map(c, out, map)
        tunnel = tunnel_of(c, map.name)
        if not tunnel then
            explain(out, 'tunnel', map)
        end
    else
        tunnel = which.interface and c.interfaces[which.interface]
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
function vpn.config(c, subject)
    local which = {}

    if subject then
        which.id, which.peer = subject.id, subject.peer
        which.policy = has(subject.policy) and subject.policy or nil
        which.interface = has(subject.interface) and subject.interface or nil
    end
    return vpn_facts(c, which)
end

-- The peer's configuration, narrowed to the map that mirrors ours.
function vpn.peer(c, ours)
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

vpn.is_tunnel = is_tunnel

return vpn
