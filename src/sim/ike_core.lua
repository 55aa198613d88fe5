-- Two ends, what they hold, time, and the path between them: see ike.lua.

local M = {}
M.__index = M

-- Seconds between repetitions; after the last one an exchange has failed.
local REPEAT = {1, 2, 3}
-- A refused negotiation is tried again after so long, if there is traffic.
local HOLD = 3

M.notify = {
  [5] = "INVALID-MAJOR-VERSION", [14] = "NO-PROPOSAL-CHOSEN",
  [18] = "INVALID-ID-INFORMATION", [23] = "INVALID-HASH-INFORMATION",
  [24] = "AUTHENTICATION-FAILED", [38] = "TS-UNACCEPTABLE",
}

function M.new(notice, start)
  return setmetatable({
    time = start, queue = {}, ends = {}, state = {}, links = {},
    notice = notice, seed = 20160401, serial = 0, repeats = REPEAT,
    hold = HOLD,
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
    flows = {},
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

M.keep = keep

-- What passed for one map: {sent, received, replay, invalid_icv, no_sa}.
function M:flow(name, map)
  local flows = self.state[name].flows
  flows[map] = flows[map] or {sent = 0, received = 0, replay = 0,
                              invalid_icv = 0, no_sa = 0}
  return flows[map]
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

-- What an end holds of the same IKE SA as another one.
function M:twin(name, sa)
  for _, x in ipairs(self:ike_sas(name)) do
    if x.pair == sa.pair and x.state == "established" then
      return x
    end
  end
  return nil
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

-- The same on request (of one peer or of all), and the other end is told
-- while it can be.
function M:clear(name, which, peer)
  local function meant(sa)
    return not peer or sa.peer == peer
  end
  for _, link in ipairs(self.links) do
    local other = M.other(link, name)
    if other then
      local told = #self.state[name].ike > 0 and
          self:carry(link, name, other, "udp", 500)
      local pairs_here = {}
      for _, sa in ipairs(self.state[name][which]) do
        pairs_here[sa.pair] = meant(sa)
      end
      if told then
        keep(self.state[other][which], function(sa)
          return not pairs_here[sa.pair]
        end)
      end
    end
  end
  keep(self.state[name][which], function(sa)
    return not meant(sa)
  end)
  self.state[name].busy = {}
end

-- The path.

local function side(link, name)
  return link.a == name and "a" or "b"
end

M.side = side

-- The end at the other side of a link, nil where this one is at neither.
function M.other(link, name)
  return link.a == name and link.b or link.b == name and link.a or nil
end

-- The address that the other end sees.
function M:address(link, name)
  if link.path.nat == side(link, name) then
    return link.path.nat_address
  end
  return self.ends[name].address
end

-- Is this one of the other end's addresses?
function M:owns(link, name, address)
  local e = self.ends[name]
  return address == self:address(link, name) or
      (e.owns ~= nil and e.owns(address))
end

local function dropped(link, from, what)
  local drop = link.path.drop or {}
  local way = side(link, from) == "a" and "-out" or "-in"
  return drop[what] or drop[what .. way]
end

M.dropped = dropped

-- Can this end send to the other at all (to the address that it calls)?
function M:reaches(link, from, to, called)
  local f, t = self.ends[from], self.ends[to]
  if not f.address or not t.address or f.manner.dead or t.manner.dead then
    return false
  end
  local dest = called or self:address(link, to)
  if f.unroutable and f.unroutable(dest) then
    return false
  end
  local out = f.route(dest)
  return out ~= nil and not f.tunnels[out]
end

-- A carrier's NAT lets in only what was called from inside.
local function let_in(link, from, to)
  if not link.path.carrier then
    return true
  end
  if link.path.nat == side(link, from) then
    link.called = true
  end
  return link.path.nat ~= side(link, to) or link.called
end

function M:carry(link, from, to, proto, port, called)
  local f, t = self.ends[from], self.ends[to]
  local what = proto == "udp" and "udp" .. port or proto
  if not self:reaches(link, from, to, called) or
      not let_in(link, from, to) then
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
  for i, pause in ipairs(self.repeats) do
    if n.cancelled then
      return nil
    end
    if i > 1 then
      self:count(n.from, n.policy.name, phase .. " resend")
    end
    self:emit(n.from, "request", {n = n, phase = phase, port = port, try = i,
                                  peer = n.target})
    if n.meets and
        self:carry(n.link, n.from, n.to, "udp", port, n.target) then
      self:emit(n.to, "called", {n = n, phase = phase, port = port, try = i,
                                 peer = self:address(n.link, n.from)})
      local reply = serve(i)
      if reply and self:carry(n.link, n.to, n.from, "udp", port) then
        sleep(0.03)
        self:emit(n.from, "reply", {n = n, phase = phase, port = port,
                                    peer = n.target, notify = reply.notify,
                                    reply = reply})
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
    self:emit(n.from, "timeout", {peer = n.target, phase = phase, n = n})
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
            {peer = n.target, type = reply.notify, phase = phase, n = n})
end

return M
