-- The course of a scenario: the time before the session, what happens in it,
-- and a recovery.
--
-- A world has model (ike.lua), sound and faulty (nets), and the functions
-- apply(self, net), restarted(self, name), optionally renewed(self): after a
-- recovery, where an end starts without being asked.

local ike = include("ike")

local course = {}

local HISTORY = 1800
local RECOVERY = 90     -- seconds before the session, of later-success

-- When the played time begins, in seconds before the session.
function course.start(scenario)
  local since = scenario.causes.since
  return -(scenario.setup.history or (since and 300 - since) or HISTORY)
end

-- What the network is at first.
function course.first(world, scenario)
  local later = scenario.causes.since or scenario.causes.times
  return later and world.sound or world.faulty
end

local function strike(world, causes)
  for name, e in pairs(world.faulty.ends) do
    if e.manner.oldest_sa then
      world.model:stick(name)
    end
  end
  world:apply(world.faulty)
  for _, name in ipairs(causes.forget or {}) do
    world.model:forget(name)
  end
  for _, name in ipairs(causes.restart or {}) do
    world.model:forget(name)
    world:restarted(name)
  end
end

-- Everything is well again: both ends begin anew, but not after a loss that
-- was over by itself.
local function heal(world, keep)
  world:apply(world.sound)
  for name in pairs(keep and {} or world.sound.ends) do
    world.model:forget(name)
  end
  if not keep and world.renewed then
    world:renewed()
  end
end

local function at(world, time, f)
  world.model:spawn(function()
    ike.sleep(time - world.model.time)
    f()
  end)
end

-- causes: since and until (seconds before or, positive, after the session's
-- begin), or times (a list of {from, to}: they come and go).
function course.plan(world, scenario, knobs)
  local causes = scenario.causes
  local spans = causes.times or
      (causes.since and {{causes.since, causes["until"]}}) or {}
  for _, span in ipairs(spans) do
    at(world, span[1], function()
      strike(world, causes)
    end)
    if span[2] then
      at(world, span[2], function()
        heal(world, true)
      end)
    end
  end
  if knobs["later-success"] and next(causes) then
    at(world, -RECOVERY, function()
      heal(world)
    end)
  end
end

return course
