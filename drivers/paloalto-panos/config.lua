-- The configuration of a PAN-OS firewall as paths: "network ike gateway G
-- protocol version" = "ikev2". Braces and "set" lines give the same paths.

local lib = {}

local function words_of(text)
    local out = {}

    for quoted, plain in text:gmatch('"?([^%s"]*)"?()') do
        if quoted ~= '' then
            out[#out + 1] = quoted
        end
    end
    return out
end

-- Calls found(path words, row) for each leaf.
local function each_leaf(rows, found)
    local stack = {}

    for _, r in ipairs(rows) do
        local text = r.TEXT
        local open, leaf = text:match('^(.-)%s*{$'), text:match('^(.-);$')

        if text:match('^set ') then
            found(words_of(text:sub(5)), r)
        elseif open then
            stack[#stack + 1] = open
        elseif text == '}' then
            table.remove(stack)
        elseif leaf then
            found(words_of(table.concat(stack, ' ') .. ' ' .. leaf), r)
        end
    end
end

-- The index after "network ike gateway" (whatever stands before it), or nil.
local function after(words, a, b, c)
    for i = 1, #words - 3 do
        if words[i] == a and words[i + 1] == b and
            (c == nil or words[i + 2] == c) then
            return i + (c and 3 or 2)
        end
    end
    return nil
end

local function gateway_of(c, r, name)
    if not c.gateways[name] then
        c.gateways[name] = {name = name, leaves = {}}
        c.list[#c.list + 1] = c.gateways[name]
    end
    return c.gateways[name]
end

function lib.parse(rows)
    local c = {gateways = {}, list = {}, leaves = 0}

    each_leaf(rows, function(w, r)
        local i = after(w, 'network', 'ike', 'gateway') or
            after(w, 'ike', 'gateway')

        c.leaves = c.leaves + 1
        from(r, {})
        if i and w[i] and w[i + 2] then
            local g = gateway_of(c, r, w[i])
            local _ = r.TEXT

            g.leaves[table.concat(w, ' ', i + 1, #w - 1)] = w[#w]
            from(r, g)
        end
    end)
    return c
end

local function version_of(g)
    return g.leaves['protocol version'] or 'ikev1'
end

function lib.vpns(c)
    local out = {}

    for _, g in ipairs(c.list) do
        local peer = g.leaves['peer-address ip'] or
            g.leaves['peer-address fqdn'] or 'any'

        out[#out + 1] = cite({
            id = g.name, name = g.name, context = '', policy = g.name,
            peer = peer, peer_any = peer == 'any',
            ike_version = version_of(g) == 'ikev1' and 1 or 2,
            ['local'] = g.leaves['local-address ip'] and
                g.leaves['local-address ip']:match('^[^/]+'),
            interface = g.leaves['local-address interface'],
            role = g.leaves['protocol-common passive-mode'] == 'yes' and
                'responder' or 'either',
        }, g)
    end
    return out
end

-- What is not set has the default, which the sources do not agree on: then
-- `enabled` is missing.
function lib.liveness(c, subject)
    local g = subject and c.gateways[subject.id]
    local enable = g and g.leaves['protocol ikev2 dpd enable']
    local out = {}

    if enable then
        out.enabled = enable == 'yes'
    end
    if g then
        out.interval_s =
            int((g.leaves['protocol ikev2 dpd interval'] or ''):match('^%d+$'))
        cite(out, g)
    end
    return out
end

-- Requests of a gateway's debugging to which nothing came back before the
-- next one was sent. The last one may still be under way.
function lib.unanswered(all)
    local open, out = {}, {}

    for _, e in ipairs(all) do
        if e.event == 'ike.liveness.request' then
            if open[e.peer] then
                out[#out + 1] = open[e.peer]
            end
            open[e.peer] = e
        elseif e.event == 'ike.liveness.response' then
            open[e.peer] = nil
        end
    end
    return out
end

return lib
