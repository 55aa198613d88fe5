-- What a router with crypto maps remembers beside its SAs. Methods of a world
-- (see lab.lua), which has hits and dead.

local ledger = {}

-- How often a rule of a list was met.
function ledger:hit(list, rule)
  if rule then
    local key = list .. " " .. rule.text
    self.hits[key] = (self.hits[key] or 0) + 1
  end
end

-- The message id of a phase-2 negotiation; the last one's without it.
function ledger:message_id(n)
  if n and not n.message_id then
    n.message_id = 400000000 + n.serial * 7919 * 13 % 1600000000
  end
  self.last_id = n and n.message_id or self.last_id or 787769575
  return self.last_id
end

-- An IKE SA was given up; of each peer only the last one is remembered.
function ledger:bury(sa, time)
  for i = #self.dead, 1, -1 do
    if self.dead[i].sa.peer == sa.peer then
      table.remove(self.dead, i)
    end
  end
  self.dead[#self.dead + 1] = {sa = sa, time = time}
end

-- IKE SAs that were given up at most so many seconds ago.
function ledger:buried(seconds)
  local list = {}
  for _, d in ipairs(self.dead) do
    if self.model.time - d.time < seconds then
      list[#list + 1] = d.sa
    end
  end
  return list
end

return ledger
