-- Dead peer detection of IKEv1 (RFC 3706): an end asks whether the other one
-- still lives, and gives up what it holds when nothing comes back: see ike.lua.

local M = include("ike_core")

local function holds(self, name, sa)
  for _, x in ipairs(self:ike_sas(name)) do
    if x == sa then
      return true
    end
  end
  return false
end

-- Does the other end answer on this SA?
function M:alive(name, link, sa)
  local other = M.other(link, name)
  if not self:carry(link, name, other, "udp", sa.port) or
      not self:carry(link, other, name, "udp", sa.port) then
    return false
  end
  return self:twin(other, sa) ~= nil
end

-- The end forgets an IKE SA and all that was made under it.
function M:give_up(name, sa)
  local st = self.state[name]
  M.keep(st.ike, function(x)
    return x ~= sa
  end)
  M.keep(st.sas, function(x)
    return x.peer ~= sa.peer
  end)
end

-- policy.dpd = {interval, retry, tries}: seconds, seconds, a count.
function M:watch(name, link, sa)
  local policy = self.ends[name].policies[sa.policy]
  local dpd = policy and policy.dpd
  if not dpd then
    return
  end
  self:spawn(function()
    local missed = 0
    while holds(self, name, sa) do
      M.sleep(missed == 0 and dpd.interval or dpd.retry)
      if self:alive(name, link, sa) then
        missed = 0
      else
        missed = missed + 1
        self:emit(name, "dpd_missed", {peer = sa.peer, sa = sa, n = missed})
      end
      if missed > dpd.tries and holds(self, name, sa) then
        self:give_up(name, sa)
        self:emit(name, "dpd_down", {peer = sa.peer, sa = sa})
      end
    end
  end)
end

return M
