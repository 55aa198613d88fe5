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

-- What the commands expect as word i, of those that fit so far: each word of
-- theirs with the commands that go on with it ("*" and "..." are such words).
local function expected(commands, i)
  local words, order = {}, {}
  for _, c in ipairs(commands) do
    local p = pattern_of(c[1])
    local word = p[i] or p[#p] == "..." and "..." or nil
    if word and not words[word] then
      words[word] = {}
      order[#order + 1] = word
    end
    table.insert(word and words[word] or {}, c)
  end
  return words, order
end

-- The word that is meant: as it is typed, else the only one that begins so.
local function meant(words, order, typed)
  if words[typed] and typed ~= "*" and typed ~= "..." then
    return typed
  end
  local found
  for _, word in ipairs(order) do
    if word ~= "*" and word ~= "..." and starts(word, typed) then
      if found then
        return nil, "ambiguous"
      end
      found = word
    end
  end
  return found or words["*"] and "*" or words["..."] and "...", "invalid"
end

-- Commands that may end after n words; those without "..." first.
local function complete(commands, n)
  local open
  for _, c in ipairs(commands) do
    local p = pattern_of(c[1])
    if #p == n and p[n] ~= "..." then
      return c
    elseif p[n + 1] == "..." or p[#p] == "..." and #p <= n then
      open = open or c
    end
  end
  return open
end

-- The command that the line means, and the line spelt out. Else nil, why
-- ("invalid", "incomplete", "ambiguous") and the line up to where it went
-- wrong. Each word is settled in its place, as the devices do it.
function match.find(commands, line)
  local typed, full = match.words(line), {}
  for i, w in ipairs(typed) do
    local words, order = expected(commands, i)
    local word, why = meant(words, order, w)
    if not word then
      return nil, why, why == "ambiguous" and line or
          table.concat(typed, " ", 1, i)
    end
    commands = words[word]
    full[i] = (word == "*" or word == "...") and w or word
  end
  local c = complete(commands, #typed)
  if c then
    return c, table.concat(full, " ")
  end
  return nil, "incomplete", line
end

-- What may follow: the words, in order; "<cr>" where the line may end. The
-- last word of a line that does not end in a blank is only begun.
function match.help(commands, line)
  local typed, list = match.words(line), {}
  local begun = line:match("%S$") and table.remove(typed) or ""
  for i, w in ipairs(typed) do
    local words, order = expected(commands, i)
    local word, why = meant(words, order, w)
    if not word then
      return nil, why
    end
    commands = words[word]
  end
  for _, word in ipairs((select(2, expected(commands, #typed + 1)))) do
    if word == "*" or word == "..." then
      list[#list + 1] = begun == "" and "WORD" or nil
    elseif starts(word, begun) then
      list[#list + 1] = word
    end
  end
  table.sort(list)
  if begun == "" and #typed > 0 and complete(commands, #typed) then
    list[#list + 1] = "<cr>"
  end
  return list
end

-- The same as a text to print; invalid: when nothing fits.
function match.help_text(commands, line, invalid)
  local list = match.help(commands, line)
  if not list or #list == 0 then
    return invalid .. "\n"
  end
  return "  " .. table.concat(list, "\n  ") .. "\n"
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
