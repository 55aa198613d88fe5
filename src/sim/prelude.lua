-- Runs before every device program: what Lua leaves to chance is fixed here.

local raw_next = next

-- pairs() in the order of the keys, numbers first: the same in every run.
function pairs(t)
  local keys = {}
  for k in raw_next, t do
    keys[#keys + 1] = k
  end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then
      return a < b
    end
    return type(a) == "number"
  end)
  local i = 0
  return function()
    i = i + 1
    if keys[i] ~= nil then
      return keys[i], t[keys[i]]
    end
  end
end
