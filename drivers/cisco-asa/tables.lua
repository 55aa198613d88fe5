-- Small helpers for the replies of an ASA or PIX that are tables or logs.

local add = lib.add
local tables = {}

local months = {
    Jan = '01', Feb = '02', Mar = '03', Apr = '04', May = '05', Jun = '06',
    Jul = '07', Aug = '08', Sep = '09', Oct = '10', Nov = '11', Dec = '12',
}

-- "Aug 15 2019 13:44:38", "2019-08-15T13:44:38Z" or "13:44:38.1 UTC Thu Aug
-- 15 2019" as "2019/08/15 13:44:38".
function tables.iso(text)
    local s = text or ''
    local m, d, y, t = s:match('^(%a%a%a) +(%d+) (%d+) (%d+:%d+:%d+)')

    if not m then
        t, m, d, y = s:match('^[*.]?(%d+:%d+:%d+)%S* %S+ %a+ (%a%a%a) +(%d+) (%d+)')
    end
    if not m then
        y, m, d, t = s:match('^(%d+)%-(%d+)%-(%d+)T(%d+:%d+:%d+)')
        return y and string.format('%s/%s/%s %s', y, m, d, t)
    end
    if not months[m] then
        return nil
    end
    return string.format('%s/%s/%02d %s', y, months[m], int(d),
                         #t == 7 and '0' .. t or t)
end

function tables.route_to(routes, address)
    local best

    for _, r in ipairs(routes) do
        if lib.is_v4(address) and cidr(r.prefix, address) and
            (not best or lib.bits_of(r.prefix) > lib.bits_of(best.prefix)) then
            best = r
        end
    end
    return best
end

-- Static routes of the configuration that the table does not show.
function tables.not_shown(config_routes, shown)
    return where(config_routes, function(c)
        return not c.tracked and not any(shown, function(r)
            return r.prefix == c.prefix and r.interface == c.interface
        end)
    end)
end

-- --- IKE states ---

local up = {
    mm_active = true, am_active = true, qm_idle = true, ready = true,
    oak_qm_idle = true, mm_active_rekey = true, am_active_rekey = true,
    mm_rekey_done_h2 = true, am_rekey_done_h2 = true, mm_rekey_done = true,
    am_rekey_done = true, rekey = true,
}
local silent = {
    mm_wait_msg2 = true, am_wait_msg2 = true, mm_no_state = true,
    ag_no_state = true, mm_snd_msg1 = true, am_snd_msg1 = true,
    mm_bld_msg1 = true, am_bld_msg1 = true, mm_start = true,
    am_start = true,
}
local others = {
    '^[ma]m_wait_msg%d$', '^[ma]m_snd_msg%d[%w_]*$', '^[ma]m_bld_msg%d$',
    '^[ma]m_wait_delete$', '^[ma]m_tm_[%w_]+$', '^[ma]m_free$',
    '^[ma]m_done$', '^[ma]m_rekey[%w_]*$', '^[ma]m_null$',
    '^mm_sa_setup$', '^mm_key_exch$', '^mm_key_auth$', '^ag_init_exch$',
    '^ag_auth$', '^in%-neg$', '^delete$', '^deleting$', '^oak_[%w_]+$',
    '^qm_[%w_]+$',
}

-- up, silent (nothing came back), half; nil for a word never met.
function tables.state(word)
    if up[word] then
        return 'up'
    elseif silent[word] then
        return 'silent'
    end
    for _, p in ipairs(others) do
        if word:match(p) then
            return 'half'
        end
    end
    return nil
end

function tables.mode(word)
    if word:match('^a[mg]_') then
        return 'aggressive'
    end
    return word:match('^mm_') and 'main' or nil
end

-- --- whose is it ---

-- The names of the configuration, as a table to look them up in.
function tables.names(list)
    local out = {}

    for _, n in ipairs(list) do
        out[n.name] = n.address
    end
    return out
end

-- The tests whether an address (or its name) is the subject's peer. Who may
-- call from anywhere has every address that no other VPN names.
function tables.peer_test(subject, names, known)
    local function resolved(p)
        return p and (names[p] or p)
    end
    local function listed(list, p)
        return any(list, function(x) return x == p end)
    end

    if not subject then
        return function() return true end
    end
    return function(p)
        p = resolved(p)
        if subject.peer_any then
            return p ~= nil and not listed(known, p)
        end
        return p == subject.peer or
            has(subject.peers) and listed(subject.peers, p)
    end
end

-- Lines of a debug name no peer: the packet's line above them does.
function tables.adopt(all, own)
    local current

    for _, e in ipairs(all) do
        if e.event == 'debug.packet' then
            current = e.peer ~= own and e.peer or e.destination
            e.peer = current
        elseif not e.peer and (e.event:match('^ike%.') or
                               e.event:match('^ipsec%.') or
                               e.event:match('^atts%.')) then
            e.peer = current
        end
    end
    return all
end

local causes = {
    ['ipsec.proxy-rejected'] = true, ['ipsec.proxy-unsupported'] = true,
    ['ipsec.proposals-unacceptable'] = true, ['ipsec.map-order'] = true,
    ['ike.no-offers'] = true, ['ike.psk-decrypt'] = true,
    ['ike.psk-told'] = true, ['ike.malformed'] = true,
    ['ike.local-address-invalid'] = true, ['ike.no-group'] = true,
    ['ike.id-refused'] = true, ['ike.auth-failed'] = true,
    ['ike.auth-missing'] = true, ['ike.refused'] = true,
    ['ike.no-own-key'] = true, ['ike.no-remote-key'] = true,
    ['ike.notify.received'] = true, ['ike.qm-fsm-error'] = true,
}

-- Debugging tells of transforms that one end refused, also on success.
local signs = {
    ['atts.ike'] = true, ['atts.ipsec'] = true, ['atts.refused'] = true,
    ['atts.accepted'] = true, ['atts.ipsec-refused'] = true,
    ['atts.none'] = true,
}

local function names_cause(e)
    return causes[e.event] ~= nil
end

local function fades(e)
    return causes[e.event] or signs[e.event] or false
end

-- The events that tell of now: younger than a quarter of an hour, or (where
-- the lines have no time) from the last begin on; of the configuration as it
-- is; and without causes that were no more when the newest was told. mine:
-- events of the subject, when `list` has others' too.
function tables.fresh(list, mine)
    local started, out = 0, {}

    for i, e in ipairs(list) do
        if e.event == 'ike.begin' and e.phase == 1 then
            started = i
        end
    end
    for i, e in ipairs(list) do
        local now = i >= started

        if e.age_s then
            now = e.age_s < 900 and e.age_s >= -60
        end
        if now and not e.superseded then
            add(out, e)
        end
    end
    return lib.lasting(out, fades,
                       lib.newest_cause(mine or out, names_cause))
end

-- What tells of the same, so that all of it is evidence.
local topics = {
    ids = {['ipsec.proxy-rejected'] = true, ['ipsec.proxy-unsupported'] = true,
           ['ike.qm-fsm-error'] = true, ['ike.notify.received'] = true},
    transforms = {['ipsec.proposals-unacceptable'] = true,
                  ['atts.ipsec-refused'] = true, ['atts.refused'] = true,
                  ['ike.qm-fsm-error'] = true,
                  ['ike.notify.received'] = true},
    offers = {['ike.no-offers'] = true, ['ike.notify.received'] = true,
              ['atts.refused'] = true, ['ike.refused'] = true},
    keys = {['ike.psk-decrypt'] = true, ['ike.psk-told'] = true,
            ['ike.malformed'] = true},
    auth = {['ike.auth-failed'] = true, ['ike.aborted'] = true,
            ['ike.id-refused'] = true},
}

function tables.about(events)
    local out = {}

    for name, kinds in pairs(topics) do
        local n, all = 0, {}

        for _, e in ipairs(events) do
            if kinds[e.event] then
                n = n + 1
                cite(all, e)
            end
        end
        all.lines = n
        out[name] = all
    end
    return out
end

-- Those of the last two minutes; without times, none.
function tables.recent(events, now)
    return where(events, function(e)
        local at = stamp(e.at)

        return at ~= nil and now ~= nil and now - at < 120 and at <= now + 60
    end)
end

-- Whether the transforms of a phase were refused or, at last, accepted: a
-- refused one that an accepted one follows is success.
function tables.transforms(events)
    local out, phase = {}, nil

    for _, e in ipairs(events) do
        if e.event == 'atts.ike' or e.event == 'atts.ipsec' then
            phase = e.event:sub(6)
        elseif phase and e.event == 'atts.accepted' then
            out[phase] = 'accepted'
            cite(out, e)
        elseif phase and e.event == 'atts.refused' and
            out[phase] ~= 'accepted' then
            out[phase] = 'refused'
            cite(out, e)
        elseif e.event == 'ike.finish' then
            out[e.phase == 1 and 'ike' or 'ipsec'] = 'accepted'
        end
    end
    return out
end

return tables
