-- Facts of the longer replies: show crypto ipsec sa, and the log.

local crypto = {}

-- Is an address one of the subject's peers?
function crypto.is_peer(subject, address)
    if not subject or not address then
        return false
    end
    if has(subject.peers) and any(subject.peers, function(p)
        return p == address
    end) then
        return true
    end
    return subject.peer == address
end

-- May an address be the subject's, whose peer is not fixed?
function crypto.may_call(subject, address, known)
    return subject ~= nil and subject.peer_any and address ~= nil and
        not any(known, function(p) return p == address end)
end

-- What is left of an SA that came as far as the keys: only then it has a
-- number of its own, above 1000. It tells nothing of an attempt of now.
function crypto.is_leftover(state, number)
    return state == 'qm_idle' or
        (state == 'mm_no_state' or state == 'ag_no_state') and number > 1000
end

-- --- show crypto ipsec sa ---

-- "(10.1.0.0/255.255.255.0/0/0)" as 10.1.0.0/24.
local function network_of(ident)
    local address, mask = (ident or ''):match('^([^/]+)/([^/]+)/')

    if not address then
        return nil
    end
    return lib.prefix_of(address, mask) or address .. '/' .. mask
end

local function is_selected(r, config)
    return any(config.selectors, function(s)
        return s['local'] == network_of(r.LOCAL) and
            s.remote == network_of(r.REMOTE)
    end)
end

-- Has the peer more VPNs than this one, told apart by their networks only?
local function is_shared(subject, peers)
    return count(peers, function(p) return p == subject.peer end) > 1
end

local function is_mine(r, subject, config)
    if not subject then
        return true
    end
    if config and has(config.tunnel) then
        return r.INTERFACE == config.tunnel.name
    end
    if crypto.is_peer(subject, r.PEER) then
        return not config or not is_shared(subject, config.device.peers) or
            is_selected(r, config)
    end
    if config and has(config.selectors) and count(config.selectors) > 0 then
        return is_selected(r, config)
    end
    return subject.peer_any and r.PEER ~= nil and has(subject.interface) and
        r.INTERFACE == subject.interface and
        not (config and any(config.device.peers, function(p)
            return p == r.PEER
        end))
end

local function number(text)
    return text and tonumber((text:gsub('^0[xX]', '')), 16)
end

local function add_counters(out, r)
    local c = out.counters or {encaps = 0, decaps = 0, send_errors = 0,
                               recv_errors = 0}

    -- The same pairs of proxies: counters of others are none of these.
    c.key = (c.key or '') .. r.INTERFACE .. ' ' .. (r.LOCAL or '') .. ' ' ..
        (r.REMOTE or '') .. ';'
    c.encaps = c.encaps + int(r.ENCAPS)
    c.decaps = c.decaps + int(r.DECAPS)
    c.send_errors = c.send_errors + (int(r.SEND_ERRORS) or 0)
    c.recv_errors = c.recv_errors + (int(r.RECV_ERRORS) or 0)
    out.counters = from(r, c)
    out.path_mtu = int(r.PATH_MTU) or out.path_mtu
    if r.PATH_MTU and r.CURRENT and number(r.CURRENT) ~= 0 then
        -- What ESP leaves for a packet: as shown, else by its largest header.
        out.usable_mtu = int(r.PLAIN_MTU) or int(r.PATH_MTU) - 82
    end
    out.interface, out.remote = r.INTERFACE, r.PEER
    out.remote_port = int(r.PORT)
end

-- SD-WAN's pairwise keys: an SA whose SPI the router does not show.
local function is_hidden(spi)
    return spi == '[Not Available]'
end

local function add_sa(out, r)
    local side = r.DIRECTION == 'inbound' and out.inbound or out.outbound
    local hidden = is_hidden(r.SPI)

    side[#side + 1] = from(r, {
        key = hidden and (r.LOCAL or '') .. ' ' .. (r.REMOTE or '') or r.SPI,
        spi = not hidden and r.SPI or nil, protocol = r.PROTOCOL:upper(),
        transform = r.TRANSFORM, lifetime_s = int(r.LIFETIME),
        status = r.STATUS,
    })
end

