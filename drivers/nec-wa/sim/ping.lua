-- ping ADDRESS [source ADDRESS|INTERFACE] [size N] [count N] [df]
-- No source shows it: plausible only.

local cidr = include("cidr")
local site = include("site")

local ping = {}

local NUMBERS = {size = true, count = true}

local function options(w, words)
  local o = {dest = words[2], size = 56, count = 5}
  local i = 3
  while words[i] do
    local value = words[i + 1] or ""
    if words[i] == "df" then
      o.df = true
      i = i - 1
    elseif words[i] == "source" then
      o.source = value:match("^%d") and value or
          (site.address(w.read["local"], w:line(), value) or ""):match(
          "^[%d.]+")
      o.bad = o.bad or not o.source
    elseif NUMBERS[words[i]] and tonumber(value) then
      o[words[i]] = tonumber(value)
    else
      o.bad = true
    end
    i = i + 2
  end
  return o
end

local function one(w, o, seq)
  w.model:advance(now())
  if w:ping{dest = o.to, source = o.source, size = o.size + 28, df = o.df,
            urgent = seq == 0} then
    say("%d bytes from %s: seq=%d ttl=62 time=%d.%03d ms", o.size + 8, o.to,
        seq, 38 + seq % 5, (seq * 137) % 1000)
    wait(50)
    return 1
  end
  wait(200)
  return 0
end

function ping.run(w, words)
  local o = options(w, words)
  o.to = o.dest and (w:line().names[o.dest] or o.dest)
  if o.bad or not o.to or not cidr.number(o.to) then
    say("%% Invalid parameter.")
    return
  end
  say("PING %s (%s): %d data bytes", o.dest, o.to, o.size)
  local received, count = 0, math.min(o.count, 100)
  for seq = 0, count - 1 do
    received = received + one(w, o, seq)
  end
  say("")
  say("--- %s ping statistics ---", o.dest)
  say("%d packets transmitted, %d packets received, %d%% packet loss", count,
      received, count > 0 and (count - received) * 100 // count or 0)
end

return ping
