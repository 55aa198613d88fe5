-- ping ADDRESS [source ADDRESS|INTERFACE] [size N] [count N] [df]

local cidr = include("cidr")
local site = include("site")

local ping = {}

local function options(w, words)
  local o = {dest = words[2], size = 56, count = 5}
  local i = 3
  while words[i] do
    if words[i] == "df" or words[i] == "df-bit" then
      o.df = true
    elseif words[i] == "source" then
      i = i + 1
      local name = words[i] or ""
      local address = site.address(w.read["local"], w:line(), name)
      o.source = address and address:match("^[%d.]+") or name
      o.bad = not cidr.number(o.source)
    elseif words[i] == "size" or words[i] == "count" then
      o[words[i]] = tonumber(words[i + 1])
      i = i + 1
    else
      o.bad = true
    end
    i = i + 1
  end
  o.bad = o.bad or not o.dest or not cidr.number(o.dest) or
      not o.size or not o.count
  return o
end

local function one(w, o, seq)
  w.model:advance(now())
  local answered, why = w:ping{dest = o.dest, source = o.source,
                               size = o.size + 28, df = o.df,
                               urgent = seq == 0}
  if answered then
    say("%d bytes from %s: icmp_seq=%d ttl=254 time=%d.%03d ms", o.size + 8,
        o.dest, seq, 4 + seq % 3, (seq * 137) % 1000)
    wait(50)
    return 1
  end
  if why == "too-big" then
    say("icmp_seq=%d: packet too big, DF set", seq)
  end
  wait(200)
  return 0
end

function ping.run(w, words)
  local o = options(w, words)
  local received = 0
  if o.bad then
    say("%% %s -- Invalid command.", table.concat(words, " "))
    return
  end
  say("PING %s > %s %d data bytes", o.source or
      w.model.ends["local"].address or "0.0.0.0", o.dest, o.size)
  for seq = 0, math.min(o.count, 100) - 1 do
    received = received + one(w, o, seq)
  end
  say("")
  say("--- %s ping statistics ---", o.dest)
  say("%d packets transmitted, %d packets received, %d%% packet loss",
      o.count, received, o.count > 0 and
      (o.count - received) * 100 // o.count or 0)
  if received > 0 then
    say("round-trip (ms)  min/avg/max = 4.000/5.200/6.411")
  end
end

return ping
