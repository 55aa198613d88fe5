-- Trees that a scenario is made of: copies, patches over them, other names.

local tree = {}

function tree.copy(v)
  if type(v) ~= "table" then
    return v
  end
  local t = {}
  for k, x in pairs(v) do
    t[k] = tree.copy(x)
  end
  return t
end

-- Lays a patch over a tree; the word "delete" takes a branch away.
function tree.merge(t, patch)
  for k, v in pairs(patch or {}) do
    if v == "delete" then
      t[k] = nil
    elseif type(v) == "table" and type(t[k]) == "table" and #v == 0 then
      tree.merge(t[k], v)
    else
      t[k] = tree.copy(v)
    end
  end
end

-- names: list of {from, to}, longer ones before their parts.
function tree.rename_text(text, names)
  for _, pair in ipairs(names) do
    local from = pair[1]:gsub("%p", "%%%0")
    text = text:gsub(from, (pair[2]:gsub("%%", "%%%%")))
  end
  return text
end

function tree.rename(v, names)
  if type(v) == "string" then
    return tree.rename_text(v, names)
  elseif type(v) ~= "table" then
    return v
  end
  local t = {}
  for k, x in pairs(v) do
    local key = type(k) == "string" and tree.rename_text(k, names) or k
    t[key] = tree.rename(x, names)
  end
  return t
end

-- Patches of a scenario's part ("setup" or "causes") on a net {ends, paths}.
function tree.patch(net, part)
  for name in pairs(net.ends) do
    tree.merge(net.ends[name], part[name])
  end
  tree.merge(net.paths.peer, part.path)
  if net.paths.peer2 then
    tree.merge(net.paths.peer2, part.path2)
  end
end

-- Both states of a network: {sound = net, faulty = net}, of which the second
-- has the scenario's causes. o: {names: what "rename" makes of them, a list as
-- above, describe(net): what "japanese" adds}.
function tree.states(sound, scenario, knobs, o)
  tree.patch(sound, scenario.setup)
  local faulty = tree.copy(sound)
  tree.patch(faulty, scenario.causes)
  if knobs.japanese and o.describe then
    o.describe(sound)
    o.describe(faulty)
  end
  local both = {sound = sound, faulty = faulty}
  return knobs.rename and tree.rename(both, o.names) or both
end

-- A path of a net as ike.lua wants it.
function tree.path(t)
  local path = {}
  for k, v in pairs(t) do
    path[k] = v
  end
  path.drop = {}
  for _, what in ipairs(t.drop or {}) do
    path.drop[what] = true
  end
  return path
end

return tree
