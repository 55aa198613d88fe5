-- Times of an IOS router: its clock, and how old a line of its log is by it.

local times = {}

local days_before = {Jan = 0, Feb = 31, Mar = 59, Apr = 90, May = 120,
                     Jun = 151, Jul = 181, Aug = 212, Sep = 243, Oct = 273,
                     Nov = 304, Dec = 334}

-- Seconds since 2000 began, near enough to subtract.
local function seconds(year, month, day, h, m, s)
    local y = int(year) - 2000
    local leap = (y + 3) // 4 + (y % 4 == 0 and days_before[month] > 31 and 1
                                 or 0)

    return ((y * 365 + leap + days_before[month] + int(day)) * 24 + int(h)) *
        3600 + int(m) * 60 + int(s)
end

-- show clock's row: its seconds, its year, its zone, and the mark of a clock
-- that was never set ("*") or lost its server (".").
function times.clock(r)
    local h, m, s = r.TIME:match('^(%d+):(%d+):(%d+)')

    if not days_before[r.MONTH] then
        return {text = r.TIME}
    end
    return {
        seconds = seconds(r.YEAR, r.MONTH, r.DAY, h, m, s),
        year = int(r.YEAR), text = r.TIME, zone = r.ZONE, mark = r.MARK,
    }
end

-- A line's time ("*Mar 28 08:14:22.335") in seconds, by the clock's year (or
-- the year before, when it would lie ahead); nil for any other form.
local function stamp(text, now, year)
    local month, day, rest =
        (text or ''):match('([A-Z]%l%l)%s+(%d+)%s+(.*)')
    local own, h, m, s
    local at

    if not month or not days_before[month] or not now then
        return nil
    end
    own = rest:match('^(%d%d%d%d) ')
    h, m, s = rest:match('(%d%d):(%d%d):(%d%d)')
    if not h then
        return nil
    end
    at = seconds(own or year, month, day, h, m, s)
    if not own and at > now + 86400 then
        at = seconds(year - 1, month, day, h, m, s)
    end
    return at
end

-- "20:44:44", "1d00h", "2w5d" as seconds since the start.
local function since_start(text)
    local units = {y = 31536000, w = 604800, d = 86400, h = 3600}
    local h, m, s = (text or ''):match('^(%d%d):(%d%d):(%d%d)$')
    local a, u, b, v = (text or ''):match('^(%d+)([ywd])(%d+)([wdh])$')

    if h then
        return int(h) * 3600 + int(m) * 60 + int(s)
    end
    return a and int(a) * units[u] + int(b) * units[v] or nil
end

local utc = {UTC = true, GMT = true}

-- What a zone is ahead of UTC, in seconds; nil where nobody says.
local function ahead_of(zone, zones)
    for _, z in ipairs(zones) do
        if z.name == zone then
            return z.ahead_s
        end
    end
    return utc[zone] and 0 or nil
end

-- What is to be added to a line's time to have the clock's. Lines are of UTC
-- unless the configuration says localtime, whatever the clock's own zone.
local function shift_of(e, about)
    local zone = about.clock.zone
    local own = e.at:match(' (%u+)$')
    local service = e.text:match('^%%') and 'log' or 'debug'
    local here = ahead_of(zone, about.zones or {})
    local there

    if own == zone or not own and about.localtime and
        about.localtime[service] then
        return 0
    end
    there = ahead_of(own or 'UTC', about.zones or {})
    return here and there and here - there or nil
end

-- A time that was stamped before the clock was set is of no known clock.
local function set_since(at, clock)
    return at:match('^%d*:? ?%*') ~= nil and
        not (has(clock.mark) and clock.mark == '*')
end

local function age_of(e, about)
    local clock = about.clock
    local at = clock and stamp(e.at, clock.seconds, clock.year)
    local start = since_start((e.at:gsub('^%d+: ', '')))
    local shift = at and shift_of(e, about)

    if at and shift and not set_since(e.at, clock) then
        return clock.seconds - at - shift
    end
    if start and about.uptime_s then
        return about.uptime_s - start
    end
    return nil
end

-- Each event's age; a line without a time is as old as the one before it.
-- Where the newest line lies ahead, the clock was set back: no age is known.
-- about: {clock, zones, localtime, uptime_s}, each optional.
function times.add_ages(all, about)
    local last

    for _, e in ipairs(all) do
        if e.at then
            last = age_of(e, about)
        end
        e.age_s = last
    end
    if last and last < -90 then
        for _, e in ipairs(all) do
            e.age_s = nil
        end
    end
end

return times
