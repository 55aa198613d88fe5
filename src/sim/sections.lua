-- A configuration as NEC's routers print it: a list of sections {head, lines};
-- a section without a head holds global lines. key(line): what makes two lines
-- one setting.

local sections = {}

function sections.begins(line, with)
  return line == with or line:sub(1, #with + 1) == with .. " "
end

-- The place of a line with this key in a list, or nil.
function sections.place(lines, name, key)
  for i, line in ipairs(lines) do
    if key(line) == name then
      return i
    end
  end
end

function sections.set(lines, line, key)
  lines[sections.place(lines, key(line), key) or #lines + 1] = line
end

-- All that begin so; was there any?
function sections.remove(lines, line)
  local removed = false
  for i = #lines, 1, -1 do
    if sections.begins(lines[i], line) then
      table.remove(lines, i)
      removed = true
    end
  end
  return removed
end

-- "shutdown" or "no shutdown", at the end.
function sections.toggle(lines, line)
  sections.remove(lines, "shutdown")
  sections.remove(lines, "no shutdown")
  lines[#lines + 1] = line
end

function sections.block(cfg, head)
  for _, s in ipairs(cfg) do
    if s.head == head then
      return s
    end
  end
end

function sections.copy(cfg)
  local t = {}
  for i, s in ipairs(cfg) do
    t[i] = {head = s.head, lines = table.move(s.lines, 1, #s.lines, 1, {})}
  end
  return t
end

return sections
