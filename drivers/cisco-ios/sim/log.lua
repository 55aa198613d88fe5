-- The log: the buffer, and what goes to whoever watches.

local dates = include("dates")

local log = {}
log.__index = log

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
                       pending = {}, shown = 0, last = {}}, log)
end

local function uptime(seconds)
  local s = math.max(0, math.floor(seconds))
  if s >= 604800 then
    return string.format("%dw%dd", s // 604800, s // 86400 % 7)
  elseif s >= 86400 then
    return string.format("%dd%02dh", s // 86400, s // 3600 % 24)
  end
  return string.format("%02d:%02d:%02d", s // 3600, s // 60 % 60, s % 60)
end
log.uptime = uptime

-- "*Mar 16 10:00:01.335: ", or since the start, as the configuration wants.
function log:stamp(r, kind, time, boot)
  local how = r.stamps[kind]
  if how == "uptime" then
    return uptime(time - boot) .. ": "
  elseif not how then
    return ""
  end
  local t = self.clock(time)
  local d = dates.split(t)
  return string.format("*%s %2d %02d:%02d:%02d.%03d: ", d.month_name, d.day,
                       d.hour, d.min, d.sec, math.floor(t * 1000) % 1000)
end

function log:store(text, size)
  self.lines[#self.lines + 1] = text
  self.bytes = self.bytes + #text + 2
  self.counted = self.counted + 1
  while self.bytes > size do
    self.bytes = self.bytes - #self.lines[1] - 2
    table.remove(self.lines, 1)
  end
end

-- One message (of several lines, maybe); level 7 is a debug line.
function log:add(r, time, boot, level, text)
  if r.logging.off then
    return
  end
  local stamped = self:stamp(r, level == 7 and "debug" or "log", time, boot) ..
      text
  local b = r.logging.buffered
  if b and level <= rank(b.level) then
    for line in (stamped .. "\n"):gmatch("(.-)\n") do
      self:store(line, b.size)
    end
  end
  self.pending[#self.pending + 1] = {level = level, text = stamped}
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
