-- Phase 2, and when a negotiation is begun: see ike.lua.

local fit = include("ike_fit")
local M = include("ike_core")

-- A refused negotiation is tried again after so long, if there is traffic.
local HOLD = 3
-- An end that is being called does not call itself for so long.
local ANSWERING = 3
-- A phase-2 SA is renewed after this part of its life.
local RENEW = 0.81

local function install(self, n, name, map, peer, spi_in, spi_out, terms)
  local st = self.state[name]
  M.keep(st.sas, function(sa)
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
  local mine, remote = fit.selectors(self.ends[n.from], n.map)
  local map = fit.find_map(e, src, mine)
  local answer = {src = src, map = map}
  if not n.begun then
    n.begun = true
    self:emit(n.to, "begin", {peer = src, phase = 2, version = n.version})
  end
  if map then
    local their_local, their_remote = fit.selectors(e, map)
    if their_local ~= remote or their_remote ~= mine then
      map = nil
    end
  end
  if not map then
    self:count(n.to, sa.policy, "ph2 failure")
    return self:refuse(n.link, n.to, n.from, 18, "ph2")
  end
  answer.proposal = fit.chosen(self.ends[n.from].ipsec_proposals,
                               n.map.proposals, e.ipsec_proposals,
                               map.proposals, fit.same_ipsec)
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
    if not theirs or self.ends[n.to].manner.no_phase2 then
      return nil
    end
    return self:judge(n, theirs)
  end)
  if not r then
    self:drop_sa(n.from, sa)
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
  n.sa = self:half_open(n, n.from, "initiator", n.policy)
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
    M.sleep(sa.lifetime * RENEW)
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
