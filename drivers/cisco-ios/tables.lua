-- Small helpers for the replies of an IOS router that are tables of lines:
-- routes, and which peer a line of debugging is about.

local is_v4, bits_of = lib.is_v4, lib.bits_of
local tables = {}

-- --- routes ---

local protocols = {C = 'connected', L = 'local', S = 'static', R = 'rip',
                   O = 'ospf', B = 'bgp', D = 'eigrp', i = 'isis'}

-- The rows of show ip route as a list of paths; and whether every group has
-- as many networks as it announces.
function tables.routes(rows)
    local list, complete, group, left = {}, true, nil, 0
    local prefix, code

    for _, r in ipairs(rows) do
        if r.SUBNETS then
            complete = complete and left <= 0
            group, left = r.GROUP_LENGTH, int(r.SUBNETS)
        end
        if r.PREFIX then
            prefix = r.PREFIX .. '/' .. (r.LENGTH or group or '32')
            code = r.CODE
            left = left - 1
        end
        if r.PATH or r.PREFIX then
            list[#list + 1] = from(r, {
                prefix = prefix, interface = r.INTERFACE, next_hop = r.NEXT,
                protocol = protocols[code:sub(1, 1)] or 'other',
            })
        end
    end
    return list, complete and left <= 0
end

local function longest(routes, address)
    local best

    for _, r in ipairs(routes) do
        if cidr(r.prefix, address) and
            (not best or bits_of(r.prefix) > bits_of(best.prefix)) then
            best = r
        end
    end
    return best
end

-- The route that an address would take, its interface found by way of its
-- next hop.
function tables.route_to(routes, address)
    local best = is_v4(address) and longest(routes, address) or nil
    local hop, name = best, nil

    for _ = 1, 5 do
        if hop and not hop.interface and is_v4(hop.next_hop) then
            hop = longest(where(routes, function(r)
                return r.prefix ~= '0.0.0.0/0'
            end), hop.next_hop)
        end
    end
    name = hop and hop.interface
    if not best then
        return nil
    end
    return cite({
        prefix = best.prefix, interface = name, next_hop = best.next_hop,
        protocol = best.protocol,
    }, best)
end

-- --- whose line it is ---

-- Debugging names the peer only now and then: a line without one belongs to
-- the line before it that names one under the same number in brackets, or,
-- at its end, to the failure that sums it up.
local function number_of(text)
    return text:match('^ISAKMP[%-%u]*:? ?%((%d[%d:]*)%)') or
        text:match('^IKEv2[%-%u]*:%(SESSION ID = (%d+)')
end

local function peer_of(text)
    return text:match('matching (%d+%.%d+%.%d+%.%d+)') or
        text:match('matched (%d+%.%d+%.%d+%.%d+)') or
        text:match('received packet from (%d+%.%d+%.%d+%.%d+)') or
        text:match('sending packet to (%d+%.%d+%.%d+%.%d+)') or
        text:match('Received Packet %[From ([%x.:]+):%d+/To ') or
        text:match('Sending Packet %[To ([%x.:]+):%d+/From ') or
        text:match('authenticated with (%d+%.%d+%.%d+%.%d+)')
end

local sums_up = {['ike.mode-failure'] = true, ['ike.bad-message'] = true}

-- Are two lines of the same moment, as far as their ages are known?
local function together(a, b)
    return a == nil or b == nil or a - b <= 10
end

-- A packet from a peer answers what was sent to it again and again; one from
-- port 500 does not answer for port 4500.
local function void(waiting, peer, port)
    local left = {}

    for _, e in ipairs(waiting[peer] or {}) do
        if e.port == 4500 and port ~= 4500 then
            left[#left + 1] = e
        else
            e.exchange = nil
        end
    end
    waiting[peer] = left
end

-- A packet is announced: which way it goes, and between whom.
local function packet(s, text, waiting)
    local peer = peer_of(text)

    if s.peer ~= peer then
        s.psk, s.pending = nil, nil
    end
    s.peer, s.exchange = peer, nil
    s.port = text:match('Sending Packet %[To [%x.:]+:(%d+)/From ')
    s.way = s.port and 'sent' or 'received'
    if not s.port then
        void(waiting, peer,
             int(text:match('Received Packet %[From [%x.:]+:(%d+)/To ')))
    end
end

-- What IKEv2's lines are of that name neither peer nor exchange: payloads of
-- the packet above them (what is encrypted is named before it is sent: then
-- it answers the packet that came last), a packet that is sent again, and an
-- authentication that is verified.
function tables.exchanges(all)
    local sessions, waiting, s = {}, {}, nil

    for _, e in ipairs(all) do
        local text = e.text
        local number = text:match('^IKEv2') and number_of(text)
        local name, kind = text:match('^IKEv2 ([%u_]+) Exchange (RE%u+)')

        if number then
            sessions[number] = sessions[number] or {}
            s = sessions[number]
            s.way = nil
        end
        if not s then
            goto continue
        elseif text:match('Received Packet %[From ') or
            text:match('Sending Packet %[To ') then
            packet(s, text, waiting)
        elseif text:match('Building packet for encryption') then
            s.way = 'sent'
        elseif name then
            s.exchange = name
            if s.way == 'sent' and kind == 'REQUEST' then
                s.pending = name
            end
        elseif e.event == 'ike.v2-notify' and s.way and s.exchange then
            e.peer, e.exchange, e.way = s.peer, s.exchange, s.way
        elseif e.event == 'ike.v2-retransmit' and s.peer and s.pending then
            e.peer, e.exchange, e.port = s.peer, s.pending, int(s.port)
            waiting[s.peer] = waiting[s.peer] or {}
            table.insert(waiting[s.peer], e)
        elseif e.event == 'ike.v2-unverified' then
            e.peer, e.psk = s.peer, s.psk or false
        elseif text:match("Peer's authentication method is ") then
            s.psk = text:match("is 'PSK'") ~= nil
        end
        ::continue::
    end
end

-- Gives events a peer where it can be told: by the number in brackets, or by
-- the line before that names one.
function tables.assign(all)
    local by_number, latest = {}, nil

    for _, e in ipairs(all) do
        local number = number_of(e.text)
        local peer = e.peer or peer_of(e.text)
        local near

        if peer then
            latest = {peer = peer, age_s = e.age_s}
            if number then
                by_number[number] = latest
            end
            e.peer = e.event ~= 'other' and peer or nil
        elseif number or e.event ~= 'other' and e.text:match('^IPS[Ee][Cc]')
        then
            near = number and by_number[number] or latest
            if near and together(near.age_s, e.age_s) then
                e.peer = near.peer
            end
        end
    end
    for i, e in ipairs(all) do
        if sums_up[e.event] then
            for k = i - 1, math.max(1, i - 12), -1 do
                local before = all[k]

                if sums_up[before.event] then
                    break
                end
                if before.event ~= 'other' and before.text:match('ISAKMP')
                then
                    before.peer = before.peer or e.peer
                end
            end
        end
    end
end

return tables