-- Does a complete entry of a map that is applied stand in the table?
local function is_expected(subject, config)
    if not subject or subject.peer_any or not config or not has(config.map)
        or not has(config.map.interface) then
        return false
    end
    if has(config.tunnel) then
        return has(config.wan.address) and not config.tunnel.shutdown
    end
    return config.map.kind == 'crypto-map' and count(config.selectors) > 0 and
        count(config.ipsec_proposals) > 0
end

-- One pass over the rows: blocks, and what of them is the subject's.
local function blocks_of(rows, subject, config, out)
    local d = {blocks = 0, ended = 0, counted = 0, lost = 0, mine = 0}
    local current

    for _, r in ipairs(rows) do
        if r.CURRENT then
            d.blocks, current = d.blocks + 1, number(r.CURRENT)
            current = current ~= 0 and current or nil
        end
        if r.ENCAPS and r.DECAPS then
            d.counted = d.counted + 1
        end
        if r.SPI and r.DIRECTION == 'outbound' and
            (is_hidden(r.SPI) or number(r.SPI) == current) then
            current = nil
        end
        if r.END then
            d.ended, d.lost = d.ended + 1, d.lost + (current and 1 or 0)
            current = nil
        end
        if is_mine(r, subject, config) then
            if r.SPI and r.PROTOCOL ~= 'pcp' then
                add_sa(out, r)
            end
            if r.ENCAPS and r.DECAPS then
                add_counters(out, r)
                d.mine = d.mine + 1
            end
        end
    end
    return d
end

function crypto.ipsec_sa(rows, subject, config)
    local out = {inbound = {}, outbound = {}}

    out.device = blocks_of(rows, subject, config, out)
    out.device.expected = is_expected(subject, config)
    out.device.none = any(rows, function(r) return r.NONE ~= nil end)
    return out
end

-- --- the log ---

-- Younger than a quarter of an hour (a clock may lag by a minute).
local function is_recent(e)
    return e.age_s ~= nil and e.age_s < 900 and e.age_s > -90 and
        not e.superseded
end

local function with_one_peer(all, subject)
    for _, e in ipairs(all) do
        if e.peer and crypto.is_peer(subject, e.peer) then
            e.peer = subject.peer
        end
    end
end

local function head_of(rows)
    local h = {}

    for _, r in ipairs(rows) do
        h.buffer, h.size = r.BUFFER or h.buffer, int(r.SIZE) or h.size
        h.logged = int(r.LOGGED) or h.logged
    end
    return h
end

-- What lines say, whatever their wording: the groups of `said`.
local groups = {
    ['crypto.engine-exhausted'] = 'no_engine',
    ['ike.local-address-invalid'] = 'local_address',
    ['ipsec.transform-unsupported'] = 'transform',
    ['ipsec.proposals-unacceptable'] = 'transform',
    ['ipsec.proxy-unsupported'] = 'proxy', ['ipsec.proxy-invalid'] = 'proxy',
    ['ipsec.map-order'] = 'map_order', ['ike.qm-fsm-error'] = 'quick_mode',
    ['ike.no-offers'] = 'no_offers', ['ike.bad-message'] = 'key',
    ['ike.reserved-not-zero'] = 'key', ['ike.no-keys'] = 'no_keys',
    ['ike.retransmit'] = 'silence', ['ike.no-response'] = 'silence',
    ['esp.invalid-spi'] = 'invalid_spi', ['ike.auth-failed'] = 'auth',
    ['ike.id-refused'] = 'id_refused', ['ike.no-match'] = 'no_match',
    ['ike.v2-sent'] = 'tried',
}
local modes = {main = 'failed', aggressive = 'failed', quick = 'quick_failed',
               informational = 'refused'}
local notifies = {[14] = 'refused', [18] = 'refused_proxy'}

-- RFC 7296, 3.10.1: what is refused depends on the exchange.
local refusals = {
    NO_PROPOSAL_CHOSEN = {
        IKE_SA_INIT = {received = 'refused', sent = 'no_offers'},
        IKE_AUTH = {received = 'refused_transform', sent = 'transform'},
        CREATE_CHILD_SA = {received = 'refused_transform',
                           sent = 'transform'},
    },
    TS_UNACCEPTABLE = {
        IKE_AUTH = {received = 'refused_proxy', sent = 'proxy'},
        CREATE_CHILD_SA = {received = 'refused_proxy', sent = 'proxy'},
    },
    AUTHENTICATION_FAILED = {
        IKE_AUTH = {received = 'auth', sent = 'auth'},
    },
}

