-- The vendor-neutral part of reading logs: which negotiation a line belongs
-- to, and what the last attempt came to (see docs/facts.md, "log"); and of
-- configurations.

local prelude = {}

local months = {
    Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8,
    Sep = 9, Oct = 10, Nov = 11, Dec = 12,
}

-- Days since 1970-03-01 began, by the civil calendar.
local function days_of(year, month, day)
    local y = month <= 2 and year - 1 or year
    local m = (month + 9) % 12

    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day
end

-- "2026/03/13 10:00:00", or "Friday, 13 March 2026 10:00:00 +09 00", as
-- seconds of the device's own clock; nil for any other form.
function prelude.stamp(text)
    local y, m, d, rest = (text or ''):match('(%d%d%d%d)/(%d+)/(%d+) (.*)')

    if not y then
        d, m, y, rest =
            (text or ''):match('(%d+) (%a%a%a)%a* (%d%d%d%d) (.*)')
        m = months[m]
    end
    local hour, minute, second =
        (rest or ''):match('^(%d%d):(%d%d):(%d%d)')

    if not (y and m and hour) then
        return nil
    end
    return days_of(int(y), int(m), int(d)) * 86400 + int(hour) * 3600 +
        int(minute) * 60 + int(second)
end

local function lower(s)
    return s and s:lower()
end

-- Rows as events by the driver's messages. field: a value's name, or a
-- function of the row that gives the text; at: the value with its time.
function prelude.events(rows, field, at)
    return each(rows, function(r)
        local text = type(field) == 'function' and field(r) or r[field]
        if not text then
            return nil
        end
        local e = match(text) or {event = 'other'}
        e.text, e.n = text, r.line
        e.at = at and r[at] or nil
        e.role, e.mode = lower(e.role), lower(e.mode)
        return from(r, e)
    end)
end

