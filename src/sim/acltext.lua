-- Lines of access lists as Cisco's devices write them.

local cidr = include("cidr")
local match = include("match")

local acltext = {}

local PORTS = {isakmp = 500, ["non500-isakmp"] = 4500, telnet = 23, www = 80}

local function bits(n)
  local count = 0
  while n ~= 0 do
    n, count = n & (n - 1), count + 1
  end
  return count
end

-- "A mask" -> "A/N"; wild: the mask is inverted.
function acltext.net(address, mask, wild)
  local m, a = cidr.number(mask or ""), cidr.number(address or "")
  if not m or not a then
    return nil
  end
  if wild then
    m = m ~ 0xffffffff
  end
  return cidr.text(a & m) .. "/" .. bits(m)
end

-- One side of a rule from word i: the network, the port, and what follows.
local function side(w, i, wild)
  local net
  if w[i] == "any" or w[i] == "any4" then
    net, i = "any", i + 1
  elseif w[i] == "host" then
    net, i = (w[i + 1] or "") .. "/32", i + 2
  else
    net, i = acltext.net(w[i], w[i + 1], wild), i + 2
  end
  local port
  if w[i] == "eq" then
    port = PORTS[w[i + 1]] or tonumber(w[i + 1])
    i = i + 2
  end
  return net, port, i
end

-- "permit ip 10.1.0.0 0.0.0.255 host 10.2.0.1": {action, proto, src, dest,
-- sport, dport, text, log, icmp (its type)}, or nil.
function acltext.read(text, wild)
  local w = match.words(text)
  local r, i = {action = w[1], proto = w[2], text = text}, nil
  if w[1] == "remark" or not w[3] then
    return nil
  end
  r.src, r.sport, i = side(w, 3, wild)
  if not r.src then
    return nil
  end
  r.dest, r.dport, i = side(w, i, wild)
  r.log = text:match(" log$") ~= nil
  r.icmp = r.proto == "icmp" and w[i] or nil
  return r.dest and r
end

return acltext
