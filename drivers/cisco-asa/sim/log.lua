-- The log: the buffer, and what goes to whoever watches.

local dates = include("dates")

local log = {}
log.__index = log

local SIZE = 65536
local LEVELS = {emergencies = 0, alerts = 1, critical = 2, errors = 3,
                warnings = 4, notifications = 5, informational = 6,
                debugging = 7}

local function rank(level)
  return LEVELS[level] or tonumber(level) or 7
end
log.rank = rank

-- clock(t): wall time of model time t, in seconds.
function log.new(clock)
  return setmetatable({lines = {}, bytes = 0, clock = clock, counted = 0,
                       pending = {}, last = {}}, log)
end

function log:stamp(time)
  local d = dates.split(self.clock(time))
  return string.format("%s %02d %d %02d:%02d:%02d: ", d.month_name, d.day,
                       d.year, d.hour, d.min, d.sec)
end

function log:store(text)
  self.lines[#self.lines + 1] = text
  self.bytes = self.bytes + #text + 2
  self.counted = self.counted + 1
  while self.bytes > SIZE do
    self.bytes = self.bytes - #self.lines[1] - 2
    table.remove(self.lines, 1)
  end
end

-- A message: settings are those of the configuration.
function log:add(settings, time, level, text)
  if settings.timestamp then
    text = self:stamp(time) .. text
  end
  if settings.on and settings.buffered and
      level <= rank(settings.buffered) then
    self:store(text)
  end
  self.pending[#self.pending + 1] = {level = level, text = text}
end

-- A debug line: to who debugs, and to the buffer if that is wanted.
function log:debug(settings, time, text, prefix)
  for line in (text .. "\n"):gmatch("(.-)\n") do
    self.pending[#self.pending + 1] = {level = 0, text = line}
    if settings.on and settings.buffered == "debugging" and
        (not prefix or settings["debug-trace"]) then
      self:store((prefix and settings.timestamp and self:stamp(time) or "") ..
                 (prefix or "") .. line)
    end
  end
end

-- The same at most once in so many seconds.
function log:seldom(key, time, pause)
  if self.last[key] and time - self.last[key] < pause then
    return false
  end
  self.last[key] = time
  return true
end

function log:clear()
  self.lines, self.bytes, self.counted = {}, 0, 0
end

return log
