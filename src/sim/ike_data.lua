-- Packets: through the tunnel, and past it: see ike.lua.

local cidr = include("cidr")
local fit = include("ike_fit")
local M = include("ike_core")

local ESP_OVERHEAD = 58

function M:outbound(name, map)
  local found
  for _, sa in ipairs(self:sas(name)) do
    if sa.dir == "out" and sa.map == map then
      found = sa
    end
  end
  return found
end

local function every(t, key, n)
  if not n then
    return false
  end
  t[key] = (t[key] or 0) + 1
  return t[key] % n == 0
end

-- A packet that an SA protected or opened: {packets, bytes, last} of it.
local function tally(self, sa, packet)
  sa.packets = (sa.packets or 0) + 1
  sa.bytes = (sa.bytes or 0) + packet.size
  sa.last = self.time
end

-- What the receiving end does with an ESP packet: the SA that it belongs to,
-- or nil.
local function find_inbound(self, name, spi)
  for _, sa in ipairs(self:sas(name)) do
    if sa.dir == "in" and sa.spi == spi then
      return sa
    end
  end
end

local function receive(self, name, sa, src, path, packet)
  local e, st = self.ends[name], self.state[name]
  local known = find_inbound(self, name, sa.spi)
  if not known then
    st.esp.not_found = st.esp.not_found + 1
    self:emit(name, "unknown_spi", {spi = sa.spi, peer = src})
    return false
  end
  local flow = self:flow(name, known.map)
  if every(st, "corrupted", path.corrupt) then
    st.esp.invalid_icv = st.esp.invalid_icv + 1
    flow.invalid_icv = flow.invalid_icv + 1
    self:emit(name, "bad_icv", {peer = src, sa = known})
    return false
  end
  if e.anti_replay and every(st, "reordered", path.reorder) then
    st.esp.replay = st.esp.replay + 1
    flow.replay = flow.replay + 1
    self:emit(name, "replayed", {peer = src, sa = known})
    return false
  end
  st.esp.succeeded = st.esp.succeeded + 1
  flow.received = flow.received + 1
  tally(self, known, packet)
  return true
end

-- Protects a packet, carries it, and opens it at the other end.
function M:esp(link, from, to, sa, packet)
  local f, path = self.ends[from], link.path
  if every(self.state[from], "overloaded", f.manner.overload) then
    self:emit(from, "congested", packet)
    return false
  end
  self.state[from].esp.sent = self.state[from].esp.sent + 1
  local flow = self:flow(from, sa.map)
  flow.sent = flow.sent + 1
  tally(self, sa, packet)
  if path.mtu and (packet.df or path.no_fragments) and
      packet.size + (f.overhead or ESP_OVERHEAD) > path.mtu then
    return false
  end
  if path.nat and not sa.natt then
    return false
  end
  if not self:carry(link, from, to, sa.natt and "udp" or "esp",
                    sa.natt and 4500 or nil) then
    return false
  end
  return receive(self, to, sa, self:address(link, from), path,
                 packet)
end

-- The SA that an end puts its packets into.
local function sending_sa(self, name, map)
  local sa = self:outbound(name, map)
  if self.ends[name].manner.oldest_sa and self.state[name].stuck then
    return self.state[name].stuck
  end
  return sa
end

-- Makes an end keep to the SA it has now, whatever comes later.
function M:stick(name)
  for _, sa in ipairs(self:sas(name)) do
    if sa.dir == "out" then
      self.state[name].stuck = sa
    end
  end
end

function M:link_to(name, dest)
  for _, link in ipairs(self.links) do
    local far = link.a == name and "b" or link.b == name and "a"
    if far and cidr.contains(link.nets[far], dest) then
      return link, far == "b" and link.b or link.a
    end
  end
end

-- The link to the router that a map names, else to the one behind which an
-- address is.
local function link_of_map(self, name, map, dest)
  for _, link in ipairs(self.links) do
    local other = M.other(link, name)
    if other and self:owns(link, other, map.peer) then
      return link, other
    end
  end
  return self:link_to(name, dest)
end

local function cross(self, name, packet, map, link, other)
  local sa = sending_sa(self, name, map.name)
  if not sa then
    local flow = self:flow(name, map.name)
    flow.no_sa = flow.no_sa + 1
    self:emit(name, "no_sa", packet)
    self:trigger(name, link, map, packet.urgent)
    return false, "no-sa"
  end
  local came, why = self:esp(link, name, other, sa, packet)
  local accepts = self.ends[other].accepts
  if came and accepts then
    why = accepts(packet, self:address(link, name))
    if why then
      self:emit(other, "not_accepted", {packet = packet, why = why})
      return false, why
    end
  end
  return came, why, other
end

-- An end that itself selects what it encrypts, by lists on its interface.
local function packet_by_list(self, name, packet)
  local map, why = self.ends[name].select(packet)
  if not map then
    return false, why
  end
  local link, other = link_of_map(self, name, map, packet.dest)
  if not link then
    return false, "no-link"
  end
  if packet.df and packet.size + (self.ends[name].overhead or ESP_OVERHEAD) >
      (map.mtu or 1500) then
    return false, "too-big"
  end
  return cross(self, name, packet, map, link, other)
end

-- A packet {src, dest, size, df, urgent} from behind an end. Gives true, nil
-- and the end where it came out, else false and why.
function M:packet(name, packet)
  local e = self.ends[name]
  if e.select then
    return packet_by_list(self, name, packet)
  end
  local out = e.route(packet.dest)
  local tunnel = out and e.tunnels[out]
  if not out then
    return false, "no-route"
  end
  if not tunnel then
    return false, "clear"
  end
  local link, other = self:link_to(name, packet.dest)
  local map = tunnel.map and e.maps[tunnel.map]
  if tunnel.shutdown or not link then
    return false, "tunnel-down"
  end
  if not map or not fit.covers(e, map, packet.src, packet.dest) then
    self:emit(name, "no_policy", packet)
    return false, "no-policy"
  end
  if packet.df and packet.size > (tunnel.mtu or 1500) then
    return false, "too-big"
  end
  return cross(self, name, packet, map, link, other)
end

-- A request from a host behind one end to one behind the other, and its
-- answer back.
function M:echo(name, packet)
  local sent, why, at = self:packet(name, packet)
  if not sent then
    return false, why
  end
  local link, other = self:link_to(name, packet.dest)
  if at ~= other then
    return false, "elsewhere"
  end
  local far = link.hosts[M.side(link, other)]
  if far and far.silent and not packet.router then
    return false, "silent"
  end
  return self:packet(other, {src = packet.dest, dest = packet.src,
                             size = packet.size, df = packet.df})
end

-- Does a router answer an echo request over the path itself?
function M:ping(link, from, to)
  return self:reaches(link, from, to) and self:reaches(link, to, from) and
      not self.ends[from].blocks("in", "icmp", nil, nil) and
      not M.dropped(link, from, "icmp") and not M.dropped(link, to, "icmp") and
      not self.ends[to].manner.no_ping
end

-- Hosts behind an end talk every so many seconds, after the first pause,
-- until a time (or always).
function M:talk(name, packet, interval, first, last)
  self:spawn(function()
    M.sleep(first)
    while not last or self.time < last do
      self:echo(name, packet)
      M.sleep(interval)
    end
  end)
end
