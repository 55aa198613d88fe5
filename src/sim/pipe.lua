-- "show X | include Y": what of a reply is printed.

local pipe = {}

local WORDS = {"include", "exclude", "begin", "section", "grep"}

-- The command without its pipe, and what the pipe wants: a word of WORDS and a
-- pattern; or only the line.
function pipe.split(line)
  local bare, how, text = line:match("^(.-)%s*|%s*(%a+)%s+(.-)%s*$")
  for _, word in ipairs(bare and WORDS or {}) do
    if word:sub(1, #how) == how then
      return bare, word == "grep" and "include" or word, text
    end
  end
  return line
end

-- A pattern as Lua's: . and .*, _ for what stands between words, alternatives.
local function matcher(text)
  local list = {}
  for part in (text .. "|"):gmatch("(.-)|") do
    part = part:gsub("[%%%-%+%?%[%]%(%)]", "%%%0"):gsub("%.%*", ".-")
    list[#list + 1] = part:gsub("_", "[ ,{}()_]")
  end
  return function(line)
    for _, pattern in ipairs(list) do
      if line:find(pattern) then
        return true
      end
    end
    return false
  end
end

-- Parts whose first line fits, with the deeper lines below it.
local function section(fits)
  local on, depth = false, nil
  return function(line)
    local indent = #line:match("^ *")
    if fits(line) and (not depth or indent <= depth) then
      on, depth = true, indent
    elseif depth and indent <= depth then
      on, depth = false, nil
    end
    return on
  end
end

local function begin(fits)
  local on = false
  return function(line)
    on = on or fits(line)
    return on
  end
end

-- What run() prints.
function pipe.capture(run)
  local real, text = out, {}
  out = function(t)
    text[#text + 1] = t
  end
  local done = run()
  out = real
  return table.concat(text), done
end

function pipe.print(text, how, pattern)
  local fits = matcher(pattern)
  local shown = fits
  if how == "section" then
    shown = section(fits)
  elseif how == "begin" then
    shown = begin(fits)
  elseif how == "exclude" then
    shown = function(line) return not fits(line) end
  end
  for line in text:gmatch("(.-)\n") do
    if shown(line) then
      out(line .. "\n")
    end
  end
end

return pipe
