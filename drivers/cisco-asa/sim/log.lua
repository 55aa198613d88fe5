-- The log: the buffer, and what goes to whoever watches.

local dates = include("dates")

local syslog = include("syslog")

local SIZE = 65536
local log = syslog.class()

function log:stamp(time)
  local d = dates.split(self.clock(time))
  return string.format("%s %02d %d %02d:%02d:%02d: ", d.month_name, d.day,
                       d.year, d.hour, d.min, d.sec)
end

-- A message: settings are those of the configuration.
function log:add(settings, time, level, text)
  if settings.timestamp then
    text = self:stamp(time) .. text
  end
  if settings.on and settings.buffered and
      level <= log.rank(settings.buffered) then
    self:store(text, SIZE)
  end
  self:tell(level, text)
end

-- A debug line: to who debugs, and to the buffer if that is wanted.
function log:debug(settings, time, text, prefix)
  for line in (text .. "\n"):gmatch("(.-)\n") do
    self:tell(0, line)
    if settings.on and settings.buffered == "debugging" and
        (not prefix or settings["debug-trace"]) then
      self:store((prefix and settings.timestamp and self:stamp(time) or "") ..
                 (prefix or "") .. line, SIZE)
    end
  end
end

return log
