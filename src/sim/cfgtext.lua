-- A configuration as text: a list of nodes {text, kids}, edited by commands.
-- The text is the truth; a scenario's tree is only its first author.
--
-- cfgtext.new(rules): rules are a vendor's
--   order     what lines begin with, in the order in which they stand; "" is
--             the place of all others
--   single    {beginning, how many words name what a line sets}, ...
--   on        settings that are on unless a line says no
--   key(text)     (optional) what else names a setting: two texts, or nil

local match = include("match")

local cfgtext = {}
cfgtext.__index = cfgtext

function cfgtext.new(rules)
  return setmetatable({rules = rules, places = {}}, cfgtext)
end

function cfgtext.begins(text, with)
  return text == with or text:sub(1, #with + 1) == with .. " "
end
local begins = cfgtext.begins

local function place(order, text)
  local best, length = nil, -1
  for i, prefix in ipairs(order) do
    if prefix == "" then
      best = best or i
    elseif begins(text, prefix) and #prefix > length then
      best, length = i, #prefix
    end
  end
  return best
end

-- The place of a line that begins so; the same lines come again and again.
function cfgtext:rank(text)
  if not self.places[text] then
    self.places[text] = place(self.rules.order, text)
  end
  return self.places[text]
end

local function key_of(rules, text)
  local words = match.words(text)
  if rules.key then
    local a, b = rules.key(text, words)
    if a then
      return a, b
    end
  end
  for _, s in ipairs(rules.single) do
    if begins(text, s[1]) then
      return table.concat(words, " ", 1, math.min(s[2], #words)), nil
    end
  end
  return text, nil
end

local function same_key(rules, a, b)
  local a1, a2 = key_of(rules, a)
  local b1, b2 = key_of(rules, b)
  return a1 == b1 and a2 == b2
end

local function remove(nodes, wanted)
  local found = false
  for i = #nodes, 1, -1 do
    if wanted(nodes[i]) then
      table.remove(nodes, i)
      found = true
    end
  end
  return found
end

local function is_on_by_default(rules, text)
  for _, s in ipairs(rules.on) do
    if begins(text, s) then
      return s
    end
  end
end

-- Puts a node where its kind stands; in a block at its end.
function cfgtext:put(nodes, node, global)
  local at = #nodes + 1
  if global then
    local mine = self:rank(node.text)
    while at > 1 and self:rank(nodes[at - 1].text) > mine do
      at = at - 1
    end
  end
  table.insert(nodes, at, node)
  return node
end

local function trim(text)
  return (text:gsub(" +$", ""))
end

function cfgtext:find(nodes, text)
  for _, n in ipairs(nodes) do
    if trim(n.text) == trim(text) then
      return n
    end
  end
end

-- The block of that name, made when it is missing.
function cfgtext:block(nodes, text, global)
  return self:find(nodes, text) or
      self:put(nodes, {text = text, kids = {}}, global)
end

-- A list entry may say its place: "15 permit ...".
local function set_entry(nodes, text)
  local seq, rest = text:match("^(%d+) ((%a+) .*)$")
  if not seq then
    remove(nodes, function(n) return n.text == text end)
    nodes[#nodes + 1] = {text = text}
    return
  end
  seq = tonumber(seq)
  for i, n in ipairs(nodes) do
    n.seq = n.seq or i * 10
  end
  local at = 1
  while nodes[at] and nodes[at].seq < seq do
    at = at + 1
  end
  if nodes[at] and nodes[at].seq == seq then
    table.remove(nodes, at)
  end
  table.insert(nodes, at, {text = rest, seq = seq})
end

function cfgtext:set(nodes, text, global)
  if text:match("^%d*%s*permit ") or text:match("^%d*%s*deny ") then
    set_entry(nodes, text)
    return
  end
  local on = is_on_by_default(self.rules, text)
  if on then
    remove(nodes, function(n) return begins(n.text, "no " .. on) end)
  end
  if on == text then
    return
  end
  remove(nodes, function(n)
    return not n.kids and same_key(self.rules, n.text, text)
  end)
  self:put(nodes, {text = text}, global)
end

-- "no TEXT": what begins so goes; a number names an entry of a list.
function cfgtext:unset(nodes, text, global)
  local seq = tonumber(text)
  if seq then
    for i, n in ipairs(nodes) do
      if (n.seq or i * 10) == seq then
        table.remove(nodes, i)
        return true
      end
    end
    return false
  end
  if text:match("^%d+ %a+ ") then
    text = text:gsub("^%d+ ", "")
  end
  local on = is_on_by_default(self.rules, text)
  local found = remove(nodes, function(n)
    return begins(n.text, text) or begins(n.text, trim(text))
  end)
  if on and not self:find(nodes, "no " .. text) then
    self:put(nodes, {text = "no " .. on}, global)
  end
  return found or on ~= nil
end

function cfgtext.copy(nodes)
  local list = {}
  for i, n in ipairs(nodes) do
    list[i] = {text = n.text, kids = n.kids and cfgtext.copy(n.kids),
               seq = n.seq}
  end
  return list
end

function cfgtext.add_lines(list, nodes, indent)
  for _, n in ipairs(nodes) do
    list[#list + 1] = indent .. n.text
    cfgtext.add_lines(list, n.kids or {}, indent .. " ")
  end
end

-- The lines as the device prints them, with "!" between the parts.
function cfgtext:lines(nodes)
  local list, last = {}, nil
  for _, n in ipairs(nodes) do
    local mine = self:rank(n.text)
    if last and (n.kids or last ~= mine) then
      list[#list + 1] = "!"
    end
    cfgtext.add_lines(list, {n}, "")
    last = n.kids and 0 or mine
  end
  list[#list + 1] = "!"
  return list
end

-- The parts whose first line holds a text, with all of their lines.
function cfgtext:section(nodes, pattern)
  local list = {}
  for _, n in ipairs(nodes) do
    if n.text:find(pattern, 1, true) then
      cfgtext.add_lines(list, {n}, "")
    else
      for _, k in ipairs(n.kids or {}) do
        if k.kids and k.text:find(pattern, 1, true) then
          cfgtext.add_lines(list, {k}, " ")
        end
      end
    end
  end
  return list
end

return cfgtext
