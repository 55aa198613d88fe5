-- Which pre-shared key is a peer's.

local add, is_v4 = lib.add, lib.is_v4
local keys = {}

local function key_fits(k, peer)
    if k.peer == peer then
        return 3
    elseif k.any then
        return 1
    elseif k.prefix and is_v4(peer) and cidr(k.prefix, peer) then
        return 2
    end
    return 0
end

function keys.best_key(list, peer)
    local best, score = nil, 0

    for _, k in ipairs(list) do
        local s = key_fits(k, peer)

        if s > score then
            best, score = k, s
        end
    end
    return best
end

function keys.all_keys(c)
    local out = {}

    for _, k in ipairs(c.keys_list) do
        add(out, k)
    end
    for _, ring in pairs(c.keyrings) do
        for _, k in ipairs(ring.keys or {}) do
            add(out, k)
        end
    end
    return out
end

function keys.v2_keys(c, profile)
    local ring = profile and c.v2_keyrings[profile.keyring]
    local out = {}

    for _, k in ipairs(ring and ring.keys or {}) do
        add(out, k)
    end
    return out
end

-- The keyring that has keys for other addresses only: an initiator looks the
-- peer's address up in it.
function keys.keyring_of_others(c, profile, peer)
    local ring = c.v2_keyrings[profile.keyring]
    local list = ring and ring.keys or {}

    if profile.own_way ~= 'pre-share' or #list == 0 or ring.by_identity or
        not is_v4(peer) or not all(list, function(k)
            return is_v4(k.peer)
        end) then
        return nil
    end
    return ring
end

return keys
