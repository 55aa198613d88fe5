-- The log: the buffer, and what goes to whoever watches.

local dates = include("dates")

local syslog = include("syslog")

local log = syslog.class()

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

-- One message (of several lines, maybe); level 7 is a debug line.
function log:add(r, time, boot, level, text)
  if r.logging.off then
    return
  end
  local stamped = self:stamp(r, level == 7 and "debug" or "log", time, boot) ..
      text
  local b = r.logging.buffered
  if b and level <= log.rank(b.level) then
    for line in (stamped .. "\n"):gmatch("(.-)\n") do
      self:store(line, b.size)
    end
  end
  self:tell(level, stamped)
end

return log
