-- What the blocks of config.lua mean for one VPN of a WA: an ipsec profile.

local add = lib.add
local is_v4, is_prefix, host_of = lib.is_v4, lib.is_prefix, lib.host_of
local vpn = {}

-- The interface that a profile is mapped to: one that is not shut down wins.
local function tunnel_of(c, name)
    local found

    for _, i in ipairs(c.list.interfaces) do
        if i.map == name and (not found or found.shutdown == true) then
            found = i
        end
    end
    return found
end

-- Stated, or what only the aggressive mode can mean: a peer without a fixed
-- address, or phase-1 identities.
local function mode_of(profile, policy)
    if policy and policy.mode then
        return policy.mode
    end
    if profile.peer ~= nil and not is_v4(profile.peer) or
        policy and (policy.local_id or policy.remote_id) then
        return 'aggressive'
    end
    return nil
end

local function role_of(profile, mode)
    if profile.peer == 'any' then
        return 'responder'
    elseif not profile.peer then
        return 'either'
    end
    return mode == 'main' and 'either' or 'initiator'
end

local function vpn_of(c, p)
    local policy = p.ike_policy and c.ike_policies[p.ike_policy]
    local tunnel = tunnel_of(c, p.name)
    local mode = mode_of(p, policy)

    return cite({
        id = p.name, name = p.name, context = '', ike_version = 1,
        peer = p.peer or 'unknown', peer_any = p.peer == 'any',
        policy = p.ike_policy, interface = tunnel and tunnel.name,
        mode = mode, role = role_of(p, mode),
    }, p)
end

function vpn.vpns(c)
    return each(c.list.profiles, function(p) return vpn_of(c, p) end)
end

-- --- the VPN's own parts ---

local function proposal_facts(b)
    return cite({
        name = b.name, encryption = b.terms.encryption, hash = b.terms.hash,
        group = b.terms.group,
        lifetime_s = int((b.terms.lifetime_s or ''):match('%d+')),
    }, b)
end

local function existing(policy, known)
    local found, missing = cite({}, policy), cite({}, policy)

    for _, name in ipairs(policy.proposals) do
        if known[name] then
            add(found, proposal_facts(known[name]))
        else
            add(missing, name)
        end
    end
    return found, missing
end

local function add_ike_policy(c, out, profile)
    local policy = profile.ike_policy and c.ike_policies[profile.ike_policy]

    if not policy then
        out.missing_ike_policy = profile.ike_policy
        explain(out, 'ike_policy', profile)
        return
    end
    out.ike_policy = cite({
        name = policy.name, peer = profile.peer,
        peer_any = profile.peer == 'any', key = policy.key,
        mode = mode_of(profile, policy),
        proposals = policy.proposals, nat_traversal = policy.natt == true,
    }, policy)
    out.ike_local_id, out.ike_remote_id = policy.local_id, policy.remote_id
    explain(explain(out, 'ike_local_id', policy), 'ike_remote_id', policy)
    out.ike_proposals, out.missing_ike_proposals =
        existing(policy, c.ike_proposals)
end

local function add_ipsec_policy(c, out, profile)
    local name = profile.ipsec_policy
    local policy = name and c.ipsec_policies[name]

    if not policy then
        out.missing_ipsec_policy = name
        explain(out, 'ipsec_policy', profile)
        return
    end
    out.ipsec_policy = cite({name = policy.name, pfs = policy.pfs,
                             proposals = policy.proposals}, policy)
    out.ipsec_local_id, out.ipsec_remote_id =
        policy.local_id, policy.remote_id
    explain(out, 'ipsec_local_id', policy.local_line or policy)
    explain(out, 'ipsec_remote_id', policy.remote_line or policy)
    out.ipsec_proposals, out.missing_ipsec_proposals =
        existing(policy, c.ipsec_proposals)
    if policy.local_id and policy.remote_id then
        out.selector = cite({['local'] = policy.local_id,
                             remote = policy.remote_id}, policy)
    end
