-- Runs before every device program: what Lua leaves to chance is fixed here,
-- and what all of them say with.

local raw_next = next

-- A line, as string.format makes it.
function say(fmt, ...)
  out(string.format(fmt, ...) .. "\n")
end

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
