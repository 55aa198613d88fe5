-- A configuration: a tree of names, as "set" commands reach into it. A leaf
-- is a text, a list of texts is one in brackets, an empty tree has no value.

local match = include("match")
local tree = include("tree")

local config = {}

-- The master key hides what is in it: the device's text -> what was typed.
local secrets = {}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function hidden(key)
  local seed, text = 7, {}
  for i = 1, 60 do
    seed = (seed * 1103515245 + key:byte((i - 1) % #key + 1) + i) % 2147483648
    local at = seed // 65536 % 64 + 1
    text[i] = DIGITS:sub(at, at)
  end
  local token = "-AQ==" .. table.concat(text, "", 1, 27) .. "=" ..
      table.concat(text, "", 28)
  secrets[token] = key
  return token
end

function config.plain(token)
  return secrets[token] or token
end

-- Router tree -> configuration.

-- The address that the gateway names beside its interface; it may be left
-- out.
local function own_address(t, g)
  local i = t.interfaces[g.interface]
  return g.no_ip == nil and i and i.ip or nil
end

local function ike_part(t)
  local ike = {["crypto-profiles"] = {["ike-crypto-profiles"] = {},
                                      ["ipsec-crypto-profiles"] = {}},
               gateway = {}}
  for name, p in pairs(t.ike_profiles) do
    ike["crypto-profiles"]["ike-crypto-profiles"][name] = {
      encryption = p.encryption, hash = p.hash, ["dh-group"] = p.group,
      lifetime = {hours = p.hours, seconds = p.seconds},
    }
  end
  for name, p in pairs(t.ipsec_profiles) do
    ike["crypto-profiles"]["ipsec-crypto-profiles"][name] = {
      esp = {encryption = p.encryption, authentication = p.hash},
      ["dh-group"] = p.group, lifetime = {hours = p.hours, seconds = p.seconds},
    }
  end
  for name, g in pairs(t.gateways) do
    local protocol = {version = g.version, ikev1 = {dpd = {enable = "yes"}},
                      ikev2 = {}}
    if g.version == "ikev1" then
      protocol.version = nil
      protocol.ikev1 = {dpd = tree.copy(g.dpd), ["exchange-mode"] = g.mode,
                        ["ike-crypto-profile"] = g.profile}
      protocol.ikev2 = {dpd = {enable = "yes"}}
    else
      protocol.ikev2 = {dpd = tree.copy(g.dpd),
                        ["ike-crypto-profile"] = g.profile}
    end
    ike.gateway[name] = {
      authentication = {["pre-shared-key"] = {key = hidden(g.key)}},
      protocol = protocol,
      ["protocol-common"] = {
        ["nat-traversal"] = {enable = g.natt or "no"},
        fragmentation = {enable = "no"},
      },
      ["local-address"] = {interface = g.interface, ip = own_address(t, g)},
      ["peer-address"] = g.fqdn and {fqdn = g.fqdn} or {ip = g.peer},
      disabled = g.disabled,
    }
  end
  return ike
end

local function tunnel_part(t)
  local ipsec = {}
  for name, x in pairs(t.tunnels) do
    ipsec[name] = {
      ["auto-key"] = {
        ["ike-gateway"] = {[x.gateway] = {}},
        ["ipsec-crypto-profile"] = x.profile,
        ["proxy-id"] = {lan = {["local"] = x["local"], remote = x.remote,
                               protocol = {any = {}}}},
      },
      ["tunnel-monitor"] = {enable = "no"},
      ["tunnel-interface"] = x.interface, ["anti-replay"] = "yes",
      disabled = x.disabled,
    }
  end
  return {ipsec = ipsec}
end

local function interface_part(t)
  local ethernet, units = {}, {}
  for name, i in pairs(t.interfaces) do
    if name:match("^tunnel") then
      units[name] = {}
    else
      ethernet[name] = {layer3 = {ip = i.ip and {[i.ip] = {}} or {}},
                        ["link-state"] = i.down and "down" or "auto"}
    end
  end
  return {ethernet = ethernet, tunnel = {units = units}}
end

local function router_part(t)
  local names, static = {}, {}
  for name in pairs(t.interfaces) do
    names[#names + 1] = name
  end
  for name, r in pairs(t.routes) do
    static[name] = {destination = r.dest, interface = r.interface,
                    nexthop = r.nexthop and {["ip-address"] = r.nexthop},
                    metric = "10"}
  end
  return {default = {interface = names, ["routing-table"] = {
    ip = {["static-route"] = static}}}}
end

local function zone_part(t)
  local zones = {}
  for name, i in pairs(t.interfaces) do
    zones[i.zone] = zones[i.zone] or {network = {layer3 = {}}}
    table.insert(zones[i.zone].network.layer3, name)
  end
  return zones
end

function config.write(t)
  return {
    deviceconfig = {system = {hostname = t.hostname,
                              timezone = "Asia/Tokyo"}},
    network = {
      interface = interface_part(t), ike = ike_part(t),
      tunnel = tunnel_part(t), ["virtual-router"] = router_part(t),
    },
    vsys = {vsys1 = {zone = zone_part(t)}},
  }
end

-- Configuration -> lines as the device prints them.

local function quoted(text)
  return text:match("[%s\"{};]") and '"' .. text .. '"' or text
end

local function print_into(lines, node, depth)
  local pad = ("  "):rep(depth)
  for key, value in pairs(node) do
    if type(value) == "string" then
      lines[#lines + 1] = pad .. key .. " " .. quoted(value) .. ";"
    elseif #value > 0 then
      lines[#lines + 1] = pad .. key .. " [ " .. table.concat(value, " ") ..
          "];"
    elseif next(value) == nil then
      lines[#lines + 1] = pad .. key .. ";"
    else
      lines[#lines + 1] = pad .. key .. " {"
      print_into(lines, value, depth + 1)
      lines[#lines + 1] = pad .. "}"
    end
  end
end

function config.lines(node)
  local lines = {}
  print_into(lines, node, 0)
  return lines
end

-- Editing: the words of a "set" or "delete" command. What has branches stays
-- one; the last word of "set" is a value where a value stands or may stand.

local LEAVES = {}
for _, w in ipairs(match.words([[enable interval version hostname timezone key
    interface ip fqdn exchange-mode ike-crypto-profile ipsec-crypto-profile
    tunnel-interface anti-replay destination ip-address metric local remote
    encryption hash authentication dh-group hours seconds disabled
    link-state]])) do
  LEAVES[w] = true
end

-- Follows the words; gives the node above the last one and that word.
local function reach(node, words, make)
  for i = 1, #words - 1 do
    local below = node[words[i]]
    if type(below) ~= "table" or #below > 0 then
      if below ~= nil or not make then
        return nil
      end
      below = {}
      node[words[i]] = below
    end
    node = below
  end
  return node, words[#words]
end

function config.set(cfg, words)
  if not cfg[words[1]] then
    return false
  end
  local last = words[#words]
  local is_leaf = LEAVES[words[#words - 1]] or false
  local path = table.move(words, 1, #words - (is_leaf and 1 or 0), 1, {})
  local node, name = reach(cfg, path, true)
  if not node then
    return false
  end
  if not is_leaf then
    node[name] = node[name] or {}
  elseif name == "key" then
    node[name] = hidden(last)
  elseif name == "ip" and path[#path - 1] == "layer3" then
    node.ip = {[last] = {}}
  else
    node[name] = last
  end
  return true
end

function config.delete(cfg, words)
  local node, name = reach(cfg, words, false)
  if not node or node[name] == nil then
    return false
  end
  node[name] = nil
  return true
end

function config.find(cfg, words)
  local node, name = reach(cfg, words, false)
  return node and node[name]
end

config.copy = tree.copy

return config