local function refusal_of(e)
    local by_exchange = refusals[e.name] or {}
    local by_way = by_exchange[e.exchange or ''] or {}

    return by_way[e.way or '']
end

-- What is sent again and never answered; behind NAT what goes to port 4500.
local function silence_of(e)
    if e.exchange == 'IKE_SA_INIT' then
        return 'silence'
    end
    return e.exchange == 'IKE_AUTH' and e.port == 4500 and 'silence_4500' or
        nil
end

local function group_of(e)
    if e.event == 'ike.v2-notify' then
        return refusal_of(e)
    elseif e.event == 'ike.v2-retransmit' then
        return silence_of(e)
    elseif e.event == 'ike.v2-unverified' then
        -- with certificates the same line tells of another cause
        return e.psk and 'key' or 'auth'
    elseif e.event == 'ike.mode-failure' then
        return modes[e.mode or '']
    elseif e.event == 'ike.notify.received' then
        return notifies[e.type]
    end
    return groups[e.event]
end

-- The groups that name a cause; the others are its signs.
local causes = {
    no_engine = true, local_address = true, transform = true, proxy = true,
    map_order = true, quick_mode = true, no_offers = true, key = true,
    no_keys = true, auth = true, id_refused = true, no_match = true,
    refused_transform = true, refused_proxy = true,
}

local function names_cause(e)
    return causes[group_of(e) or ''] ~= nil
end

local function grouped(list)
    local out = {}

    for _, e in ipairs(list) do
        local g = group_of(e)

        if g then
            out[g] = out[g] or {}
            lib.add(out[g], e)
        end
    end
    return out
end

-- Lines about packets of SAs that exist, device-wide; always there, so that
-- their growth can be told.
local function packets_of(all, mine)
    local function of(list, ...)
        local names = {...}

        return where(list, function(e)
            return any(names, function(n) return e.event == n end)
        end)
    end
    return {
        replay = of(all, 'esp.replay', 'esp.sequence'),
        fragments = of(all, 'esp.fragments'),
        hmac = of(all, 'esp.hmac-failed'),
        invalid_spi_mine = of(mine, 'esp.invalid-spi'),
    }
end

-- Lines name the peer: of which of its VPNs they are does not show once the
-- peer is known.
local function phase1_only(said)
    for _, name in ipairs({'local_address', 'transform', 'proxy', 'map_order',
                           'quick_mode', 'quick_failed', 'refused_proxy',
                           'refused_transform'}) do
        said[name] = nil
    end
end

-- about: {peers, alone} and what times.add_ages() takes
function crypto.log(rows, subject, about)
    local lines = where(rows, function(r)
        return r.TEXT ~= nil or r.BARE ~= nil
    end)
    local all = events(lines, function(r) return r.TEXT or r.BARE end, 'AT')
    local head = head_of(rows)
    local out

    lib.add_ages(all, about)
    lib.mark_changes(all)
    lib.exchanges(all)
    lib.assign(all)
    with_one_peer(all, subject)
    out = log_facts(all, subject, {peers = about.peers, alone = about.alone})
    out.enabled = head.buffer ~= 'disabled'
    out.level = head.buffer and head.buffer:match('^level (%S+)')
    out.recent = where(out.current, is_recent)
    out.strangers = where(all, function(e)
        return e.peer ~= nil and about.peers ~= nil and is_recent(e) and
            e.event ~= 'other' and e.event ~= 'ike.finish' and
            not any(about.peers, function(p) return p == e.peer end)
    end)
    out.said = grouped(lib.lasting(out.recent, names_cause))
    out.stranger_said = grouped(lib.lasting(
        out.strangers, names_cause, lib.newest_cause(out.recent, names_cause)))
    if subject and about.peers and is_shared(subject, about.peers) then
        phase1_only(out.said)
    end
    out.device.said = grouped(where(all, is_recent))
    out.said.invalid_spi = out.said.invalid_spi or {}
    out.device.packets = packets_of(all, out.events)
    -- Without an age no line can be told to be of now.
    out.dated = #all == 0 or any(all, function(e) return e.age_s ~= nil end)
    -- Silence counts only below the buffer's own heading, or when the
    -- buffer says that it never took a line.
    out.device.recognised = head.buffer == 'disabled' or
        head.size ~= nil or #all > 0 or
        head.logged == 0
    return out
end

return crypto
