-- Addresses, objects, and what an access list or a translation does to the
-- traffic between two networks.

local is_v4, bits_of, host_of = lib.is_v4, lib.bits_of, lib.host_of
local lib = {}

-- "255.255.255.0" as 24; nil for what is no mask.
local function bits_of_mask(mask)
    local bits, open = 0, true

    for octet in mask:gmatch('%d+') do
        local v = int(octet)

        for k = 7, 0, -1 do
            local one = v // (2 ^ k) % 2 == 1

            if one and not open then
                return nil
            end
            open = one
            bits = bits + (one and 1 or 0)
        end
    end
    return bits
end

function lib.prefix_of(address, mask)
    local bits = not mask and 32 or is_v4(mask) and bits_of_mask(mask)

    if not is_v4(address) or not bits then
        return nil
    end
    return address .. '/' .. tostring(bits)
end

-- A name of the `name` command is its address.
function lib.address(c, word)
    return word and (c.names[word] or word)
end

-- Does a hold all of b? Prefixes.
function lib.covers(a, b)
    return bits_of(a) <= bits_of(b) and cidr(a, host_of(b))
end

function lib.touches(a, b)
    return lib.covers(a, b) or lib.covers(b, a)
end

-- --- sides of an entry: lists of prefixes, or nil when it is not known ---

local read_side

local function object_prefixes(c, name)
    local o = c.objects[name]

    return o and o.prefix and {o.prefix} or nil
end

