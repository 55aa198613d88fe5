-- The running configuration of a WA: blocks that name each other, interface ->
-- ipsec profile -> ipsec policy and ike policy -> proposals. Statements that
-- the guideline names are read by their words; of a proposal's algorithms, the
-- key and the mode no source shows the spelling, so those are read by what
-- their lines must contain. Unknown lines mean nothing.

local words_of, is_v4, host_of = lib.words_of, lib.is_v4, lib.host_of
local lib = {}

local function add(list, item)
    list[#list + 1] = item
end

local function at(r, obj)
    local _ = r.TEXT

    return from(r, obj)
end

local function is_prefix(s)
    return is_v4(host_of(s))
end

-- --- the blocks ---

local kinds = {
    ['ipsec profile'] = 'profiles', ['ipsec policy'] = 'ipsec_policies',
    ['ike policy'] = 'ike_policies', ['ipsec proposal'] = 'ipsec_proposals',
    ['ike proposal'] = 'ike_proposals', ['interface'] = 'interfaces',
}

local function new_config()
    local c = {statements = 0, lines = {}, keys = {}, routes = {}, list = {}}

    for _, kind in pairs(kinds) do
        c[kind], c.list[kind] = {}, {}
    end
    return c
end

local function block_of(c, kind, name, r)
    local b = c[kind][name]

    if not b then
        b = {kind = kind, name = name, proposals = {}, terms = {}}
        c[kind][name] = b
        add(c.list[kind], b)
    end
    return at(r, b)
end

-- The value of a statement "KEYWORD [KIND] VALUE": its last word.
local function last_word(w)
    return #w > 1 and w[#w] or nil
end

local function identity(w, r)
    if not w[2] then
        return nil
    end
    return at(r, {type = w[3] and w[2] or 'key-id',
                  value = table.concat(w, ' ', w[3] and 3 or 2)})
end

local rules = {profiles = {}, ipsec_policies = {}, ike_policies = {},
               ike_proposals = {}, ipsec_proposals = {}, interfaces = {}}

function rules.profiles.peer(b, w)
    b.peer = w[2]
end

function rules.profiles.ipsec(b, w)
    if w[2] ~= 'policy' or not w[3] then
        return false
    end
    b.ipsec_policy = w[3]
end

function rules.profiles.ike(b, w)
    if w[2] ~= 'policy' or not w[3] then
        return false
    end
    b.ike_policy = w[3]
end

function rules.profiles.source(b, w)
    b.source = last_word(w)
end

local function proposal(b, w)
    for i = 2, #w do
        add(b.proposals, w[i])
    end
end

rules.ipsec_policies.proposal = proposal
rules.ike_policies.proposal = proposal

rules.ipsec_policies['local-id'] = function(b, w, r)
    b.local_id, b.local_line = last_word(w), at(r, {})
end

rules.ipsec_policies['remote-id'] = function(b, w, r)
    b.remote_id, b.remote_line = last_word(w), at(r, {})
end

function rules.ipsec_policies.pfs(b, w)
    b.pfs = last_word(w)
end

rules.ike_policies['local-id'] = function(b, w, r)
    b.local_id = identity(w, r)
end

rules.ike_policies['remote-id'] = function(b, w, r)
    b.remote_id = identity(w, r)
end

function rules.interfaces.ipsec(b, w)
    if w[2] ~= 'map' or not w[3] then
        return false
    end
    b.map = w[3]
end

function rules.interfaces.shutdown(b, _, r)
    b.shutdown, b.shutdown_line = true, at(r, {})
end

function rules.interfaces.no(b, w, r)
    if w[2] ~= 'shutdown' then
        return false
    end
    b.shutdown, b.shutdown_line = false, at(r, {})
end

function rules.interfaces.ip(b, w)
    if w[2] ~= 'address' or not is_prefix(w[3]) then
        return false
    end
    b.prefix = w[3]
end

-- What of an algorithm's line says which kind it is of; its value is behind.
local terms = {
    {'encryption', {'^enc', '^cipher'}},
    {'hash', {'^hash', '^auth.*algo', '^integrity'}},
    {'group', {'^dh', '^group', '^diffie'}},
    {'lifetime_s', {'^life'}},
}

local function term_of(word)
    for _, t in ipairs(terms) do
        for _, pattern in ipairs(t[2]) do
            if word:lower():match(pattern) then
                return t[1]
            end
        end
    end
    return nil
end

local function algorithm(b, w)
    for i = 1, #w - 1 do
        local term = term_of(w[i])

        if term then
            b.terms[term] = table.concat(w, ' ', i + 1)
            return true
        end
    end
    return false
end

-- The mode, the key and NAT traversal stand in the IKE policy.
local function policy_extra(b, w, r)
    local line = table.concat(w, ' '):lower()
    local mode = line:match('%f[%w]aggressive%f[%W]') and 'aggressive' or
        line:match('%f[%w]main%f[%W]') and 'main'

    if line:match('nat%-?t') then
        local off = w[1] == 'no' or line:match('%f[%w]disable') or
            line:match('%f[%w]off%f[%W]')
        b.natt, b.natt_line = not off, at(r, {})
    elseif line:match('key') and #w > 1 then
        b.key = w[#w]
    elseif mode then
        b.mode = mode
    else
        return false
    end
end

local fallback = {ike_proposals = algorithm, ipsec_proposals = algorithm,
                  ike_policies = policy_extra}

local function read_sub(b, w, r)
    local rule = rules[b.kind][w[1]] or fallback[b.kind]

    at(r, b)
    return rule ~= nil and rule(b, w, r) ~= false
end

local function header(w)
    local two = w[2] and w[1] .. ' ' .. w[2] or ''

    if w[1] == 'interface' then
        return 'interfaces', w[2]
    end
    return kinds[two], kinds[two] and w[3]
end

local function top(c, w, r)
    if w[1] == 'hostname' then
        c.hostname = w[2]
    elseif w[1] == 'ip' and w[2] == 'route' and w[4] then
        add(c.routes, at(r, {prefix = w[3], next = w[#w]}))
    else
        return false
    end
end

-- A printed copy loses its indentation: then a line belongs to the block
-- above it when it says what that block can say.
local function inside(c, b, w, indented)
    local rule

    if c.indented or not b then
        return indented
    end
    rule = rules[b.kind][w[1]]
    if b.kind == 'profiles' and (w[1] == 'ipsec' or w[1] == 'ike') then
        local key = w[1] .. '_policy'
        return w[2] == 'policy' and b[key] == nil
    end
    if header(w) and not (b.kind == 'interfaces' and w[2] == 'map') then
        return false
    end
    return rule ~= nil or fallback[b.kind] ~= nil
end

local function read_line(c, b, r, w, indented)
    local kind, name, known

    if inside(c, b, w, indented) then
        return b, b ~= nil and read_sub(b, w, r)
    end
    kind, name = header(w)
    if kind and name then
        return block_of(c, kind, name, r), true
    end
    known = top(c, w, r) ~= false
    -- Nor does a line that says nothing end a block in such a copy.
    return not known and not c.indented and b or nil, known
end

function lib.parse(rows)
    local c = new_config()
    local block, head

    c.indented = not is_flat(rows) and
        any(rows, function(r) return r.INDENT ~= nil end)
    for _, r in ipairs(rows) do
        local text, indented = r.TEXT, r.INDENT ~= nil

        from(r, c.lines)
        if text:match('^[!#]') then
            block, head = nil, nil
        else
            local known

            head = indented and head or text
            block, known = read_line(c, block, r, words_of(text), indented)
            add(c.lines, (r.INDENT or '') .. text)
            add(c.keys, indented and (head or '') .. ' > ' .. text or text)
            c.statements = c.statements + (known and 1 or 0)
        end
    end
    return c
end

lib.add, lib.at = add, at
lib.is_prefix = is_prefix

return lib
