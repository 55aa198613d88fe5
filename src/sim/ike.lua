-- IKE and IPsec between routers, without any vendor's words.
--
-- An end (what a router is configured to do; the vendor's program makes it
-- from its configuration, anew whenever that changes):
--   address          WAN address, nil while the line gives none
--   policies[name]   {name, peer, key, mode, version, proposals, local_id,
--                     remote_id, natt}; peer is an address or "any"
--   ike_proposals[name]    {encryption, hash, group, lifetime}
--   maps[name]       {name, peer, acl, proposals, pfs, local_id, remote_id,
--                     lifetime}: what is to be encrypted, and how
--   ipsec_proposals[name]  {encryption, hash}
--   acls[name]       list of {action, src, dest}
--   tunnels[interface]     {map, shutdown}
--   anti_replay      boolean
--   route(dest)      -> interface, or nil
--   blocks(dir, proto, port, peer) -> reason, or nil: its own filters
--   manner           what no configuration says: {dead, no_ike,
--                    silent_unknown, oldest_sa, overload}
-- A link joins the ends a and b: {a, b, nets = {a =, b =}, hosts, path}.
--   path             {drop = set of "udp500", "udp4500", "esp", "icmp", each
--                    maybe with "-in" or "-out" seen from a; nat = "a"|"b",
--                    nat_address, corrupt, reorder (every Nth packet), mtu,
--                    stranger}
-- What an end notices goes to model.notice(end, kind, fields, time).

local cidr = include("cidr")

local M = {}
M.__index = M

-- Seconds between repetitions; after the last one an exchange has failed.
local REPEAT = {1, 2, 3}
-- A refused negotiation is tried again after so long, if there is traffic.
local HOLD = 3
-- An end that is being called does not call itself for so long.
local ANSWERING = 3
-- A phase-2 SA is renewed after this part of its life.
local RENEW = 0.81
local ESP_OVERHEAD = 58

M.notify = {
  [5] = "INVALID-MAJOR-VERSION", [14] = "NO-PROPOSAL-CHOSEN",
  [18] = "INVALID-ID-INFORMATION", [23] = "INVALID-HASH-INFORMATION",
  [24] = "AUTHENTICATION-FAILED",
}

function M.new(notice, start)
  return setmetatable({
    time = start, queue = {}, ends = {}, state = {}, links = {},
    notice = notice, seed = 20160401, serial = 0,
  }, M)
end

-- Chance that is the same in every run.

