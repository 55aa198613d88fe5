-- The configuration of a PAN-OS firewall as paths: "network ike gateway G
-- protocol version" = "ikev2". Braces and "set" lines give the same paths.

local lib = {}

local function words_of(text)
    local out = {}

    for quoted, plain in text:gmatch('"([^"]*)"()') do
        local _ = plain
        out[#out + 1] = quoted
    end
    if #out > 0 then
        -- a quoted name: keep its words together
        out = {}
        for bare, quoted in (text .. ' '):gmatch('([^%s"]*)"?([^"]-)"?%s') do
            out[#out + 1] = bare ~= '' and bare or quoted
        end
        return out
    end
    for w in text:gmatch('%S+') do
        out[#out + 1] = w
    end
    return out
end

-- Calls found(path words, row) for each leaf; how many braces stay open.
local function each_leaf(rows, found)
    local stack, short = {}, 0

    for _, r in ipairs(rows) do
        local text = r.TEXT
        local open, leaf = text:match('^(.-)%s*{$'), text:match('^(.-);$')

        if text:match('^set ') then
            found(words_of(text:sub(5)), r)
        elseif open then
            stack[#stack + 1] = open
        elseif text == '}' and #stack > 0 then
            table.remove(stack)
        elseif text == '}' then
            short = short + 1
        elseif leaf then
            found(words_of(table.concat(stack, ' ') .. ' ' .. leaf), r)
        end
    end
    return #stack + short
end

-- The index of the word behind the words "a b c", or nil.
local function after(words, ...)
    local wanted = {...}

    for i = 1, #words - #wanted do
        local k = 1

        while k <= #wanted and words[i + k - 1] == wanted[k] do
            k = k + 1
        end
        if k > #wanted then
            return i + #wanted
        end
    end
    return nil
end

local function item_of(c, list, name)
    if not c[list][name] then
        c[list][name] = {name = name, leaves = {}}
        c[list].order[#c[list].order + 1] = c[list][name]
    end
    return c[list][name]
end

-- Where a "set" line carries several leaves behind these, they come in pairs.
local pairs_behind = {
    ['local-address'] = true, ['peer-address'] = true, dpd = true,
}

local function add_leaf(item, w, i, r)
    local k = i

    while k < #w - 1 and not pairs_behind[w[k]] do
        k = k + 1
    end
    if pairs_behind[w[k]] and (#w - k) % 2 == 0 and #w - k >= 2 then
        local path = table.concat(w, ' ', i, k)

        for n = k + 1, #w - 1, 2 do
            item.leaves[path .. ' ' .. w[n]] = w[n + 1]
        end
    else
        item.leaves[table.concat(w, ' ', i, #w - 1)] = w[#w]
    end
    from(r, item)
end

function lib.parse(rows)
    local c = {gateways = {order = {}}, tunnels = {order = {}}, links = {},
               leaves = 0}

    c.braces = any(rows, function(r) return r.TEXT == '}' end)
    c.open = each_leaf(rows, function(w, r)
        local g = after(w, 'ike', 'gateway')
        local t = after(w, 'tunnel', 'ipsec')

        c.leaves = c.leaves + 1
        c.network = c.network or after(w, 'network') ~= nil
        from(r, {})
        if g and w[g] and w[g + 2] then
            local _ = r.TEXT
            add_leaf(item_of(c, 'gateways', w[g]), w, g + 1, r)
        elseif w[#w - 1] == 'link-state' and after(w, 'network', 'interface')
        then
            local _ = r.TEXT
            c.links[w[#w - 2]] = from(r, {state = w[#w]})
        elseif t and w[t] and w[t + 2] then
            local _ = r.TEXT
            add_leaf(item_of(c, 'tunnels', w[t]), w, t + 1, r)
        end
    end)
    return c
end

local function version_of(g)
    return g.leaves['protocol version'] or 'ikev1'
end

local function host_of(prefix)
    return prefix and prefix:match('^[^/]+')
end

function lib.vpns(c)
    return each(c.gateways.order, function(g)
        local peer = g.leaves['peer-address ip'] or
            g.leaves['peer-address fqdn'] or 'any'

        return cite({
            id = g.name, name = g.name, context = '', policy = g.name,
            peer = peer, peer_any = peer == 'any',
            ike_version = version_of(g) == 'ikev1' and 1 or 2,
            ['local'] = host_of(g.leaves['local-address ip']),
            interface = g.leaves['local-address interface'],
            role = g.leaves['protocol-common passive-mode'] == 'yes' and
                'responder' or 'either',
        }, g)
    end)
end

-- What is not set has the default, which the sources do not agree on: then
-- `enabled` is missing. Idle seconds by default: 5.
local function liveness(g)
    local enable = g and g.leaves['protocol ikev2 dpd enable']
    local set = g and g.leaves['protocol ikev2 dpd interval']
    local out = {interval_set = set ~= nil,
                 interval_s = int((set or ''):match('^%d+$')) or 5}

    if enable then
        out.enabled = enable == 'yes'
    end
    if g then
        cite(out, g)
    end
    return out
end

-- Whether the interface below a gateway is switched off.
local function is_shut(c, g)
    local name = (g.leaves['local-address interface'] or ''):match('^[^.]+')
    local link = name and c.links[name]

    return link and cite({down = link.state == 'down'}, link) or
        {down = false}
end

function lib.config(c, subject)
    local g = subject and c.gateways[subject.id]

    return {
        liveness = liveness(g),
        wan = g and g.leaves['local-address interface'] and cite({
            name = g.leaves['local-address interface'], kind = 'other',
            shutdown = is_shut(c, g).down, napt = false, filter_in = {},
            address = host_of(g.leaves['local-address ip']), qos = false,
        }, g),
        gateway = g and cite({
            name = g.name, version = version_of(g),
            interface = g.leaves['local-address interface'],
            link = is_shut(c, g),
        }, g),
        tunnels = each(c.tunnels.order, function(t)
            local mine = subject and
                t.leaves['auto-key ike-gateway'] == subject.id
            return mine and cite({
                name = t.name, interface = t.leaves['tunnel-interface'],
            }, t) or nil
        end),
        device = {
            leaves = c.leaves, vpns = #c.gateways.order, open = c.open,
            gateways = each(c.gateways.order, function(x)
                return x.name
            end),
            ends = each(c.gateways.order, function(x)
                return {name = x.name, peer = x.leaves['peer-address ip']}
            end),
            tunnels = each(c.tunnels.order, function(x) return x.name end),
        },
    }
end

return lib
