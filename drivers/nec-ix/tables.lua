-- Small helpers for the replies of an IX that are tables of lines.

local is_v4, is_prefix, bits_of = lib.is_v4, lib.is_prefix, lib.bits_of
local tables = {}

-- --- routes ---

-- The route that an address would take: the longest prefix.
function tables.route_to(routes, address)
    local best

    for _, r in ipairs(routes) do
        if is_v4(address) and is_prefix(r.prefix) and
            cidr(r.prefix, address) and
            (not best or bits_of(r.prefix) > bits_of(best.prefix)) then
            best = r
        end
    end
    return best
end

-- Counters like "0 sp errors, 0 not found esp sa" of a row's TEXT, each with
-- the half it stands in and its line. (A guide marks some with a star.)
function tables.counters(rows, found)
    for _, r in ipairs(rows) do
        local text, side = r.TEXT, r.SIDE
        local line = from(r, {})

        for n, name in (text or ''):gmatch('(%d+) (%l[%l%d ]*)') do
            found(side, (name:gsub(' ', '_')), int(n), line)
        end
    end
end

return tables
