-- IPv4 addresses and networks as text.

local cidr = {}

-- What was read before: the same few texts come again and again.
local numbers, nets = {}, {}

local function number(address)
  local a, b, c, d = address:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if not a then
    return nil
  end
  return ((a * 256 + b) * 256 + c) * 256 + d
end

function cidr.number(address)
  local n = numbers[address]
  if n == nil then
    n = number(address) or false
    numbers[address] = n
  end
  return n or nil
end

function cidr.text(n)
  return string.format("%d.%d.%d.%d", n >> 24 & 255, n >> 16 & 255,
                       n >> 8 & 255, n & 255)
end

-- The network's number, mask and length; "any" and "default" are all.
local function parse(net)
  if net == "any" or net == "default" then
    return 0, 0, 0
  end
  local address, length = net:match("^([%d.]+)/(%d+)$")
  address, length = address or net, tonumber(length or 32)
  local n = cidr.number(address)
  if not n or length > 32 then
    return nil
  end
  local mask = length == 0 and 0 or (0xffffffff << (32 - length)) & 0xffffffff
  return n & mask, mask, length
end

function cidr.parse(net)
  local known = nets[net]
  if not known then
    known = {parse(net)}
    nets[net] = known
  end
  return known[1], known[2], known[3]
end

function cidr.contains(net, address)
  local known = nets[net]
  if not known then
    cidr.parse(net)
    known = nets[net]
  end
  local a = numbers[address] or cidr.number(address)
  return a ~= nil and known[1] ~= nil and (a & known[2]) == known[1]
end

-- The network of an address "A.B.C.D/N", in the same form.
function cidr.net(address)
  local n, _, length = cidr.parse(address)
  return cidr.text(n) .. "/" .. length
end

-- Of routes (each with dest, a network) the one that fits an address best.
function cidr.longest(routes, address)
  local best, length = nil, -1
  for _, route in ipairs(routes) do
    local _, _, n = cidr.parse(route.dest)
    if n and n > length and cidr.contains(route.dest, address) then
      best, length = route, n
    end
  end
  return best
end

-- Whose network an address lies in, of a router's own addresses "A.B.C.D/N":
-- "self" (its address), "host", or nil.
function cidr.near(own, address)
  for _, a in ipairs(own) do
    if cidr.contains(a, address) then
      return a:match("^[%d.]+") == address and "self" or "host"
    end
  end
  return nil
end

return cidr
