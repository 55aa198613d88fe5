-- What the readers of every vendor's lines need: words, addresses, lists,
-- times.

local common = {}

function common.words_of(text)
    local out = {}

    for w in text:gmatch('%S+') do
        out[#out + 1] = w
    end
    return out
end

function common.is_v4(s)
    return s ~= nil and s:match('^%d+%.%d+%.%d+%.%d+$') ~= nil
end

-- "10.1.0.0/24" as 10.1.0.0, and as 24; an address alone has 32.
function common.host_of(prefix)
    return prefix and prefix:match('^[^/]+')
end

function common.bits_of(prefix)
    return int((prefix or ''):match('/(%d+)$') or '32')
end

-- Some host of a network that is no network address.
function common.some_host(prefix)
    local a, b, c, d = (prefix or ''):match('^(%d+)%.(%d+)%.(%d+)%.(%d+)')
    local bits = common.bits_of(prefix)

    if not a or bits == 0 then
        return nil
    end
    return string.format('%s.%s.%s.%d', a, b, c,
                         int(d) + (bits >= 31 and 0 or 1))
end

-- Lines of `all` that are not in `some`, each as often as it is missing.
function common.without(all, some)
    local left, out = {}, {}

    for _, k in ipairs(some) do
        left[k] = (left[k] or 0) + 1
    end
    for _, k in ipairs(all) do
        if (left[k] or 0) > 0 then
            left[k] = left[k] - 1
        else
            out[#out + 1] = k
        end
    end
    return out
end

-- "9 weeks, 4 days, 2 hours, 3 minutes", "2 mins 5 secs" in seconds.
function common.uptime(text)
    local units = {year = 31536000, week = 604800, day = 86400, hour = 3600,
                   minute = 60, min = 60, second = 1, sec = 1}
    local total

    for n, unit in (text or ''):gmatch('(%d+) (%a-)s?%f[%A]') do
        if units[unit] then
            total = (total or 0) + int(n) * units[unit]
        end
    end
    return total
end

return common