end

local function interface_facts(i)
    return cite({name = i.name, mode = 'ipsec', policy = i.map,
                 shutdown = i.shutdown == true,
                 stated = i.shutdown ~= nil}, i)
end

local function is_tunnel(i)
    return i.name:match('^IPsec') ~= nil or i.map ~= nil
end

local function wan_of(c, profile)
    local source = profile and profile.source

    if source and not is_v4(source) then
        return c.interfaces[source] or {name = source, missing = true}
    end
    for _, i in ipairs(c.list.interfaces) do
        if i.name:match('^MobileEthernet') then
            return i
        end
    end
    return {name = 'MobileEthernet0.0', missing = true}
end

local function wan_facts(i)
    local out = {
        name = i.name, defined = not i.missing,
        kind = i.name:match('^Mobile') and 'mobile' or 'other',
        shutdown = i.shutdown == true, address = host_of(i.prefix),
        napt = false, filter_in = {}, qos = false,
    }

    return i.missing and out or cite(out, i)
end

local function lan_address(c, selector, wan)
    local net = selector and selector['local']

    for _, i in ipairs(c.list.interfaces) do
        local address = host_of(i.prefix)

        if is_v4(address) and i.name ~= wan.name and
            (is_prefix(net) and cidr(net, address) or
             not is_prefix(net) and private(address)) then
            return address
        end
    end
    return nil
end

local function device_facts(c)
    return {
        hostname = c.hostname, lines = c.lines, keys = c.keys,
        statements = c.statements, vpns = #c.list.profiles,
        profiles = each(c.list.profiles, function(p) return p.name end),
        ipsec_policies = each(c.list.ipsec_policies,
                              function(p) return p.name end),
        ike_policies = each(c.list.ike_policies,
                            function(p) return p.name end),
        interfaces = each(c.list.interfaces, function(i) return i.name end),
        peers = each(c.list.profiles, function(p)
            return is_v4(p.peer) and p.peer or nil
        end),
        loose = count(c.list.profiles, function(p)
            return not is_v4(p.peer)
        end),
    }
end

-- The running configuration, narrowed to the subject.
function vpn.config(c, subject)
    local p = subject and c.profiles[subject.id]
    local wan = wan_of(c, p)
    local out = {
        ike_proposals = {}, missing_ike_proposals = {},
        ipsec_proposals = {}, missing_ipsec_proposals = {},
        tunnels = each(where(c.list.interfaces, is_tunnel), interface_facts),
        routes = c.routes, device = device_facts(c), wan = wan_facts(wan),
    }
    local tunnel

    if not p then
        return out
    end
    out.map = cite({name = p.name, peer = p.peer,
                    peer_any = p.peer == 'any', proposals = {},
                    ike_policy = p.ike_policy,
                    ipsec_policy = p.ipsec_policy, source = p.source}, p)
    add_ike_policy(c, out, p)
    add_ipsec_policy(c, out, p)
    if has(out.ipsec_policy) then
        out.map.proposals, out.map.pfs =
            out.ipsec_policy.proposals, out.ipsec_policy.pfs
    end
    tunnel = tunnel_of(c, p.name)
    out.tunnel = tunnel and interface_facts(tunnel)
    if not tunnel then
        explain(out, 'tunnel', p)
    end
    out.lan_address = lan_address(c, out.selector, wan)
    out.remote_host = lib.some_host(out.selector and out.selector.remote)
    return out
end

local function equal(a, b)
    return a ~= nil and b ~= nil and a == b
end

