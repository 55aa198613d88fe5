-- ping, as a firewall has it: from an interface, without a choice of DF.

local cidr = include("cidr")

local ping = {}

-- {dest, source, size, count}, or nil. "ping [IF] [tcp] A [size N] [repeat N]".
function ping.parse(w, words)
  local o = {size = 100, count = w.pix and 3 or 5}
  local i = 2
  local from = w.read["local"].interfaces[words[2] or ""]
  if from then
    o.source, i = from.address, 3
  end
  o.dest = words[i]
  if not o.dest or not cidr.number(o.dest) then
    return nil
  end
  i = i + 1
  while words[i] do
    local n = tonumber(words[i + 1])
    if not n then
      return nil
    elseif ("size"):sub(1, #words[i]) == words[i] then
      o.size = n
    elseif ("repeat"):sub(1, #words[i]) == words[i] then
      o.count = n
    elseif ("timeout"):sub(1, #words[i]) ~= words[i] then
      return nil
    end
    i = i + 2
  end
  return o
end

local function one(w, o, first)
  w.model:advance(now())
  local answered, why = w:ping{dest = o.dest, source = o.source,
                               size = o.size, urgent = first}
  wait(answered and 20 or 200)
  return answered, why
end

local function run_pix(w, o)
  for seq = 1, o.count do
    if one(w, o, seq == 1) then
      say("\t%s response received -- 10ms", o.dest)
    else
      say("\t%s NO response received -- 1000ms", o.dest)
    end
  end
end

function ping.run(w, o)
  if w.pix then
    run_pix(w, o)
    return
  end
  say("Type escape sequence to abort.")
  say("Sending %d, %d-byte ICMP Echos to %s, timeout is 2 seconds:", o.count,
      o.size, o.dest)
  local received = 0
  for seq = 1, math.min(o.count, 200) do
    local answered, why = one(w, o, seq == 1)
    received = received + (answered and 1 or 0)
    out(answered and "!" or "?")
    if not answered and why == "no-route" then
      wait(0)
    end
  end
  say("")
  if received > 0 then
    say("Success rate is %d percent (%d/%d), round-trip min/avg/max = " ..
        "1/2/10 ms", received * 100 // o.count, received, o.count)
  else
    say("Success rate is 0 percent (0/%d)", o.count)
  end
end

return ping
