-- IKEv2: IKE_SA_INIT, then IKE_AUTH with the first child: see ike.lua.

local fit = include("ike_fit")
local M = include("ike_core")

local AUTH_FAILED = 24

-- IKE_SA_INIT: proposals and keys, in clear.
local function init(self, n)
  local r = self:exchange(n, 500, "ph1", function()
    local res, refusal = self:answer(n)
    return res and {} or refusal
  end)
  if r and r.notify then
    self:refused(n, r, "ph1")
  end
  if not r or r.notify then
    return self:fail_both(n)
  end
  n.sa.rcookie, n.sa.proposal = n.rcookie, n.res.proposal
  n.sa.keyed, n.res.sa.keyed = true, true
  self:emit(n.from, "chosen", {peer = n.target, n = n,
                               proposal = n.res.proposal})
  n.natt = n.link.path.nat and n.policy.natt and n.res.policy.natt
  n.sa.port = n.natt and 4500 or 500
  n.res.sa.port = n.sa.port
  return true
end

-- Does the answering end believe who calls? Else why not.
local function doubts(n)
  local p = n.res.policy
  if p.remote_id and not fit.same_id(p.remote_id, n.policy.local_id) then
    return "id"
  elseif p.key ~= n.policy.key then
    return "key"
  end
  return nil
end

-- IKE_AUTH: who they are, and the first child.
local function auth(self, n)
  return self:exchange(n, n.natt and 4500 or 500, "ph1", function()
    local why = doubts(n)
    if why then
      self:emit(n.to, "auth_refused", {peer = n.res.src, n = n, why = why})
      return self:refuse(n.link, n.to, n.from, AUTH_FAILED, "ph1")
    end
    return {child = self:judge(n, n.res.sa)}
  end)
end

-- The starting end does not believe who answered; the other one, which does
-- not learn that, has all that it agreed to.
local function refuse_answer(self, n, child)
  self:establish(n.to, n.res.sa, n, n.res.src)
  if not child.notify then
    self:install_at_answerer(n, child)
  end
  self:emit(n.from, "id_refused", {peer = n.target, n = n})
  self:drop_sa(n.from, n.sa)
end

-- The IKE SA goes with its first child, where ends hold it so.
local function without_child(self, n)
  for name, sa in pairs({[n.from] = n.sa, [n.to] = n.res.sa}) do
    self:emit(name, "childless", {peer = sa.peer, n = n, sa = sa})
    self:drop_sa(name, sa)
  end
end

-- True when the child stands; an IKE SA may stand without one.
function M:ike_v2(n)
  self:emit(n.from, "begin", {peer = n.target, phase = 1, role = "initiator",
                              mode = n.mode, version = 2, n = n})
  n.sa = self:half_open(n, n.from, "initiator", n.policy)
  n.first_child = true
  if not init(self, n) then
    return false
  end
  local r = auth(self, n)
  if r and r.notify then
    self:refused(n, r, "ph1")
  end
  if not r or r.notify then
    self:fail_both(n)
    return false
  end
  local expected = n.policy.remote_id
  if expected and not fit.same_id(expected, n.res.policy.local_id) then
    refuse_answer(self, n, r.child)
    return false
  end
  self:establish(n.to, n.res.sa, n, n.res.src)
  self:establish(n.from, n.sa, n, n.target)
  if r.child.notify then
    self:refused(n, r.child, "ph2")
    if self.child_or_nothing then
      without_child(self, n)
    end
    return false
  end
  self:install_both(n, r.child, n.sa)
  return true
end

return M
