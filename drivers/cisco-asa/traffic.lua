-- What lets an ASA's or PIX's traffic through: interfaces, translation, what
-- may come in, and VPN clients. Parts of the facts of one VPN (vpn.lua).

local add = lib.add
local traffic = {}

-- --- the device ---

-- PIX 5 and 6: another grammar and other defaults.
local function is_old(c)
    local text = c.version and c.version.text or ''

    if text ~= '' then
        return text:match('^[56]%.') ~= nil
    end
    return #c.keys_list > 0 and #c.group_list == 0
end

local function is_modern(c)
    local major, minor = (c.version and c.version.text or '')
        :match('^(%d+)%.(%d+)')

    if major then
        return int(major) > 8 or (int(major) == 8 and int(minor) >= 3)
    end
    return any(c.nats, function(n) return n.manual or n.object end)
end

-- IKEv1 has its own word since 8.4.
local function has_ikev1(c)
    local major, minor = (c.version and c.version.text or '')
        :match('^(%d+)%.(%d+)')

    if major then
        return int(major) > 8 or (int(major) == 8 and int(minor) >= 4)
    end
    return any(c.lines, function(l)
        return l:match('^crypto ikev[12] ') ~= nil
    end)
end

-- The interface (its line's name and its nameif are its names).
local function interface_named(c, name)
    for _, i in ipairs(c.interface_list) do
        if name and (i.nameif == name or i.name == name) then
            return i
        end
    end
    return nil
end

local function address_of(i)
    return i and lib.host_of(i.prefix)
end

-- --- interfaces ---

local function wan_facts(c, i)
    local group = c.access_groups[i.nameif]

    return cite({
        name = i.nameif or i.name, port = i.name, kind = i.kind or
            (i.prefix and 'static' or 'other'),
        shutdown = i.shutdown or false, address = address_of(i),
        napt = false, filter_in = group and {group.name} or {}, qos = false,
    }, i)
end

local function lan_of(c, wan, net)
    local best

    for _, i in ipairs(c.interface_list) do
        if i ~= wan and i.nameif and i.prefix and net and
            lib.touches(net, i.prefix) then
            return i
        end
    end
    for _, r in ipairs(net and c.routes or {}) do
        if lib.covers(r.prefix, net) and r.prefix ~= '0.0.0.0/0' then
            best = interface_named(c, r.interface)
        end
    end
    if best and best ~= wan then
        return best
    end
    return interface_named(c, 'inside')
end

-- --- translation, and what may come in ---

local function nat_verdict(c, s, lan, wan, out)
    if is_modern(c) then
        return lib.modern_nat(c, s['local'], s.remote, lan, wan, out)
    end
    return lib.old_nat(c, s['local'], s.remote, lan, out)
end

-- An access list that would exempt the traffic, and is not used for it.
local function unapplied(c, s, used)
    for _, list in ipairs(c.list_order) do
        if not used[list.name] and not list.standard and
            lib.list_verdict(c, list, s['local'], s.remote, {}) ==
            'permitted' then
            return list
        end
    end
    return nil
end

local function lists_in_use(c)
    local used = {}

    for _, m in ipairs(c.map_list) do
        used[m.access_list or ''] = true
    end
    for _, d in pairs(c.dynamic) do
        used[d.access_list or ''] = true
    end
    for _, g in pairs(c.access_groups) do
        used[g.name] = true
    end
    for _, g in pairs(c.group_policies) do
        used[g.split or ''] = true
    end
    return used
end

local function add_nat(c, out, lan, wan)
    local nat = {lists = {}, same_list = false}

    out.nat = nat
    for _, n in ipairs(lan and lib.exempt_lists(c, lan.nameif) or {}) do
        add(cite(nat.lists, n), n.words[5])
        nat.same_list = nat.same_list or
            out.access_list and n.words[5] == out.access_list.name or false
    end
    nat.verdict = 'untouched'
    for _, s in ipairs(lan and wan and out.selectors or {}) do
        local one = nat_verdict(c, s, lan.nameif, wan.nameif, nat)

        if one ~= 'untouched' and nat.verdict ~= 'translated' then
            nat.verdict, nat.pair = one, s
        end
    end
    if nat.verdict == 'translated' and not is_modern(c) then
        local used = lists_in_use(c)

        for _, name in ipairs(nat.lists) do
            used[name] = true
        end
        local spare = unapplied(c, nat.pair, used)

        nat.unapplied = spare and spare.name
    end
end

local function conduit_verdict(c)
    for _, k in ipairs(c.conduits) do
        if k.action == 'permit' and k.words[3] == 'ip' and
            k.words[4] == 'any' and k.words[5] == 'any' then
            return 'permitted'
        end
    end
    return #c.conduits > 0 and 'unknown' or 'denied'
end

-- Whether decrypted traffic may come in when no sysopt lets it.
local function inbound_verdict(c, out, wan, found)
    local group = wan and c.access_groups[wan.nameif]
    local list = group and c.access_lists[group.name]
    local s = out.selector

    if not s then
        return 'unknown'
    elseif not group then
        return conduit_verdict(c)
    end
    cite(found, group)
    if not list then
        return 'unknown'
    end
    return lib.list_verdict(c, list, s.remote, s['local'], found)
end

local function add_inbound(c, out, wan)
    local line = c.sysopt.permit
    local inbound = cite({}, line or {})

    inbound.sysopt = line and line.on
    if inbound.sysopt == nil then
        inbound.sysopt = not is_old(c)
    end
    inbound.verdict = inbound_verdict(c, out, wan, inbound)
    inbound.list = wan and c.access_groups[wan.nameif] and
        c.access_groups[wan.nameif].name
    out.inbound = inbound
end

-- --- clients ---

local function pool_networks(c)
    return each(c.pools, function(p) return p.first .. '/32' end)
end

-- The group that clients get, and its split-tunnel list.
local function add_clients(c, out)
    local g

    for _, x in ipairs(c.split) do
        g = g or (x.client or x.split or x.split_policy) and x or nil
    end
    out.pools = c.pools
    out.serves_clients = #c.pools > 0
    out.intra_interface = c.intra_interface ~= nil
    if c.intra_interface then
        explain(out, 'intra_interface', c.intra_interface)
    end
    if not g then
        return
    end
    local list = g.split and c.access_lists[g.split]

    out.split = cite({
        group = g.name, list = g.split, policy = g.split_policy or
            (g.split and 'tunnelspecified' or 'tunnelall'),
        defined = list ~= nil and #list.entries > 0,
        old = g.client or false,
    }, g)
    if list then
        cite(out.split, list)
        out.split.entries = each(list.entries, function(e)
            return e.text
        end)
        out.split.everything = any(list.entries, function(e)
            local x = lib.entry(c, e)

            return e.action == 'permit' and x.sources ~= nil and
                lib.stands(x.sources, '0.0.0.0/0') == 'all'
        end)
    end
end

-- For clients, what is to be exempt: the inside network to the pool.
local function client_selectors(c, out, lan)
    local pools = pool_networks(c)

    if #out.selectors > 0 or #pools == 0 or not lan or not lan.prefix then
        return
    end
    out.selectors = {cite({['local'] = lan.prefix, remote = pools[1]}, lan)}
    out.selector = out.selectors[1]
end

traffic.is_old = is_old
traffic.is_modern = is_modern
traffic.has_ikev1 = has_ikev1
traffic.interface_named = interface_named
traffic.address_of = address_of
traffic.wan_facts = wan_facts
traffic.lan_of = lan_of
traffic.add_nat = add_nat
traffic.add_inbound = add_inbound
traffic.add_clients = add_clients
traffic.client_selectors = client_selectors

return traffic
