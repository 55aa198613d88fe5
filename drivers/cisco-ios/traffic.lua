-- May a packet pass? Access lists, the filter of an interface, and NAT of an
-- IOS router, as config.lua has read them.

local host_of, bits_of = lib.host_of, lib.bits_of
local traffic = {}

-- Is the network a within the network b?
local function within(a, b)
    return a ~= nil and b ~= nil and bits_of(a) >= bits_of(b) and
        cidr(b, host_of(a))
end

-- "10.1.0.0/24" as an access list writes it.
local function wildcard(prefix)
    local left, out = bits_of(prefix) or 32, {}

    for i = 1, 4 do
        local bits = math.max(0, math.min(8, left - 8 * (i - 1)))

        out[i] = tostring((1 << (8 - bits)) - 1)
    end
    if left == 32 then
        return 'host ' .. host_of(prefix)
    end
    return left == 0 and 'any' or host_of(prefix) .. ' ' ..
        table.concat(out, '.')
end

-- --- access lists ---

local function entry_has(e, source, destination)
    return e.source and e.destination and cidr(e.source, source) and
        cidr(e.destination, destination)
end

-- Is traffic from one host to the other permitted by a list? true, false, or
-- nil when it cannot be said; the deciding entry.
local function list_permits(list, source, destination)
    for _, e in ipairs(list and list.entries or {}) do
        if not e.source or not e.destination then
            return nil, e
        end
        if entry_has(e, source, destination) then
            if e.proto ~= 'ip' or e.narrow then
                return nil, e
            end
            return e.action == 'permit', e
        end
    end
    return false, nil
end

local function port_fits(ports, port)
    local names = {isakmp = 500, ['non500-isakmp'] = 4500}
    local a, b

    if not ports then
        return true
    end
    a, b = names[ports[2]] or int((ports[2] or ''):match('^%d+$')),
        int((ports[3] or ''):match('^%d+$'))
    if not a then
        return ports[1] == 'eq' and (ports[2] or ''):match('^%a') and false
            or nil
    end
    if ports[1] == 'eq' then
        return a == port
    elseif ports[1] == 'neq' then
        return a ~= port
    elseif ports[1] == 'gt' then
        return port > a
    elseif ports[1] == 'lt' then
        return port < a
    end
    return b and a <= port and port <= b
end

local protocols = {udp = '17', esp = '50'}

-- Does an entry match a packet from the peer? true, false, nil: not known.
local function entry_fits(e, packet)
    local ports = packet.proto ~= 'udp' or e.proto == 'ip'

    if e.proto ~= 'ip' and e.proto ~= packet.proto and
        e.proto ~= protocols[packet.proto] then
        return false
    end
    if not e.source or not e.destination then
        return nil
    end
    if packet.source and not cidr(e.source, packet.source) or
        packet.destination and not cidr(e.destination, packet.destination) then
        return false
    end
    if not packet.source and bits_of(e.source) > 0 or
        not packet.destination and bits_of(e.destination) > 0 then
        return nil
    end
    if not ports then
        local a = port_fits(e.sport, packet.port)
        local b = port_fits(e.dport, packet.port)

        if a == false or b == false then
            return false
        end
        if a == nil or b == nil then
            return nil
        end
    end
    if e.narrow then
        return nil
    end
    return true
end

-- permitted, denied, none or unknown.
local function filter_verdict(c, wan, packet, out)
    local list = wan.filter_in and c.access_lists[wan.filter_in]

    if not wan.filter_in or not list or #list.entries == 0 then
        return 'none'
    end
    cite(out, wan.filter_line)
    if wan.inspect or list.dynamic then
        return 'unknown'        -- what was sent may open it
    end
    for _, e in ipairs(list.entries) do
        local fits = entry_fits(e, packet)

        if fits == nil then
            return 'unknown'
        elseif fits then
            cite(out, e)
            return e.action == 'permit' and 'permitted' or 'denied'
        end
    end
    cite(out, list)
    return 'denied'
end

local function passage(c, wan, packet)
    local out = cite({napt = 'none'}, wan)

    out.filter = filter_verdict(c, wan, packet, out)
    return out
end

-- --- NAT ---

-- Does a route map translate traffic from source to destination?
local function route_map_permits(c, m, source, destination)
    for _, step in ipairs(m.steps) do
        if #step.lists == 0 then
            return step.action == 'permit', step
        end
        for _, name in ipairs(step.lists) do
            local yes, e = list_permits(c.access_lists[name], source,
                                        destination)

            if yes == nil then
                return nil, e
            elseif yes then
                return step.action == 'permit', e
            end
        end
    end
    return false, nil
end

local function rule_permits(c, rule, source, destination)
    if rule.kind == 'list' then
        return list_permits(c.access_lists[rule.name], source, destination)
    end
    local m = c.route_maps[rule.name]

    if not m then
        return nil
    end
    return route_map_permits(c, m, source, destination)
end

-- state: none (no NAT on the way), exempt, translated or unknown; rule: what
-- translates it, by name.
local function nat_facts(c, wan, source, destination)
    local out = {state = 'none'}

    if not wan or wan.nat ~= 'outside' or #c.nat_rules == 0 then
        return out
    end
    if not source or not destination then
        out.state = 'unknown'
        return out
    end
    out.state = 'exempt'
    for _, rule in ipairs(c.nat_rules) do
        local yes, e = rule_permits(c, rule, source, destination)

        if yes then
            out.state, out.rule, out.kind = 'translated', rule.name, rule.kind
            cite(out, rule)
            return e and cite(out, e) or out
        elseif yes == nil then
            out.state = 'unknown'
        end
    end
    return out
end

traffic.within = within
traffic.wildcard = wildcard
traffic.passage, traffic.nat = passage, nat_facts
traffic.list_permits = list_permits

return traffic
