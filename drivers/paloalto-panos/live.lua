-- Times, the window in which a loss began, and liveness requests with their
-- responses.

local live = {}

-- "2019-03-06 17:26:28.000 -0800" and "2019/03/06 17:26:27", both in the
-- firewall's own time, as seconds.
function live.seconds(text)
    return text and stamp((text:gsub('^(%d+)-(%d+)-(%d+)', '%1/%2/%3')))
end

-- "Jun.04 21:09:13" has no year: the latest one that is not after `now`
-- ("Thu Jun  5 06:33:12 2024", of show system info).
function live.yearless(text, now)
    local month, day, rest =
        (text or ''):match('^(%a+)%.(%d+) (%d+:%d+:%d+)$')
    local m, d, clock, year =
        (now or ''):match('(%a%a%a) +(%d+) (%d+:%d+:%d+) (%d%d%d%d)')
    local at, here

    if not month or not year then
        return nil
    end
    here = stamp(string.format('%s %s %s %s', d, m, year, clock))
    at = stamp(string.format('%s %s %s %s', day, month, year, rest))
    if at and here and at > here + 86400 then
        at = stamp(string.format('%s %s %d %s', day, month, int(year) - 1,
                                 rest))
    end
    return at
end

-- The other way: seconds as "2019/03/06 17:26:27", by the civil calendar
-- (days count from 1 March of year 0, as stamp() has them).
function live.text(seconds)
    local z, s = seconds // 86400 - 1, seconds % 86400
    local era, doe = z // 146097, z % 146097
    local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    local mp = (5 * doy + 2) // 153
    local month = mp < 10 and mp + 3 or mp - 9
    local year = yoe + era * 400 + (month <= 2 and 1 or 0)

    return string.format('%04d/%02d/%02d %02d:%02d:%02d', year, month,
                         doy - (153 * mp + 2) // 5 + 1, s // 3600,
                         s % 3600 // 60, s % 60)
end

-- How many DPD events there are, and since the last success; each number
-- cites all of them.
function live.count_downs(out, mine, current)
    for key, list in pairs({downs = mine, downs_now = current}) do
        local found = where(list, {event = 'ike.dpd-down'})
        local seen = {}

        for _, e in ipairs(found) do
            cite(seen, e)
        end
        out[key] = #found
        explain(out, key, seen)
    end
end

-- The latest event of a kind, or nil.
function live.latest(all, event)
    local list = where(all, {event = event})

    return #list > 0 and last(list) or nil
end

-- When the loss began that ended in a DPD event: ten retries at the interval
-- (50 s by default) to ten that double up to 64 s behind an idle interval
-- (5 1/2 minutes).
function live.loss(down, interval)
    local s = live.seconds(down.at)
    local latest, earliest

    if not s then
        return nil
    end
    latest, earliest = s - 10 * interval, s - 319 - interval
    if earliest > latest then
        earliest = latest
    end
    return cite({
        down_at = down.at, down_s = s, earliest = live.text(earliest),
        latest = live.text(latest), earliest_s = earliest, latest_s = latest,
    }, down)
end

-- Other events around a loss: from a minute before it began until the DPD
-- event (clocks differ by a second). What this VPN's own negotiation says is
-- a consequence, no other event.
function live.around(all, mine, loss)
    local own = {}

    for _, e in ipairs(mine) do
        own[e.n] = true
    end
    return where(all, function(e)
        local s = live.seconds(e.at)
        local ike = e.subtype == 'vpn' and e.event ~= 'ike.dpd-down'

        return s ~= nil and not own[e.n] and not ike and
            s >= loss.earliest_s - 60 and s <= loss.down_s + 2
    end)
end

-- A name that the log cuts off is the subject's when it can be no other's.
function live.named(object, own, all)
    local mine, others = false, false

    if not object then
        return nil
    end
    for _, name in ipairs(all) do
        local fits = name == object or name:sub(1, #object) == object

        if fits and any(own, function(n) return n == name end) then
            mine = true
            if name == object then
                return true
            end
        elseif fits then
            others = true
        end
    end
    if mine and others then
        return nil
    end
    return mine
end

-- Whether an SA is the subject's: by its gateway's name, which the table may
-- cut off, and by the peer only where no other gateway has the same. nil: it
-- cannot be told. gateways: {name, peer}, or nil where they are not known.
function live.owns(subject, gateway, peer, gateways)
    local cut, alike = {}, 0

    if gateway == subject.id then
        return true
    end
    for _, g in ipairs(gateways or {}) do
        if g.name == gateway then
            return false
        elseif g.name:sub(1, #gateway) == gateway then
            cut[#cut + 1] = g
        end
        alike = alike + (has(g.peer) and g.peer == peer and 1 or 0)
    end
    if #cut == 1 then
        return cut[1].name == subject.id
    elseif peer ~= subject.peer then
        return false
    elseif alike > 1 or not gateways then
        return nil
    end
    return true
end

-- The SAs of the subject; nil where one of them may be another gateway's.
function live.owned(rows, subject, config)
    local out = {}

    for _, r in ipairs(rows) do
        local mine = not subject or
            live.owns(subject, r.gateway, r.remote, config)

        if mine == nil then
            return nil
        elseif mine then
            out[#out + 1] = r
        end
    end
    return out
end

-- Whether the subject's peer is no other gateway's.
function live.sole(subject, config)
    return subject == nil or not has(subject.peer) or count(config.device.ends, function(g)
        return has(g.peer) and g.peer == subject.peer
    end) <= 1
end

-- Requests and responses of one peer. A response is matched by its message
-- id: the one that is expected answers the request that is open. What is sent
-- right after something other than a response came in is this end's answer.
function live.exchanges(all, peer)
    local open, theirs
    local seen = {}
    local out = {answered = 0, unanswered = {}, trailing = 0, sent = 0}

    local function lost(e)
        out.unanswered[#out.unanswered + 1] = e
        out.trailing = out.trailing + 1
    end

    for _, e in ipairs(all) do
        if e.event == 'ike.packet.sent' and e.peer == peer then
            if theirs then
                theirs = nil
            else
                if open then
                    lost(open)
                end
                open, out.sent = e, out.sent + 1
            end
        elseif e.event == 'ike.packet.received' and e.peer == peer then
            theirs, out.heard = e, e.s
        elseif e.event == 'ike.message-id' and open then
            theirs = nil
            if e.id == e.expected then
                out.answered, out.trailing = out.answered + 1, 0
                cite(seen, e)
                open = nil
            end
        end
    end
    out.open, out.seen = open, seen
    return out
end

return live
