-- Liveness of IKEv2 (RFC 7296, 2.4): when nothing protected has come from the
-- other end for a while, an empty INFORMATIONAL request asks for it; repeated
-- with growing pauses. Without any answer the IKE SA and its children go, and
-- the end begins anew.
--
-- policy.liveness = {interval, pauses}: seconds without a sign of life before
-- a request, and the pauses before each repetition. An end answers requests
-- unless manner.no_liveness. Tells model.notice: live_sent {sa, mid, try},
-- live_request and live_answer {sa, mid}, dpd_down {sa, peer}.

local M = include("ike_core")

local ROUND_TRIP = 0.002
local SETTLE = 0.3      -- an SA this young is not watched yet
-- The end that was called asks a little later: one of them is first.
local LATER = 0.5
-- Less than this does not move the clock.
local MOMENT = 0.01
-- An end's first request after IKE_SA_INIT and IKE_AUTH.
local FIRST = {initiator = 2, responder = 0}

local function holds(list, sa)
  for _, x in ipairs(list) do
    if x == sa then
      return true
    end
  end
  return false
end

-- When the end last had something protected from the other one.
function M:heard(name, sa)
  local last = math.max(sa.born, sa.heard or sa.born)
  for _, x in ipairs(self:sas(name)) do
    if x.dir == "in" and x.peer == sa.peer then
      last = math.max(last, x.last or last)
    end
  end
  return last
end

-- Does the request arrive, and its answer come back?
local function asked(self, name, link, sa, mid)
  local other = M.other(link, name)
  if not self:carry(link, name, other, "udp", sa.port) then
    return false
  end
  local theirs = self:twin(other, sa)
  if not theirs then
    return false
  end
  theirs.heard = self.time
  self:emit(other, "live_request", {sa = theirs, mid = mid})
  return not self.ends[other].manner.no_liveness and
      self:carry(link, other, name, "udp", sa.port)
end

-- One request with its repetitions; false when nothing came back.
local function probe(self, name, link, sa, pauses)
  local mid, began = sa.mid or FIRST[sa.role], self.time
  sa.mid = mid + 1
  for try = 0, #pauses do
    self:emit(name, "live_sent", {sa = sa, mid = mid, try = try})
    if asked(self, name, link, sa, mid) then
      M.sleep(ROUND_TRIP)
      sa.heard = self.time
      self:emit(name, "live_answer", {sa = sa, mid = mid})
      return true
    end
    M.sleep(pauses[try + 1] or 1)
    if self:heard(name, sa) > began or
        not holds(self:ike_sas(name), sa) then
      return true
    end
  end
  return false
end

-- The IKE SA and its children go; a new IKE_SA_INIT follows.
function M:abandon(name, link, sa)
  local st = self.state[name]
  self:emit(name, "dpd_down", {sa = sa, peer = sa.peer})
  M.keep(st.ike, function(x)
    return x ~= sa
  end)
  M.keep(st.sas, function(x)
    return x.peer ~= sa.peer
  end)
  for _, map in pairs(self.ends[name].maps) do
    if map.peer == sa.peer then
      self:trigger(name, link, map, true)
    end
  end
end

-- Watches over an IKE SA as long as the end holds it.
function M:watch_life(name, link, sa)
  self:spawn(function()
    M.sleep(SETTLE)
    while holds(self:ike_sas(name), sa) do
      local policy = self.ends[name].policies[sa.policy]
      local live = policy and policy.liveness
      local idle = self.time - self:heard(name, sa) -
          (sa.role == "responder" and LATER or 0)
      if not live then
        M.sleep(5)
      elseif idle < live.interval then
        M.sleep(math.max(live.interval - idle, MOMENT))
      elseif not probe(self, name, link, sa, live.pauses) then
        self:abandon(name, link, sa)
        return
      end
    end
  end)
end

return M