-- Negotiations that are begun and whose phase 1 is not finished, the latest
-- last.
local function begun_list()
    local list = {}
    local self = {}

    function self.begin(peer)
        self.finish(peer)
        list[#list + 1] = {peer = peer}
    end

    function self.finish(peer)
        for i = #list, 1, -1 do
            if list[i].peer == peer then
                table.remove(list, i)
            end
        end
    end

    -- The latest for which f holds.
    function self.latest(f)
        for i = #list, 1, -1 do
            if f(list[i]) then
                return list[i]
            end
        end
        return nil
    end

    return self
end

local function is_ike(e)
    return e.event:match('^ike%.') ~= nil
end

-- A line about an unknown peer stands directly before what is sent to it.
local function next_sent(all, i)
    for k = i + 1, #all do
        local e = all[k]
        if e.event == 'ike.notify.sent' then
            return e.peer
        end
        if is_ike(e) and e.event ~= 'ike.peer-unknown' then
            return nil
        end
    end
    return nil
end

local function always()
    return true
end

-- Gives a peer to the lines that name none.
local function assign(all)
    local begun = begun_list()
    local latest

    local function of_begun(f)
        local b = begun.latest(f) or begun.latest(always)
        return b and b.peer or latest, b
    end

    for i, e in ipairs(all) do
        if e.event == 'ike.begin' then
            latest = e.peer
            if e.phase == 1 then
                begun.begin(e.peer)
            end
        elseif e.event == 'ike.finish' or e.event == 'ike.delete' then
            begun.finish(e.peer)
        elseif e.event == 'ike.role' and not e.peer then
            local b
            e.peer, b = of_begun(function(x) return not x.role end)
            if b then
                b.role = e.role
            end
        elseif e.event == 'ike.peer-unknown' and not e.peer then
            e.peer = next_sent(all, i) or of_begun(always)
        elseif e.event == 'ike.bad-id-length' and not e.peer then
            e.peer = of_begun(function(x) return x.role == 'responder' end)
        end
    end
end

local function member(list, value)
    return value ~= nil and any(list, function(v) return v == value end)
end

local function is_address(s)
    return s ~= nil and (s:match('^[%d.]+$') or s:match('^[%x:.]*:[%x:.]*$'))
        ~= nil
end

-- The test whether a peer is the subject's. A VPN whose peer is any, or a
-- name, has every peer that no other VPN names.
local function peer_test(subject, known)
    local peer = peek(subject, 'peer')

    if not subject then
        return always
    end
    if peek(subject, 'peer_any') or not is_address(peer) then
        return function(p)
            return p ~= nil and not member(known, p)
        end
    end
    return function(p)
        return p == peer
    end
end

local function in_selector(selector, a, b)
    local here, there = peek(selector, 'local'), peek(selector, 'remote')

    return here and there and a and b and
        ((cidr(here, a) and cidr(there, b)) or
         (cidr(here, b) and cidr(there, a)))
end

local function owner_test(subject, about)
    local is_peer = peer_test(subject, about.peers or {})

    return function(e)
        if e.event == 'other' then
            return false
        end
        if not subject or e.peer then
            return is_peer(e.peer)
        end
        if e.event == 'filter.blocked' then
            return is_peer(e.source) or is_peer(e.destination)
        end
        if e.event == 'pppoe.stop' then
            return not about.wan or e.interface == about.wan
        end
        if about.selector and e.source then
            return in_selector(about.selector, e.source, e.destination) or
                false
        end
        return about.alone or false
    end
end

-- --- the attempt ---

local function new_attempt()
    return {
        phase1 = 'none', phase2 = 'none', received = {}, sent = {},
        not_found = false, bad_id_lengths = 0, no_response = false,
        blocked = false, deleted = false,
    }
end

local function phase_of(a)
    if a.phase2 ~= 'none' or a.phase1 == 'finished' then
        return 2
    end
    if a.phase1 == 'begun' or a.not_found then
        return 1
    end
    return nil
end

local function is_over(a)
    return not a or a.deleted or a.phase2 == 'finished'
end

local steps = {}

steps['ike.begin'] = function(a, e)
    local old = a

    if e.phase == 1 then
        a = new_attempt()
        a.phase1 = 'begun'
        return a
    end
    if not a or a.phase2 ~= 'none' then
        a = new_attempt()
        a.role, a.mode = old and old.role, old and old.mode
    end
    a.phase1, a.phase2 = 'finished', 'begun'
    return a
end

steps['ike.finish'] = function(a, e)
    a = a or new_attempt()
    a.phase1 = 'finished'
    if e.phase == 2 then
        a.phase2 = 'finished'
    end
    return a
end

steps['ike.role'] = function(a, e)
    if is_over(a) then
        a = new_attempt()
    end
    a.role, a.mode = e.role, e.mode
    return a
end

local function notify(list)
    return function(a, e)
        if not a or a.deleted then
            a = new_attempt()
        end
        table.insert(a[list], cite({type = e.type, name = e.name,
                                    phase = phase_of(a)}, e))
        return a
    end
end

steps['ike.notify.received'] = notify('received')
steps['ike.notify.sent'] = notify('sent')

steps['ike.peer-unknown'] = function(a)
    if is_over(a) or a.phase1 ~= 'begun' then
        a = new_attempt()
    end
    a.not_found = true
    return a
end

steps['ike.bad-id-length'] = function(a)
    if is_over(a) then
        a = new_attempt()
    end
    a.bad_id_lengths = a.bad_id_lengths + 1
    return a
end

steps['ike.no-response'] = function(a)
    if is_over(a) then
        a = new_attempt()
    end
    a.no_response = true
    return a
end

steps['filter.blocked'] = function(a, e)
    if e.port ~= 500 and e.port ~= 4500 then
        return a
    end
    if is_over(a) then
        a = new_attempt()
    end
    a.blocked = true
    return a
end

steps['ike.delete'] = function(a)
    a = a or new_attempt()
    a.deleted = true
    return a
end

-- The last attempt of these events (of one peer, in order), or nil; and how
-- many were begun since the last success. now: the device's time, or nil.
local function last_attempt(mine, now)
    local a, at
    local begun = 0

    for _, e in ipairs(mine) do
        local step = steps[e.event]
        local before = a

        if step then
            a = step(a, e)
            if a then
                cite(a, e)
                at = e.at
            end
        end
        if a ~= before then
            begun = begun + 1
        end
        if e.event == 'ike.finish' and e.phase == 2 then
            begun = 0
        end
    end
    if a then
        a.concluded = a.phase2 == 'finished' or a.deleted or a.not_found or
            a.no_response or a.blocked or a.bad_id_lengths > 0 or
            #a.received > 0 or #a.sent > 0
        a.at = at
        at = now and prelude.stamp(at)
        a.age_s = at and at <= now and now - at or nil
    end
    return a, begun
end

function prelude.attempt(all, subject)
    local is_mine = owner_test(subject, {})

    assign(all)
    return (last_attempt(where(all, is_mine)))
end

-- The last attempt of a peer that no VPN of this device names.
local function stranger_of(all, known, now)
    local peer

    if #known == 0 then
        return nil
    end
    for _, e in ipairs(all) do
        if is_ike(e) and is_address(e.peer) and not member(known, e.peer) then
            peer = e.peer
        end
    end
    if not peer then
        return nil
    end
    local a = last_attempt(where(all, function(e)
        return e.peer == peer
    end), now)
    if a then
        a.peer = peer
    end
    return a
end

-- The facts of a log: everything but `enabled`. about: {peers: those that
-- all VPNs name, wan, selector, alone: there is one VPN only, now: the time by
-- the device's clock, as stamp() gives it}, each optional.
function prelude.log_facts(all, subject, about)
    about = about or {}
    assign(all)
    local mine = where(all, owner_test(subject, about))
    local a, begun = last_attempt(mine, about.now)

    return {
        events = mine,
        attempt = a,
        attempts = begun,
        stranger = stranger_of(all, about.peers or {}, about.now),
        current = since(mine, function(e)
            return e.event == 'ike.finish' and e.phase == 2
        end),
        success = a ~= nil and a.phase2 == 'finished',
        device = {
            events = all,
            pppoe_stops = where(all, function(e)
                return e.event == 'pppoe.stop'
            end),
        },
    }
end

-- Rows of a configuration with their INDENT: through a chat a text loses the
-- blanks that its lines begin with, and what belongs to an interface stands
-- on its left.
function prelude.is_flat(rows)
    for i = 2, #rows do
        local above, row = rows[i - 1], rows[i]

        if not above.INDENT and not row.INDENT and
            above.TEXT:match('^interface ') and row.TEXT:match('^%l') and
            not row.TEXT:match('^interface ') then
            return true
        end
    end
    return false
end

return prelude