function M:random(n)
  self.seed = (self.seed * 1103515245 + 12345) % 2147483648
  return (self.seed // 65536) % n
end

function M:word(bits)
  local v = 0
  for _ = 1, bits // 8 do
    v = v * 256 + self:random(256)
  end
  return v
end

function M:cookie()
  return string.format("%08x%08x", self:word(32) | 1, self:word(32))
end

-- Time: tasks are coroutines that sleep.

function M:at(time, task)
  self.serial = self.serial + 1
  local item = {time = time, serial = self.serial, task = task}
  local i = #self.queue
  while i > 0 and self.queue[i].time > time do
    i = i - 1
  end
  table.insert(self.queue, i + 1, item)
end

function M:spawn(f)
  self:at(self.time, coroutine.create(f))
end

local function sleep(seconds)
  coroutine.yield(seconds)
end
M.sleep = sleep

function M:run(item)
  local ok, seconds = coroutine.resume(item.task)
  if not ok then
    error(seconds, 0)
  end
  if coroutine.status(item.task) ~= "dead" then
    self:at(self.time + seconds, item.task)
  end
end

function M:advance(time)
  while self.queue[1] and self.queue[1].time <= time do
    local item = table.remove(self.queue, 1)
    self.time = math.max(self.time, item.time)
    self:run(item)
  end
  self.time = math.max(self.time, time)
end

-- Ends and what they hold.

function M:set_end(name, e)
  self.ends[name] = e
  self.state[name] = self.state[name] or {
    ike = {}, sas = {}, rcvd = {}, sent = {}, counts = {}, busy = {},
    esp = {succeeded = 0, not_found = 0, invalid_icv = 0, replay = 0,
           sent = 0},
  }
end

function M:emit(name, kind, fields)
  self.notice(name, kind, fields or {}, self.time)
end

function M:count(name, policy, what)
  local st = self.state[name]
  st.counts[policy] = st.counts[policy] or {}
  st.counts[policy][what] = (st.counts[policy][what] or 0) + 1
end

function M:count_of(name, policy, what)
  local c = self.state[name].counts[policy]
  return c and c[what] or 0
end

local function keep(list, wanted)
  for i = #list, 1, -1 do
    if not wanted(list[i]) then
      table.remove(list, i)
    end
  end
end

-- Takes away what has outlived its life.
function M:purge(name)
  local function alive(sa)
    return sa.born + sa.lifetime > self.time
  end
  keep(self.state[name].ike, alive)
  keep(self.state[name].sas, alive)
end

function M:ike_sas(name)
  self:purge(name)
  return self.state[name].ike
end

function M:sas(name)
  self:purge(name)
  return self.state[name].sas
end

-- Ends lose their SAs, as by a restart; the other end does not learn it.
function M:forget(name)
  self.state[name].ike = {}
  self.state[name].sas = {}
  self.state[name].busy = {}
end

-- The same on request, and the other end is told while it can be.
function M:clear(name, which)
  for _, link in ipairs(self.links) do
    local other = link.a == name and link.b or link.b == name and link.a
    if other then
      local told = #self.state[name].ike > 0 and
          self:carry(link, name, other, "udp", 500)
      local pairs_here = {}
      for _, sa in ipairs(self.state[name][which]) do
        pairs_here[sa.pair] = true
      end
      if told then
        keep(self.state[other][which], function(sa)
          return not pairs_here[sa.pair]
        end)
      end
    end
  end
  self.state[name][which] = {}
  self.state[name].busy = {}
end

-- The path.

local function side(link, name)
  return link.a == name and "a" or "b"
end

-- The address that the other end sees.
function M:address(link, name)
  if link.path.nat == side(link, name) then
    return link.path.nat_address
  end
  return self.ends[name].address
end

local function dropped(link, from, what)
  local drop = link.path.drop or {}
  local way = side(link, from) == "a" and "-out" or "-in"
  return drop[what] or drop[what .. way]
end

-- Can this end send to the other at all?
function M:reaches(link, from, to)
  local f, t = self.ends[from], self.ends[to]
  if not f.address or not t.address or f.manner.dead or t.manner.dead then
    return false
  end
  local out = f.route(self:address(link, to))
  return out ~= nil and not f.tunnels[out]
end

function M:carry(link, from, to, proto, port)
  local f, t = self.ends[from], self.ends[to]
  local what = proto == "udp" and "udp" .. port or proto
  if not self:reaches(link, from, to) then
    return false
  end
  local here = {proto = proto, port = port, src = f.address,
                dest = self:address(link, to), dir = "out"}
  local reason = f.blocks("out", proto, port, here.dest)
  if reason then
    here.reason = reason
    self:emit(from, "blocked", here)
    return false
  end
  if dropped(link, from, what) then
    return false
  end
  local there = {proto = proto, port = port, dest = t.address,
                 src = self:address(link, from), dir = "in"}
  reason = t.blocks("in", proto, port, there.src)
  if reason then
    there.reason = reason
    self:emit(to, "blocked", there)
    return false
  end
  return not (proto == "udp" and t.manner.no_ike)
end

-- Repeats a request until serve() at the other end gave a reply that came
-- back. n is the negotiation.
function M:exchange(n, port, phase, serve)
  for i, pause in ipairs(REPEAT) do
    if n.cancelled then
      return nil
    end
    if i > 1 then
      self:count(n.from, n.policy.name, phase .. " resend")
    end
    if n.meets and self:carry(n.link, n.from, n.to, "udp", port) then
      local reply = serve(i)
      if reply and self:carry(n.link, n.to, n.from, "udp", port) then
        sleep(0.03)
        return reply
      end
    elseif not n.meets and n.link.path.stranger then
      return {notify = 14}
    end
    sleep(pause)
  end
  self:count(n.from, n.policy.name, phase .. " timeout")
  self:count(n.from, n.policy.name, phase .. " failure")
  if not n.cancelled then
    self:emit(n.from, "timeout", {peer = n.target, phase = phase})
  end
  return nil
end

-- A notification from one end to the other.
function M:refuse(link, from, to, kind, phase)
  local st = self.state[from]
  st.sent[kind] = (st.sent[kind] or 0) + 1
  self:emit(from, "notify_sent", {peer = self:address(link, to),
                                  type = kind, phase = phase})
  return {notify = kind}
end

function M:refused(n, reply, phase)
  local st = self.state[n.from]
  st.rcvd[reply.notify] = (st.rcvd[reply.notify] or 0) + 1
  self:count(n.from, n.policy.name, phase .. " failure")
  self:emit(n.from, "notify_received",
            {peer = n.target, type = reply.notify, phase = phase})
end

-- Configuration.

local function chosen(mine, names, theirs, their_names, same)
  for _, a in ipairs(names) do
    for _, b in ipairs(their_names) do
      if mine[a] and theirs[b] and same(mine[a], theirs[b]) then
        return mine[a]
      end
    end
  end
end

local function same_ike(a, b)
  return a.encryption == b.encryption and a.hash == b.hash and
      a.group == b.group and a.auth == b.auth
end

local function same_ipsec(a, b)
  return a.encryption == b.encryption and a.hash == b.hash
end

local function same_id(a, b)
  return a ~= nil and b ~= nil and a.type == b.type and a.value == b.value
end

-- The policy of end e for somebody who calls from src; or nil and what does
-- not fit: "address", "id" or "version".
local function find_policy(e, src, version, mode, id)
  local why = "address"
  for _, p in pairs(e.policies) do
    if p.peer == src or p.peer == "any" then
      if p.version ~= version then
        why = "version"
      elseif mode == "aggressive" and p.remote_id and
          not same_id(p.remote_id, id) then
        why = "id"
      elseif p.peer == "any" and mode == "main" and p.mode ~= "main" then
        why = "address"
      else
        return p
      end
    end
  end
  return nil, why
end

local function selectors(e, map)
  local rules = e.acls[map.acl]
  local first = rules and rules[1]
  return map.local_id or (first and first.src),
      map.remote_id or (first and first.dest)
end

local function covers(e, map, src, dest)
  for _, rule in ipairs(e.acls[map.acl] or {}) do
    if cidr.contains(rule.src, src) and cidr.contains(rule.dest, dest) then
      return rule.action == "permit"
    end
  end
  return false
end

-- The map with which end e answers phase 2 of a peer: bound, with a list.
local function find_map(e, src, remote)
  local found
  for _, tunnel in pairs(e.tunnels) do
    local map = tunnel.map and e.maps[tunnel.map]
    if map and not tunnel.shutdown and e.acls[map.acl] and
        (map.peer == src or map.peer == "any") then
      local _, expected = selectors(e, map)
      if not found or expected == remote then
        found = map
      end
    end
  end
  return found
end

-- Phase 1.

local function half_open(self, n, name, role, policy)
  local st = self.state[name]
  local other = name == n.from and n.to or n.from
  keep(st.ike, function(sa)
    return sa.state == "established" or sa.policy ~= policy.name or
        sa.role ~= role
  end)
  local sa = {
    policy = policy.name, role = role, mode = n.mode, state = "negotiating",
    icookie = n.icookie, rcookie = "0000000000000000", born = self.time,
    lifetime = 60, peer = self:address(n.link, other) or n.target,
    address = self.ends[name].address, port = 500, pair = n.serial,
  }
  if name == n.from then
    sa.peer = n.target
  end
  st.ike[#st.ike + 1] = sa
  return sa
end

local function drop_sa(self, name, sa)
  keep(self.state[name].ike, function(x)
    return x ~= sa
  end)
end

-- The answering end looks up who is calling. Gives its policy and half-open
-- SA, or a refusal (or silence: nil).
function M:answer(n, id)
  local e = self.ends[n.to]
  local src = self:address(n.link, n.from)
  if n.res then
    return n.res
  end
  local policy, why = find_policy(e, src, n.version, n.mode, id)
  if not policy then
    if why == "version" and n.version == 2 then
      return nil, self:refuse(n.link, n.to, n.from, 5, "ph1")
    end
    self:emit(n.to, "unknown_peer", {peer = src, why = why, mode = n.mode})
    if e.manner.silent_unknown then
      return nil, nil
    end
    local kind = why == "id" and 18 or 14
    local reply = self:refuse(n.link, n.to, n.from, kind, "ph1")
    self:emit(n.to, "delete", {peer = src, phase = 1})
    return nil, reply
  end
  self:emit(n.to, "begin", {peer = src, phase = 1, role = "responder",
                            mode = n.mode})
  local proposal = chosen(self.ends[n.from].ike_proposals, n.policy.proposals,
                          e.ike_proposals, policy.proposals, same_ike)
  if not proposal then
    self:count(n.to, policy.name, "ph1 failure")
    local reply = self:refuse(n.link, n.to, n.from, 14, "ph1")
    self:emit(n.to, "delete", {peer = src, phase = 1})
    return nil, reply
  end
  local sa = half_open(self, n, n.to, "responder", policy)
  sa.rcookie, sa.proposal = n.rcookie, proposal
  n.res = {policy = policy, sa = sa, proposal = proposal, src = src}
  return n.res
end

local function fail_both(self, n)
  drop_sa(self, n.from, n.sa)
  if n.res then
    drop_sa(self, n.to, n.res.sa)
  end
  return nil
end

local function establish(self, name, sa, n, peer)
  -- Both ends may have called at once: that SA stays, older ones go.
  keep(self.state[name].ike, function(x)
    return x == sa or x.policy ~= sa.policy or self.time - x.born < 1
  end)
  sa.state, sa.born = "established", self.time
  sa.lifetime, sa.proposal = n.res.proposal.lifetime, n.res.proposal
  sa.rcookie, sa.natt, sa.port = n.rcookie, n.natt, n.natt and 4500 or 500
  sa.nat_here = n.natt and n.link.path.nat == side(n.link, name)
  self:count(name, sa.policy, "ph1 success")
  self:emit(name, "finish", {peer = peer, phase = 1, mode = n.mode})
end

function M:main_mode(n)
  -- MM1 to MM4: proposals and keys, in clear.
  local r = self:exchange(n, 500, "ph1", function()
    local res, refusal = self:answer(n)
    return res and {} or refusal
  end)
  if not r then
    return fail_both(self, n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    return fail_both(self, n)
  end
  n.sa.rcookie, n.sa.proposal = n.rcookie, n.res.proposal
  n.natt = n.link.path.nat and n.policy.natt and n.res.policy.natt
  local port = n.natt and 4500 or 500
  n.sa.port = port
  sleep(0.05)
  -- MM5 and MM6: identities, encrypted with what the key gave.
  r = self:exchange(n, port, "ph1", function()
    local p = n.res.policy
    if p.key ~= n.policy.key then
      self:emit(n.to, "undecryptable", {peer = n.res.src,
                                        length = 1000 + self:random(64000)})
      return nil
    end
    if p.mode ~= n.mode then
      return self:refuse(n.link, n.to, n.from, 24, "ph1")
    end
    if p.remote_id and not same_id(p.remote_id, n.policy.local_id) then
      return self:refuse(n.link, n.to, n.from, 18, "ph1")
    end
    return {}
  end)
  if not r then
    self:count(n.to, n.res.policy.name, "ph1 failure")
    return fail_both(self, n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    self:emit(n.to, "delete", {peer = n.res.src, phase = 1})
    return fail_both(self, n)
  end
  establish(self, n.to, n.res.sa, n, n.res.src)
  if n.policy.remote_id and
      not same_id(n.policy.remote_id, n.res.policy.local_id) then
    self:refuse(n.link, n.from, n.to, 18, "ph1")
    drop_sa(self, n.from, n.sa)
    return nil
  end
  establish(self, n.from, n.sa, n, n.target)
  return n.sa
end

function M:aggressive_mode(n)
  local r = self:exchange(n, 500, "ph1", function()
    local res, refusal = self:answer(n, n.policy.local_id)
    if res and res.policy.mode ~= "aggressive" then
      return self:refuse(n.link, n.to, n.from, 24, "ph1")
    end
    return res and {} or refusal
  end)
  if not r then
    return fail_both(self, n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    return fail_both(self, n)
  end
  if n.res.policy.key ~= n.policy.key then
    self:count(n.from, n.policy.name, "ph1 hash err")
    self:count(n.from, n.policy.name, "ph1 failure")
    self:refuse(n.link, n.from, n.to, 23, "ph1")
    local st = self.state[n.to]
    if self:carry(n.link, n.from, n.to, "udp", 500) then
      st.rcvd[23] = (st.rcvd[23] or 0) + 1
      self:emit(n.to, "notify_received",
                {peer = n.res.src, type = 23, phase = "ph1"})
    end
    return fail_both(self, n)
  end
  n.natt = n.link.path.nat and n.policy.natt and n.res.policy.natt
  -- The calling end is done with its own last message; whether that
  -- arrives, it does not learn.
  establish(self, n.from, n.sa, n, n.target)
  if self:carry(n.link, n.from, n.to, "udp", n.natt and 4500 or 500) then
    establish(self, n.to, n.res.sa, n, n.res.src)
  end
  return n.sa
end

-- Phase 2.

local function install(self, n, name, map, peer, spi_in, spi_out, terms)
  local st = self.state[name]
  keep(st.sas, function(sa)
    return not (sa.map == map.name and sa.dir == "out")
  end)
  for dir, spi in pairs({["in"] = spi_in, out = spi_out}) do
    st.sas[#st.sas + 1] = {
      dir = dir, spi = spi, map = map.name, peer = peer, born = self.time,
      lifetime = terms.lifetime, proposal = terms.proposal,
      pfs = terms.pfs, natt = n.natt, address = self.ends[name].address,
      pair = n.serial, link = n.link,
    }
  end
  self:count(name, terms.policy, "ph2 success")
  self:emit(name, "finish", {peer = peer, phase = 2, mode = n.mode})
end

-- The answering end judges what is to be encrypted and how.
function M:judge(n, sa)
  local e = self.ends[n.to]
  local src = self:address(n.link, n.from)
  local mine, remote = selectors(self.ends[n.from], n.map)
  local map = find_map(e, src, mine)
  local answer = {src = src, map = map}
  if not n.begun then
    n.begun = true
    self:emit(n.to, "begin", {peer = src, phase = 2, version = n.version})
  end
  if map then
    local their_local, their_remote = selectors(e, map)
    if their_local ~= remote or their_remote ~= mine then
      map = nil
    end
  end
  if not map then
    self:count(n.to, sa.policy, "ph2 failure")
    return self:refuse(n.link, n.to, n.from, 18, "ph2")
  end
  answer.proposal = chosen(self.ends[n.from].ipsec_proposals, n.map.proposals,
                           e.ipsec_proposals, map.proposals, same_ipsec)
  if not answer.proposal or n.map.pfs ~= map.pfs then
    self:count(n.to, sa.policy, "ph2 failure")
    return self:refuse(n.link, n.to, n.from, 14, "ph2")
  end
  return answer
end

local function their_sa(self, n, sa)
  for _, x in ipairs(self.state[n.to].ike) do
    if x.pair == sa.pair and x.state == "established" then
      return x
    end
  end
end

function M:quick_mode(n, sa)
  n.natt, n.begun = sa.natt, false
  self:emit(n.from, "begin", {peer = n.target, phase = 2, version = n.version})
  local r = self:exchange(n, sa.natt and 4500 or 500, "ph2", function()
    local theirs = their_sa(self, n, sa)
    return theirs and self:judge(n, theirs) or nil
  end)
  if not r then
    drop_sa(self, n.from, sa)
    return false
  end
  if r.notify then
    self:refused(n, r, "ph2")
    return false
  end
  local terms = {proposal = r.proposal, pfs = n.map.pfs, policy = sa.policy,
                 lifetime = n.map.lifetime}
  self.serial = self.serial + 1
  n.serial = self.serial
  local spi_here, spi_there = self:word(32), self:word(32)
  install(self, n, n.from, n.map, n.target, spi_here, spi_there, terms)
  terms.policy = their_sa(self, n, sa).policy
  install(self, n, n.to, r.map, r.src, spi_there, spi_here, terms)
  return true
end

-- One IKE SA that can carry phase 2 to this peer.
local function live_sa(self, n)
  for _, sa in ipairs(self:ike_sas(n.from)) do
    if sa.state == "established" and sa.policy == n.policy.name and
        their_sa(self, n, sa) then
      return sa
    end
  end
end

local function policy_for(e, map)
  for _, p in pairs(e.policies) do
    if p.peer == map.peer then
      return p
    end
  end
end

-- Has the other end just called, so that this one need not?
local function answering(self, name, policy)
  for _, sa in ipairs(self:ike_sas(name)) do
    if sa.state ~= "established" and sa.role == "responder" and
        sa.policy == policy.name and self.time - sa.born < ANSWERING then
      return true
    end
  end
  return false
end

local function defined(names, proposals)
  for _, name in ipairs(names) do
    if proposals[name] then
      return true
    end
  end
  return false
end

-- A negotiation as it stands now; nil when this end cannot start one.
function M:prepare(name, link, map)
  local e = self.ends[name]
  local policy = policy_for(e, map)
  local other = link.a == name and link.b or link.a
  if not policy or policy.peer == "any" or not e.address or
      answering(self, name, policy) then
    return nil
  end
  if not defined(policy.proposals, e.ike_proposals) or
      not defined(map.proposals, e.ipsec_proposals) then
    return nil
  end
  self.serial = self.serial + 1
  return {
    link = link, from = name, to = other, map = map, policy = policy,
    target = policy.peer, mode = policy.mode, version = policy.version,
    meets = policy.peer == self:address(link, other),
    icookie = self:cookie(), rcookie = self:cookie(), serial = self.serial,
  }
end

local function phase_1(self, n)
  self:emit(n.from, "begin", {peer = n.target, phase = 1, role = "initiator",
                              mode = n.mode})
  n.sa = half_open(self, n, n.from, "initiator", n.policy)
  if n.mode == "aggressive" then
    return self:aggressive_mode(n)
  end
  return self:main_mode(n)
end

function M:negotiate(n)
  local sa = live_sa(self, n) or phase_1(self, n)
  if not sa or n.cancelled then
    return false
  end
  return self:quick_mode(n, sa)
end

-- Renews the SAs of a map before they end.
function M:renew_later(name, link, map)
  self:spawn(function()
    local sa = self:outbound(name, map.name)
    sleep(sa.lifetime * RENEW)
    if self:outbound(name, map.name) == sa then
      self:trigger(name, link, map)
    end
  end)
end

-- Traffic wants an SA. urgent: start over even if one is being negotiated.
function M:trigger(name, link, map, urgent)
  local busy = self.state[name].busy
  local old = busy[map.name]
  if old and not urgent and (old.running or old.hold > self.time) then
    return
  end
  local n = self:prepare(name, link, map)
  if not n then
    return
  end
  if old then
    old.cancelled = true
  end
  n.running = true
  busy[map.name] = n
  self:spawn(function()
    local done = self:negotiate(n)
    n.running = false
    n.hold = self.time + HOLD
    if done then
      self:renew_later(name, link, map)
    end
  end)
end

-- Data.

function M:outbound(name, map)
  local found
  for _, sa in ipairs(self:sas(name)) do
    if sa.dir == "out" and sa.map == map then
      found = sa
    end
  end
  return found
end

local function every(t, key, n)
  if not n then
    return false
  end
  t[key] = (t[key] or 0) + 1
  return t[key] % n == 0
end

-- Protects a packet, carries it, and opens it at the other end.
function M:esp(link, from, to, sa, packet)
  local f, t = self.ends[from], self.ends[to]
  local st, path = self.state[to], link.path
  if every(self.state[from], "overloaded", f.manner.overload) then
    self:emit(from, "congested", packet)
    return false
  end
  self.state[from].esp.sent = self.state[from].esp.sent + 1
  if path.mtu and packet.df and packet.size + ESP_OVERHEAD > path.mtu then
    return false
  end
  if path.nat and not sa.natt then
    return false
  end
  if not self:carry(link, from, to, sa.natt and "udp" or "esp",
                    sa.natt and 4500 or nil) then
    return false
  end
  local src = self:address(link, from)
  local known = false
  for _, x in ipairs(self:sas(to)) do
    known = known or (x.dir == "in" and x.spi == sa.spi)
  end
  if not known then
    st.esp.not_found = st.esp.not_found + 1
    self:emit(to, "unknown_spi", {spi = sa.spi, peer = src})
    return false
  end
  if every(st, "corrupted", path.corrupt) then
    st.esp.invalid_icv = st.esp.invalid_icv + 1
    self:emit(to, "bad_icv", {peer = src})
    return false
  end
  if t.anti_replay and every(st, "reordered", path.reorder) then
    st.esp.replay = st.esp.replay + 1
    self:emit(to, "replayed", {peer = src})
    return false
  end
  st.esp.succeeded = st.esp.succeeded + 1
  return true
end

-- The SA that an end puts its packets into.
local function sending_sa(self, name, map)
  local sa = self:outbound(name, map)
  if self.ends[name].manner.oldest_sa and self.state[name].stuck then
    return self.state[name].stuck
  end
  return sa
end

-- Makes an end keep to the SA it has now, whatever comes later.
function M:stick(name)
  for _, sa in ipairs(self:sas(name)) do
    if sa.dir == "out" then
      self.state[name].stuck = sa
    end
  end
end

function M:link_to(name, dest)
  for _, link in ipairs(self.links) do
    local far = link.a == name and "b" or link.b == name and "a"
    if far and cidr.contains(link.nets[far], dest) then
      return link, far == "b" and link.b or link.a
    end
  end
end

-- A packet {src, dest, size, df, urgent} from behind an end. Gives true when
-- it came out at the other end, else false and why.
function M:packet(name, packet)
  local e = self.ends[name]
  local out = e.route(packet.dest)
  local tunnel = out and e.tunnels[out]
  if not out then
    return false, "no-route"
  end
  if not tunnel then
    return false, "clear"
  end
  local link, other = self:link_to(name, packet.dest)
  local map = tunnel.map and e.maps[tunnel.map]
  if tunnel.shutdown or not link then
    return false, "tunnel-down"
  end
  if not map or not covers(e, map, packet.src, packet.dest) then
    self:emit(name, "no_policy", packet)
    return false, "no-policy"
  end
  if packet.df and packet.size > (tunnel.mtu or 1500) then
    return false, "too-big"
  end
  local sa = sending_sa(self, name, map.name)
  if not sa then
    self:emit(name, "no_sa", packet)
    self:trigger(name, link, map, packet.urgent)
    return false, "no-sa"
  end
  return self:esp(link, name, other, sa, packet)
end

-- A request from a host behind one end to one behind the other, and its
-- answer back.
function M:echo(name, packet)
  local sent, why = self:packet(name, packet)
  if not sent then
    return false, why
  end
  local link, other = self:link_to(name, packet.dest)
  local far = link.hosts[side(link, other)]
  if far and far.silent and not packet.router then
    return false, "silent"
  end
  return self:packet(other, {src = packet.dest, dest = packet.src,
                             size = packet.size, df = packet.df})
end

-- Does a router answer an echo request over the path itself?
function M:ping(link, from, to)
  return self:reaches(link, from, to) and self:reaches(link, to, from) and
      not self.ends[from].blocks("in", "icmp", nil, nil) and
      not dropped(link, from, "icmp") and not dropped(link, to, "icmp") and
      not self.ends[to].manner.no_ping
end

-- Hosts behind an end talk every so many seconds, after the first pause,
-- until a time (or always).
function M:talk(name, packet, interval, first, last)
  self:spawn(function()
    sleep(first)
    while not last or self.time < last do
      self:echo(name, packet)
      sleep(interval)
    end
  end)
end

return M
