-- Phase 2, and when a negotiation is begun: see ike.lua.

local fit = include("ike_fit")
local M = include("ike_core")

-- An end that is being called does not call itself for so long.
local ANSWERING = 3
-- A phase-2 SA is renewed after this part of its life.
local RENEW = 0.81

function M:install(n, name, map, peer, spi_in, spi_out, terms)
  local st = self.state[name]
  M.keep(st.sas, function(sa)
    return not (sa.map == map.name and sa.dir == "out")
  end)
  for dir, spi in pairs({["in"] = spi_in, out = spi_out}) do
    st.sas[#st.sas + 1] = {
      dir = dir, spi = spi, far = dir == "in" and spi_out or spi_in,
      map = map.name, peer = peer, born = self.time,
      lifetime = terms.lifetime, proposal = terms.proposal,
      pfs = terms.pfs, natt = n.natt, address = self.ends[name].address,
      pair = n.serial, link = n.link, packets = 0, number = self.serial,
    }
    self.serial = self.serial + 1
  end
  self:count(name, terms.policy, "ph2 success")
  self:emit(name, "finish", {peer = peer, phase = 2, mode = n.mode, n = n,
                             map = map, spi_in = spi_in, spi_out = spi_out,
                             terms = terms})
end

-- The answering end judges what is to be encrypted and how.
function M:judge(n, sa)
  local e = self.ends[n.to]
  local src = self:address(n.link, n.from)
  local mine, remote = fit.selectors(self.ends[n.from], n.map)
  local map, why, kind
  if e.answer_map then
    map, why, kind = e.answer_map(src, n.target, remote, mine)
  else
    map = fit.find_map(e, src, mine)
  end
  local answer = {src = src, map = map}
  if not n.begun then
    n.begun = true
    self:emit(n.to, "begin", {peer = src, phase = 2, version = n.version,
                              n = n, sa = sa, answering = true})
  end
  if map then
    local their_local, their_remote = fit.selectors(e, map)
    if their_local ~= remote or their_remote ~= mine then
      map = nil
    end
  end
  if not map then
    self:count(n.to, sa.policy, "ph2 failure")
    self:emit(n.to, "selectors_refused", {
      peer = src, n = n, why = why, sa = sa, mine = remote, theirs = mine})
    kind = n.version == 2 and self.real_v2 and 38 or kind or 18
    return self:refuse(n.link, n.to, n.from, kind, "ph2")
  end
  answer.proposal = fit.chosen(self.ends[n.from].ipsec_proposals,
                               n.map.proposals, e.ipsec_proposals,
                               map.proposals, fit.same_ipsec)
  -- The first child of an IKEv2 SA is made without an exchange of its own.
  local same_pfs = n.first_child or fit.same_pfs(e, n.map.pfs, map.pfs)
  if not answer.proposal or not same_pfs then
    self:count(n.to, sa.policy, "ph2 failure")
    self:emit(n.to, "transforms_refused", {
      peer = src, n = n, map = map, sa = sa, pfs = answer.proposal ~= nil})
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

local function agreed(self, n, r, policy)
  self.serial = self.serial + 1
  n.serial = self.serial
  return {proposal = r.proposal, pfs = n.map.pfs, policy = policy,
          lifetime = n.map.lifetime}
end

-- Both ends have what was agreed on: r is what judge() gave.
function M:install_both(n, r, sa)
  local terms = agreed(self, n, r, sa.policy)
  local spi_here, spi_there = self:word(32), self:word(32)
  self:install(n, n.from, n.map, n.target, spi_here, spi_there, terms)
  terms.policy = their_sa(self, n, sa).policy
  self:install(n, n.to, r.map, r.src, spi_there, spi_here, terms)
end

-- Only the end that answered has it.
function M:install_at_answerer(n, r)
  local terms = agreed(self, n, r, n.res.policy.name)
  self:install(n, n.to, r.map, r.src, self:word(32), self:word(32), terms)
end

function M:quick_mode(n, sa)
  n.natt, n.begun, n.sa = sa.natt, false, sa
  self:emit(n.from, "begin", {peer = n.target, phase = 2, version = n.version,
                              n = n, sa = sa})
  local r = self:exchange(n, sa.natt and 4500 or 500, "ph2", function()
    local theirs = their_sa(self, n, sa)
    local manner = self.ends[n.to].manner
    if manner.no_crypto then
      self:emit(n.to, "no_engine", {peer = self:address(n.link, n.from)})
    end
    if not theirs or manner.no_phase2 or manner.no_crypto then
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
  self:install_both(n, r, sa)
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
  if map.policy then
    return e.policies[map.policy]
  end
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
  if e.manner.no_crypto then
    self:emit(name, "no_engine", {peer = map.peer})
    return nil
  end
  local policy = policy_for(e, map)
  local other = M.other(link, name)
  if not policy and e.address then
    self:emit(name, "no_key", {peer = map.peer, map = map})
  end
  if not policy or policy.peer == "any" or not e.address or
      answering(self, name, policy) then
    return nil
  end
  local offers = policy.offers or policy.proposals
  if not defined(offers, e.ike_proposals) or
      not defined(map.proposals, e.ipsec_proposals) then
    return nil
  end
  self.serial = self.serial + 1
  return {
    link = link, from = name, to = other, map = map, policy = policy,
    offers = offers,
    target = policy.peer, mode = policy.mode, version = policy.version,
    meets = self:owns(link, other, policy.peer),
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
  local sa = live_sa(self, n)
  if not sa and n.version == 2 and self.real_v2 then
    return self:ike_v2(n)
  end
  sa = sa or phase_1(self, n)
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
    n.hold = self.time + self.hold
    if done then
      self:renew_later(name, link, map)
    end
  end)
end
