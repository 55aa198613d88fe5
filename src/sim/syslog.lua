-- A log with levels: the buffer, and what waits for those who watch. A vendor
-- adds what a line looks like, and which line goes where.

local syslog = {}

local LEVELS = {emergencies = 0, alerts = 1, critical = 2, errors = 3,
                warnings = 4, notifications = 5, informational = 6,
                debugging = 7}

-- The number of a level that is named or numbered.
function syslog.rank(level)
  return LEVELS[level] or tonumber(level) or 7
end

-- A class of logs. clock(t): wall time of model time t, in seconds.
function syslog.class()
  local log = setmetatable({}, {__index = syslog})
  log.__index = log
  function log.new(clock)
    return setmetatable({lines = {}, bytes = 0, clock = clock, counted = 0,
                         pending = {}, last = {}}, log)
  end
  return log
end

-- Into the buffer; the oldest lines go when it is full.
function syslog:store(text, size)
  self.lines[#self.lines + 1] = text
  self.bytes = self.bytes + #text + 2
  self.counted = self.counted + 1
  while self.bytes > size do
    self.bytes = self.bytes - #self.lines[1] - 2
    table.remove(self.lines, 1)
  end
end

-- For who watches.
function syslog:tell(level, text)
  self.pending[#self.pending + 1] = {level = level, text = text}
end

-- The same at most once in so many seconds.
function syslog:seldom(key, time, pause)
  if self.last[key] and time - self.last[key] < pause then
    return false
  end
  self.last[key] = time
  return true
end

function syslog:clear()
  self.lines, self.bytes, self.counted = {}, 0, 0
end

return syslog