-- How well a profile of the peer mirrors ours: what both ends name.
local function likeness(c, p, ours)
    local ike = p.ike_policy and c.ike_policies[p.ike_policy]
    local sec = p.ipsec_policy and c.ipsec_policies[p.ipsec_policy]
    local score = 0

    if sec and has(ours.ipsec_local_id) and has(ours.ipsec_remote_id) then
        score = score + (equal(sec.remote_id, ours.ipsec_local_id) and 1 or 0)
            + (equal(sec.local_id, ours.ipsec_remote_id) and 1 or 0)
    end
    if ike and ike.remote_id and has(ours.ike_local_id) and
        same(ike.remote_id.value, ours.ike_local_id.value) == 'equal' then
        score = score + 2
    end
    if ike and ike.local_id and has(ours.ike_remote_id) and
        same(ike.local_id.value, ours.ike_remote_id.value) == 'equal' then
        score = score + 2
    end
    return score
end

-- The peer's VPN that means ours: its only one, the one that names our address
-- (given), or the one that mirrors ours best; nil when that cannot be told.
function vpn.mirror(c, ours, given)
    local best, score, twice = nil, 0, false
    local profiles = c.list.profiles

    if #profiles == 1 then
        return {id = profiles[1].name}
    end
    if given and has(given.peer) and is_v4(given.peer) then
        return {id = given.id}
    end
    for _, p in ipairs(profiles) do
        local s = likeness(c, p, ours)

        if s > score then
            best, score, twice = p, s, false
        elseif s == score then
            twice = true
        end
    end
    return best and not twice and {id = best.name} or nil
end

-- What no source shows the spelling of.
function vpn.details(c, subject)
    local p = subject and c.profiles[subject.id]
    local policy = p and p.ike_policy and c.ike_policies[p.ike_policy]

    if not policy then
        return {}
    end
    return cite({nat_traversal = policy.natt == true, mode = policy.mode},
                policy.natt_line or policy)
end

-- --- show ipsec profile ---

local function kind_of(r)
    if r.OBJECT then
        return r.FAMILY .. '-' .. r.OBJECT
    end
    return r.OK and 'ok' or r.SOURCE and 'source' or r.DOWN and 'interface' or
        r.UNMAPPED and 'mapped' or nil
end

local function member(list, name)
    return any(list, function(n) return n == name end)
end

-- Whether a result that names no profile is about this one: by what its
-- brackets name.
local function about(config, kind, name)
    if kind == 'mapped' then
        return config.map.name == name
    elseif kind == 'interface' then
        return has(config.tunnel) and config.tunnel.name == name
    elseif kind == 'source' then
        return config.wan.name == name
    elseif kind == 'ipsec-policy' then
        return has(config.map.ipsec_policy) and
            config.map.ipsec_policy == name
    elseif kind == 'ike-policy' then
        return has(config.map.ike_policy) and config.map.ike_policy == name
    end
    return has(config.ike_policy) and
        member(config.ike_policy.proposals, name) or
        has(config.ipsec_policy) and
        member(config.ipsec_policy.proposals, name)
end

-- The profiles that the router's own check names.
function vpn.profiles(rows)
    return each(rows, function(r)
        return r.PROFILE and kind_of(r) and from(r, {name = r.PROFILE}) or nil
    end)
end

-- The results of the subject's profile. A name with nothing behind its colon
-- is a result only at the end: above, it may be a heading.
function vpn.results(rows, subject, config)
    local last_above = 0

    for i, r in ipairs(rows) do
        last_above = r.ABOVE and i or last_above
    end
    return each(rows, function(r)
        local kind = kind_of(r)
        local mine = not subject

        if not kind and r.BLANK and r.line > 0 and
            rows[last_above + 1] and r.line >= rows[last_above + 1].line then
            kind = 'blank'
        end
        if not kind then
            return nil
        end
        if subject and r.PROFILE then
            mine = r.PROFILE == subject.id
        elseif subject then
            mine = config.device.vpns == 1 or about(config, kind, r.ABOUT)
        end
        return mine and from(r, {kind = kind, name = r.ABOUT,
                                 profile = r.PROFILE}) or nil
    end)
end

return vpn
