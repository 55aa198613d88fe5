-- Calendar arithmetic; times are seconds of local wall time since 1970.

local dates = {}

local months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
                "Sep", "Oct", "Nov", "Dec"}
local long_months = {"January", "February", "March", "April", "May", "June",
                     "July", "August", "September", "October", "November",
                     "December"}
local days = {"Thursday", "Friday", "Saturday", "Sunday", "Monday",
              "Tuesday", "Wednesday"}

-- Seconds of a date; the algorithm counts days from March, in 400 years.
function dates.seconds(y, m, d, hour, min, sec)
  if m <= 2 then
    y = y - 1
  end
  local era = y // 400
  local yoe = y - era * 400
  local doy = (153 * ((m + 9) % 12) + 2) // 5 + d - 1
  local doe = yoe * 365 + yoe // 4 - yoe // 100 + doy
  return (era * 146097 + doe - 719468) * 86400 + hour * 3600 + min * 60 + sec
end

function dates.split(seconds)
  seconds = math.floor(seconds)
  local day = seconds // 86400
  local rest = seconds - day * 86400
  local z = day + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local m = mp < 10 and mp + 3 or mp - 9
  return {
    year = yoe + era * 400 + (m <= 2 and 1 or 0), month = m,
    day = doy - (153 * mp + 2) // 5 + 1, hour = rest // 3600,
    min = rest // 60 % 60, sec = rest % 60, month_name = months[m],
    long_month = long_months[m], weekday = days[day % 7 + 1],
  }
end

return dates
