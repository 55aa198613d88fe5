-- The router under diagnosis, as lab.lua runs it, in the words of an IX.

local config = include("config")
local lab = include("lab")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")

local HISTORY = 1800    -- seconds that a line is down when nobody saw it go

local world = {}
local vendor = {write = config.write, read = parse.read, lan = site.lan}

function vendor.text(cfg)
  return table.concat(config.lines(cfg), "\n")
end

function vendor.make(w, name, r)
  return site.make(r, w.trees[name])
end

function vendor.notice(w, name, kind, fields, time)
  if name == "local" then
    fields.wan = w.model.ends["local"].wan or "GigaEthernet0.0"
    w.log:notice(w.read["local"].logging, time, kind, fields)
  end
end

local function connected(line)
  return line.pppoe == "up" and line.link
end

function vendor.changed(w, name, before, after)
  if name == "local" and connected(before.line) and
      not connected(after.line) then
    w.line_lost = w.model.time
    vendor.notice(w, name, "session_stop", {session = 3}, w.model.time)
  end
end

function vendor.old_noise(w)
  w.log:old_noise(w.read["local"].logging, w.trees.peer.line.address,
                  w:line().address, w.model.ends["local"].wan)
end

-- The PPPoE counters since the line was lost.
local function discovery(w)
  local lost = w.line_lost or w.model.time - HISTORY
  local tries = math.floor((w.model.time - lost) / 10) + 1
  local state = w:line().pppoe
  if not w:line().link then
    return {padi = 0, pado = 0, padr = 0, pads = 0}
  elseif state == "up" then
    return {padi = 1, pado = 1, padr = 1, pads = 1}
  elseif state == "no-answer" then
    return {padi = tries, pado = 0, padr = 0, pads = 0}
  end
  return {padi = tries, pado = tries, padr = tries, pads = tries}
end

function world.new(scenario, knobs)
  return lab.new{
    scenario = scenario, knobs = knobs, vendor = vendor,
    nets = network.build(scenario, knobs), log = log.new(lab.clock),
    boot = -595000, with = {discovery = discovery},
  }
end

return world
