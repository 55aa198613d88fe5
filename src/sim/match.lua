-- Command lines against a table of commands, with abbreviations.
--
-- A command is {"show ike sa", run, ...}; the word "*" takes any word, "..."
-- at the end takes the rest of the line.

local match = {}

function match.words(line)
  local list = {}
  for w in line:gmatch("%S+") do
    list[#list + 1] = w
  end
  return list
end

local function starts(word, with)
  return word:sub(1, #with) == with
end

local patterns = {}

local function pattern_of(text)
  patterns[text] = patterns[text] or match.words(text)
  return patterns[text]
end

-- How far the typed words fit (a count), whether the command is complete,
-- whether each word is exact, and the words spelt out.
local function fit(typed, pattern)
  local full, exact = {}, true
  for i, w in ipairs(typed) do
    local p = pattern[i]
    if p == "..." then
      for j = i, #typed do
        full[j] = typed[j]
      end
      return #typed, true, exact, full
    end
    if p == "*" then
      full[i] = w
    elseif p and starts(p, w) then
      exact = exact and p == w
      full[i] = p
    else
      return i - 1, false, exact, full
    end
  end
  local next_word = pattern[#typed + 1]
  return #typed, next_word == nil or next_word == "...", exact, full
end

-- The command that the line means, and the line spelt out. Else nil, why
-- ("invalid", "incomplete", "ambiguous") and the line up to where it went
-- wrong.
function match.find(commands, line)
  local typed = match.words(line)
  local found, full, longest = {}, nil, 0
  local incomplete = false
  for _, c in ipairs(commands) do
    local n, complete, exact, spelt = fit(typed, pattern_of(c[1]))
    longest = math.max(longest, n)
    if n == #typed and complete then
      if exact then
        return c, table.concat(spelt, " ")
      end
      found[#found + 1], full = c, full or spelt
    end
    incomplete = incomplete or n == #typed
  end
  if #found == 1 then
    return found[1], table.concat(full, " ")
  end
  if #found > 1 then
    return nil, "ambiguous", line
  end
  if incomplete then
    return nil, "incomplete", line
  end
  return nil, "invalid",
      table.concat(typed, " ", 1, math.min(longest + 1, #typed))
end

-- Adds commands to a list.
function match.join(list, more)
  return table.move(more, 1, #more, #list + 1, list)
end

-- Where a line's last word begins that stands in part of it (see find): the
-- column for a mark, from 0.
function match.column(line, part)
  local n, at = #match.words(part), 0
  for start in line:gmatch("()%S+") do
    at = at + 1
    if at == n then
      return start - 1
    end
  end
  return 0
end

return match
