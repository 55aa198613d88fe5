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
  local n, mask = cidr.parse(net)
  local a = cidr.number(address)
  return n ~= nil and a ~= nil and (a & mask) == n
end

return cidr