local function group_prefixes(c, name, depth)
    local g = c.groups[name]
    local out = {}

    if not g or depth > 8 then
        return nil
    end
    for _, m in ipairs(g.members or {}) do
        local some = read_side(c, m, 1, depth + 1)

        if not some then
            return nil
        end
        for _, p in ipairs(some) do
            out[#out + 1] = p
        end
    end
    return out
end

-- Reads a side that begins at word i; gives its prefixes and the next index.
function read_side(c, w, i, depth)
    local word = w[i]

    depth = depth or 0
    if word == 'any' or word == 'any4' then
        return {'0.0.0.0/0'}, i + 1
    elseif word == 'any6' then
        return {}, i + 1
    elseif word == 'host' then
        local p = lib.prefix_of(lib.address(c, w[i + 1]))

        return p and {p}, i + 2
    elseif word == 'object' then
        return object_prefixes(c, w[i + 1]), i + 2
    elseif word == 'object-group' then
        return group_prefixes(c, w[i + 1], depth), i + 2
    elseif word == 'interface' or not word then
        return nil, i + 2
    end
    local p = lib.prefix_of(lib.address(c, word), w[i + 1] or '')

    return p and {p}, i + 2
end
lib.read_side = read_side

local function skip_ports(w, i)
    local two = {eq = true, gt = true, lt = true, neq = true}

    if two[w[i]] then
        return i + 2
    elseif w[i] == 'range' then
        return i + 3
    end
    return i
end

-- The entry as {protocol, sources, destinations, ports}; sides nil when not
-- known. Standard lists have one side only.
function lib.entry(c, e)
    local w, i = e.words, e.first + 1
    local out = {action = e.action}

    if e.standard then
        out.protocol = 'ip'
        out.sources = read_side(c, w, i)
        return out
    end
    out.protocol = w[i]
    i = (w[i] == 'object-group' or w[i] == 'object') and i + 2 or i + 1
    out.sources, i = read_side(c, w, i)
    out.ports = skip_ports(w, i) ~= i
    i = skip_ports(w, i)
    out.destinations, i = read_side(c, w, i)
    out.ports = out.ports or w[i] == 'eq' or w[i] == 'range' or
        w[i] == 'object-group'
    return out
end

-- How a list of prefixes stands to one: 'all', 'some', 'none', or nil.
local function stands(prefixes, prefix)
    local some = false

    if not prefixes then
        return nil
    end
    for _, p in ipairs(prefixes) do
        if lib.covers(p, prefix) then
            return 'all'
        end
        some = some or lib.covers(prefix, p)
    end
    return some and 'some' or 'none'
end
lib.stands = stands

-- How an entry stands to IP traffic from a to b: 'all', 'some' (a part of
-- it), 'none', or nil.
function lib.entry_stands(c, e, a, b)
    local x = lib.entry(c, e)
    local from_a = stands(x.sources, a)
    local to_b = e.standard and 'all' or stands(x.destinations, b)

    if e.inactive or from_a == 'none' or to_b == 'none' then
        return 'none'
    end
    if not from_a or not to_b then
        return nil
    end
    if from_a == 'all' and to_b == 'all' and x.protocol == 'ip' and
        not x.ports then
        return 'all'
    end
    return 'some'
end

-- What a list does with traffic from a to b: permitted, denied, partly (some
-- of it is permitted), or unknown; out gets the lines that say so.
function lib.list_verdict(c, list, a, b, out)
    local partly = false

    for _, e in ipairs(list.entries or {}) do
        local how = lib.entry_stands(c, e, a, b)

        if how == nil then
            return 'unknown'
        elseif how == 'all' then
            cite(out, e)
            if e.action == 'permit' then
                return 'permitted'
            end
            return partly and 'partly' or 'denied'
        elseif how == 'some' and e.action == 'permit' then
            cite(out, e)
            partly = true
        end
    end
    cite(out, list)
    return partly and 'partly' or 'denied'
end

-- The pairs of networks that a list permits, at most 64; nil when one of
-- them is not known.
function lib.pairs_of(c, list)
    local out, whole = {}, true

    for _, e in ipairs(list.entries or {}) do
        local x = lib.entry(c, e)

        if e.action == 'permit' and not e.inactive then
            whole = whole and x.sources ~= nil and x.destinations ~= nil
            for _, a in ipairs(x.sources or {}) do
                for _, b in ipairs(x.destinations or {}) do
                    if #out < 64 then
                        out[#out + 1] = cite({['local'] = a, remote = b}, e)
                    end
                end
            end
        end
    end
    return out, whole
end

-- --- translation, in the order in which it is tried ---

local function nat_side(c, w, i)
    if w[i] == 'any' then
        return {'0.0.0.0/0'}
    elseif w[i] == 'interface' then
        return nil
    end
    return object_prefixes(c, w[i]) or group_prefixes(c, w[i], 0)
end

local function interfaces_fit(pair, here, there)
    local a, b = (pair or ''):match('^%(([^,()]+),([^,()]+)%)$')

    if not a then
        return pair == nil or pair:match('^%(') == nil
    end
    return (a == 'any' or a == here) and (b == 'any' or b == there)
end

local function index_of(w, word)
    for k, x in ipairs(w) do
        if x == word then
            return k
        end
    end
    return nil
end

-- A manual rule of 8.3 and later: 'exempt', 'translate', 'none' or nil.
local function manual_rule(c, n, a, b)
    local w = n.words
    local s, d = index_of(w, 'source'), index_of(w, 'destination')
    local from_a = s and stands(nat_side(c, w, s + 2), a)
    local to_b = d and stands(nat_side(c, w, d + 2), b) or 'all'

    if index_of(w, 'inactive') or not s or from_a == 'none' or
        (d and to_b == 'none') then
        return 'none'
    end
    if not from_a or (d and not stands(nat_side(c, w, d + 2), b)) or
        from_a == 'some' or to_b == 'some' then
        return nil
    end
    if w[s + 1] == 'static' and w[s + 2] == w[s + 3] and
        (not d or w[d + 2] == w[d + 3]) then
        return 'exempt'
    end
    return 'translate'
end

local function object_rule(c, n, a)
    local o = c.objects[n.object]
    local how = o and o.prefix and stands({o.prefix}, a)

    if how == nil or how == 'none' then
        return how
    end
    return 'translate'
end

local function modern_rule(c, n, a, b, here, there)
    if not interfaces_fit(n.words[2], here, there) then
        return 'none'
    elseif n.object then
        return object_rule(c, n, a)
    end
    return manual_rule(c, n, a, b)
end

-- exempt, translated, untouched or unknown; out gets the lines.
function lib.modern_nat(c, a, b, here, there, out)
    for rank = 1, 3 do
        for _, n in ipairs(where(c.nats, {rank = rank})) do
            local how = modern_rule(c, n, a, b, here, there)

            if how == nil then
                return 'unknown'
            elseif how ~= 'none' then
                cite(out, n)
                return how == 'exempt' and 'exempt' or 'translated'
            end
        end
    end
    return 'untouched'
end

local function old_interface(n)
    return (n.words[2] or ''):match('^%(([^,()]+)%)$')
end

-- The exemption lists of an interface: nat (inside) 0 access-list X.
function lib.exempt_lists(c, here)
    return where(c.nats, function(n)
        return old_interface(n) == here and n.words[3] == '0' and
            n.words[4] == 'access-list'
    end)
end

local function old_dynamic(c, a, here)
    for _, n in ipairs(c.nats) do
        local w = n.words

        if old_interface(n) == here and (w[3] or ''):match('^[1-9]') then
            local net = w[4] == 'access-list' and '0.0.0.0/0' or
                lib.prefix_of(w[4] == '0' and '0.0.0.0' or w[4],
                              w[5] == '0' and '0.0.0.0' or w[5] or '0.0.0.0')

            if net and lib.touches(net, a) then
                return n
            end
        end
    end
    return nil
end

-- The same for PIX 6 to 8.2.
function lib.old_nat(c, a, b, here, out)
    local rule = old_dynamic(c, a, here)

    for _, n in ipairs(lib.exempt_lists(c, here)) do
        local list = c.access_lists[n.words[5]]
        local verdict = list and lib.list_verdict(c, list, a, b, out)

        cite(out, n)
        if verdict == 'permitted' then
            return 'exempt'
        elseif verdict == 'unknown' then
            return 'unknown'
        end
    end
    if rule then
        cite(out, rule)
        return 'translated'
    end
    return 'untouched'
end

lib.bits_of_mask = bits_of_mask

return lib
