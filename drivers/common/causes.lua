-- Which of a log's lines still say something: a cause that was mended is told
-- no more, while the next one is.

local causes = {}

-- Lines from before the configuration was changed are of another one.
function causes.mark_changes(all)
    local changed = 0

    for i, e in ipairs(all) do
        changed = e.event == 'config.changed' and i or changed
    end
    for i, e in ipairs(all) do
        e.superseded = i < changed or nil
    end
end

-- How old the newest event is that names a cause; nil without one.
function causes.newest_cause(list, is_cause)
    local newest

    for _, e in ipairs(list) do
        if e.age_s and is_cause(e) then
            newest = math.min(newest or e.age_s, e.age_s)
        end
    end
    return newest
end

-- Without the causes that were no more when the newest one was told: one that
-- lasts is told again by every attempt, at most once a minute.
function causes.lasting(list, is_cause, newest)
    newest = newest or causes.newest_cause(list, is_cause)
    return where(list, function(e)
        return not newest or not e.age_s or not is_cause(e) or
            e.age_s <= newest + 120
    end)
end

return causes
