-- The router under diagnosis, as lab.lua runs it, in the words of a WA.

local config = include("config")
local lab = include("lab")
local log = include("log")
local network = include("network")
local parse = include("parse")
local site = include("site")

local world = {}

local function connected(line)
  return line.sim and line.signal and line.address ~= nil
end

local vendor = {write = config.write, read = parse.read, lan = site.lan}

function vendor.text(cfg)
  return table.concat(config.lines(cfg), "\n")
end

function vendor.make(w, name, r)
  return site.make(r, w.trees[name])
end

function vendor.notice(w, name, kind, fields, time)
  if name == "local" then
    w.log:notice(time, kind, fields)
  end
end

function vendor.changed(w, name, before, after)
  local was, is = connected(before.line), connected(after.line)
  if name == "local" and was ~= is then
    w.log:add(w.model.time, "MOBILE", is and "line connected" or
              "line disconnected")
  end
end

function vendor.old_noise(w)
  w.log:old_noise(w.trees.peer.line.address or "192.0.2.99")
end

function world.new(scenario, knobs)
  return lab.new{
    scenario = scenario, knobs = knobs, vendor = vendor,
    nets = network.build(scenario, knobs), log = log.new(lab.clock),
    boot = -595000,
  }
end

return world
