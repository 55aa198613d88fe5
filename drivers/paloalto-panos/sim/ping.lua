-- ping [count N] [size N] [do-not-fragment yes] [source A] host B

local cidr = include("cidr")

local ping = {}

local FOREVER = 20      -- without a count: until somebody interrupts it
local NUMBERS = {count = true, size = true, interval = true, ttl = true}
local WORDS = {source = true, host = true, ["do-not-fragment"] = true,
               ["bypass-routing"] = true, ["inet6"] = true}

local function options(words)
  local o = {size = 56, count = FOREVER}
  for i = 2, #words, 2 do
    local word, value = words[i], words[i + 1]
    if NUMBERS[word] and tonumber(value) then
      o[word] = tonumber(value)
    elseif WORDS[word] and value then
      o[word] = value
    else
      return nil
    end
  end
  return o.host and o
end

local function one(w, o, seq)
  w.model:advance(now())
  if w:ping{dest = o.host, source = o.source, size = o.size + 28,
            df = o["do-not-fragment"] == "yes", urgent = seq == 1} then
    say("%d bytes from %s: icmp_seq=%d ttl=63 time=%d.%d ms", o.size + 8,
        o.host, seq, 3 + seq % 3, (seq * 137) % 10)
    wait(100)
    return 1
  end
  wait(300)
  return 0
end

function ping.run(w, words)
  local o = options(words)
  if not o then
    say("Invalid syntax.")
    return
  end
  if not cidr.number(o.host) then
    say("ping: unknown host %s", o.host)
    return
  end
  say("PING %s (%s)%s %d(%d) bytes of data.", o.host, o.host, o.source and
      " from " .. o.source .. " :" or "", o.size, o.size + 28)
  local received, count = 0, math.min(o.count, 100)
  for seq = 1, count do
    received = received + one(w, o, seq)
  end
  say("")
  say("--- %s ping statistics ---", o.host)
  say("%d packets transmitted, %d received, %d%% packet loss, time %dms",
      count, received, count > 0 and (count - received) * 100 // count or 0,
      count * 1000)
  if received > 0 then
    say("rtt min/avg/max/mdev = 3.1/4.2/5.9/0.6 ms")
  end
  say("")
end

return ping
