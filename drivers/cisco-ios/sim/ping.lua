-- ping and traceroute, in one line or as a dialogue.

local cidr = include("cidr")

local ping = {}

-- An address of our own by that name (as short as people type it) or number.
local function own_address(w, word)
  local letters, digits = (word or ""):match("^(%a+)([%d/.]*)$")
  for name, i in pairs(w.read["local"].interfaces) do
    local full, number = name:match("^(%a+)([%d/.]*)$")
    if i.address and (i.address == word or letters and number == digits and
        full:lower():sub(1, #letters) == letters:lower()) then
      return i.address
    end
  end
  return nil
end

local OPTIONS = {"source", "size", "repeat", "timeout", "df-bit"}

local function option(word)
  for _, o in ipairs(OPTIONS) do
    if word ~= "" and o:sub(1, #word) == word then
      return o
    end
  end
end

-- {dest, source, size, count, df}, or nil and the word that does not fit.
function ping.parse(w, words)
  local i = words[2] == "ip" and 3 or 2
  local o = {dest = words[i], size = 100, count = 5}
  if not o.dest or not cidr.number(o.dest) then
    return nil, i
  end
  i = i + 1
  while words[i] do
    local name = option(words[i])
    if name == "df-bit" then
      o.df = true
    elseif name == "source" then
      local word = words[i + 1] or ""
      if words[i + 2] and words[i + 2]:match("^%d+[%d/.]*$") and
          word:match("^%a+$") then
        word, i = word .. words[i + 2], i + 1
      end
      o.source = own_address(w, word)
      o.bad_source = not o.source
      i = i + 1
    elseif name then
      local n = tonumber(words[i + 1])
      if not n then
        return nil, i + 1
      end
      o[name == "repeat" and "count" or name] = n
      i = i + 1
    else
      return nil, i
    end
    i = i + 1
  end
  return o
end

local SYMBOLS = {["too-big"] = "M"}

local function one(w, o, first)
  w.model:advance(now())
  local answered, why = w:ping{
    dest = o.dest, source = o.source, size = o.size, df = o.df,
    urgent = first,
  }
  if answered then
    w:icmp(string.format("ICMP: echo reply rcvd, src %s, dst %s", o.dest,
                         o.source or w:address_towards(o.dest)))
    wait(20)
    return "!"
  end
  if why == "too-big" then
    w:icmp(string.format("ICMP: dst (%s): frag. needed and DF set", o.dest))
  end
  wait(why == "too-big" and 20 or 200)
  return why == "no-route" and "." or SYMBOLS[why] or "."
end

function ping.run(w, o)
  if o.bad_source then
    say("%% Invalid source. Must use same-VRF IP address or full interface " ..
        "name without spaces (e.g. Serial0/1)")
    return
  end
  say("Type escape sequence to abort.")
  say("Sending %d, %d-byte ICMP Echos to %s, timeout is 2 seconds:",
      o.count, o.size, o.dest)
  if o.source then
    say("Packet sent with a source address of %s ", o.source)
  end
  if o.df then
    say("Packet sent with the DF bit set")
  end
  local received, line = 0, 0
  for seq = 1, math.min(o.count, 200) do
    local symbol = one(w, o, seq == 1)
    received = received + (symbol == "!" and 1 or 0)
    out(symbol)
    line = line + 1
    if line == 70 then
      say("")
      line = 0
    end
  end
  say("")
  if received > 0 then
    say("Success rate is %d percent (%d/%d), round-trip min/avg/max = " ..
        "1/3/8 ms", received * 100 // o.count, received, o.count)
  else
    say("Success rate is 0 percent (0/%d)", o.count)
  end
end

-- The questions of the dialogue: {prompt, key, default}.
local QUESTIONS = {
  {"Protocol [ip]: ", "protocol"},
  {"Target IP address: ", "dest"},
  {"Repeat count [5]: ", "count", number = true},
  {"Datagram size [100]: ", "size", number = true},
  {"Timeout in seconds [2]: ", "timeout", number = true},
  {"Extended commands [n]: ", "extended"},
  {"Source address or interface: ", "source", extended = true},
  {"Type of service [0]: ", "tos", extended = true},
  {"Set DF bit in IP header? [no]: ", "df", extended = true},
  {"Validate reply data? [no]: ", "validate", extended = true},
  {"Data pattern [0xABCD]: ", "pattern", extended = true},
  {"Loose, Strict, Record, Timestamp, Verbose[none]: ", "options",
   extended = true},
  {"Sweep range of sizes [n]: ", "sweep"},
}

function ping.dialogue()
  return {at = 1, o = {size = 100, count = 5}}
end

function ping.question(d)
  return QUESTIONS[d.at][1]
end

local function yes(text)
  return text:lower():sub(1, 1) == "y"
end

-- Takes an answer; true when all is known, false when it was senseless.
function ping.answer(w, d, text)
  local q = QUESTIONS[d.at]
  if q[2] == "dest" and not cidr.number(text) then
    say("%% Bad IP address")
    return nil
  elseif q[2] == "dest" then
    d.o.dest = text
  elseif q.number and tonumber(text) then
    d.o[q[2]] = tonumber(text)
  elseif q[2] == "extended" then
    d.extended = yes(text)
  elseif q[2] == "df" then
    d.o.df = yes(text)
  elseif q[2] == "source" and text ~= "" then
    d.o.source = own_address(w, text)
    d.o.bad_source = not d.o.source
  end
  repeat
    d.at = d.at + 1
  until not QUESTIONS[d.at] or not QUESTIONS[d.at].extended or d.extended
  return QUESTIONS[d.at] == nil
end

function ping.traceroute(w, dest)
  say("Type escape sequence to abort.")
  say("Tracing the route to %s", dest)
  say("VRF info: (vrf in name/id, vrf out name/id)")
  w.model:advance(now())
  local gateway = w:gateway(dest)
  if not gateway then
    say("  1  *  *  * ")
    return
  end
  say("  1 %s 4 msec 4 msec 4 msec", gateway)
  if w:ping{dest = dest, size = 28} then
    say("  2 %s 8 msec *  8 msec", dest)
  else
    for hop = 2, 4 do
      wait(100)
      say("  %d  *  *  * ", hop)
    end
  end
end

return ping
