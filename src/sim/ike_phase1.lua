-- Phase 1, main and aggressive mode: see ike.lua.

local fit = include("ike_fit")
local M = include("ike_core")

-- An SA that is being negotiated, in place of an older one of that role.
function M:half_open(n, name, role, policy)
  local st = self.state[name]
  local other = name == n.from and n.to or n.from
  M.keep(st.ike, function(sa)
    return sa.state == "established" or sa.policy ~= policy.name or
        sa.role ~= role
  end)
  local sa = {
    policy = policy.name, role = role, mode = n.mode, state = "negotiating",
    icookie = n.icookie, rcookie = "0000000000000000", born = self.time,
    lifetime = 60, peer = self:address(n.link, other) or n.target,
    address = self.ends[name].address, port = 500, pair = n.serial,
    version = n.version,
  }
  if name == n.from then
    sa.peer = n.target
  end
  st.ike[#st.ike + 1] = sa
  return sa
end

function M:drop_sa(name, sa)
  self:emit(name, "dropped", {sa = sa, peer = sa.peer})
  M.keep(self.state[name].ike, function(x)
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
  local policy, why = fit.find_policy(e, src, n.version, n.mode, id)
  policy = policy or n.version == 2 and e.stranger or nil
  if not policy then
    if why == "version" and n.version == 2 then
      return nil, self:refuse(n.link, n.to, n.from, 5, "ph1")
    end
    self:emit(n.to, "unknown_peer", {peer = src, why = why, mode = n.mode,
                                     n = n})
    if e.manner.silent_unknown then
      return nil, nil
    end
    local kind = why == "id" and 18 or 14
    local reply = self:refuse(n.link, n.to, n.from, kind, "ph1")
    self:emit(n.to, "delete", {peer = src, phase = 1})
    return nil, reply
  end
  if n.link.path.nat_ports and not (policy.natt and n.policy.natt) then
    return nil, nil
  end
  self:emit(n.to, "begin", {peer = src, phase = 1, role = "responder",
                            mode = n.mode})
  local proposal = fit.chosen(self.ends[n.from].ike_proposals,
                              n.offers, e.ike_proposals,
                              policy.proposals, fit.same_ike)
  self:emit(n.to, "offers", {
    peer = src, n = n, policy = policy, chosen = proposal,
    checks = fit.checks(self.ends[n.from].ike_proposals, n.offers,
                        e.ike_proposals, policy.proposals),
  })
  if not proposal then
    self:count(n.to, policy.name, "ph1 failure")
    local reply = self:refuse(n.link, n.to, n.from, 14, "ph1")
    self:emit(n.to, "delete", {peer = src, phase = 1})
    return nil, reply
  end
  local sa = self:half_open(n, n.to, "responder", policy)
  sa.rcookie, sa.proposal = n.rcookie, proposal
  n.res = {policy = policy, sa = sa, proposal = proposal, src = src}
  return n.res
end

function M:fail_both(n)
  self:drop_sa(n.from, n.sa)
  if n.res then
    self:drop_sa(n.to, n.res.sa)
  end
  return nil
end

function M:establish(name, sa, n, peer)
  -- Both ends may have called at once: that SA stays, older ones go.
  M.keep(self.state[name].ike, function(x)
    return x == sa or x.policy ~= sa.policy or self.time - x.born < 1
  end)
  sa.state, sa.born = "established", self.time
  sa.lifetime, sa.proposal = n.res.proposal.lifetime, n.res.proposal
  sa.rcookie, sa.natt, sa.port = n.rcookie, n.natt, n.natt and 4500 or 500
  sa.nat_here = n.natt and n.link.path.nat == M.side(n.link, name)
  self:count(name, sa.policy, "ph1 success")
  self:emit(name, "finish", {peer = peer, phase = 1, mode = n.mode, sa = sa,
                             n = n})
  self:watch(name, n.link, sa)
end

function M:main_mode(n)
  -- MM1 to MM4: proposals and keys, in clear.
  local r = self:exchange(n, 500, "ph1", function()
    local res, refusal = self:answer(n)
    return res and {} or refusal
  end)
  if not r then
    return self:fail_both(n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    return self:fail_both(n)
  end
  n.sa.rcookie, n.sa.proposal = n.rcookie, n.res.proposal
  n.sa.keyed, n.res.sa.keyed = true, true
  self:emit(n.from, "chosen", {peer = n.target, n = n,
                               proposal = n.res.proposal})
  n.natt = n.link.path.nat and n.policy.natt and n.res.policy.natt
  local port = n.natt and 4500 or 500
  n.sa.port = port
  M.sleep(0.05)
  -- MM5 and MM6: identities, encrypted with what the key gave.
  r = self:exchange(n, port, "ph1", function()
    local p = n.res.policy
    if p.key ~= n.policy.key then
      self:emit(n.to, "undecryptable", {peer = n.res.src, n = n,
                                        length = 1000 + self:random(64000)})
      return nil
    end
    if p.mode ~= n.mode then
      return self:refuse(n.link, n.to, n.from, 24, "ph1")
    end
    if p.remote_id and not fit.same_id(p.remote_id, n.policy.local_id) then
      return self:refuse(n.link, n.to, n.from, 18, "ph1")
    end
    return {}
  end)
  if not r then
    self:count(n.to, n.res.policy.name, "ph1 failure")
    return self:fail_both(n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    self:emit(n.to, "delete", {peer = n.res.src, phase = 1})
    return self:fail_both(n)
  end
  self:establish(n.to, n.res.sa, n, n.res.src)
  if n.policy.remote_id and
      not fit.same_id(n.policy.remote_id, n.res.policy.local_id) then
    self:refuse(n.link, n.from, n.to, 18, "ph1")
    self:drop_sa(n.from, n.sa)
    return nil
  end
  self:establish(n.from, n.sa, n, n.target)
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
    return self:fail_both(n)
  end
  if r.notify then
    self:refused(n, r, "ph1")
    return self:fail_both(n)
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
    return self:fail_both(n)
  end
  n.natt = n.link.path.nat and n.policy.natt and n.res.policy.natt
  -- The calling end is done with its own last message; whether that
  -- arrives, it does not learn.
  self:establish(n.from, n.sa, n, n.target)
  if self:carry(n.link, n.from, n.to, "udp", n.natt and 4500 or 500) then
    self:establish(n.to, n.res.sa, n, n.res.src)
  end
  return n.sa
end
