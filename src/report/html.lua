-- A case as one HTML page that needs nothing else. "report" is the model of
-- model.c; all its texts are escaped already.
local t, out = report.t, {}

local function put(...)
    local s = ''
    for _, part in ipairs({...}) do
        s = s .. part
    end
    out[#out + 1] = s
end

local function block(lines)
    local all = {}
    for _, line in ipairs(lines) do
        all[#all + 1] = line
    end
    put('<pre>', table.concat(all, '\n'), '</pre>')
end

local function list(title, items)
    if #items > 0 then
        put('<h3>', title, '</h3><ul>')
        for _, item in ipairs(items) do
            put('<li>', item, '</li>')
        end
        put('</ul>')
    end
end

local function finding(f)
    put('<section class="finding"><h3>', f.title, '</h3>')
    put('<p class="id">', f.id, ' — ', f.certainty, '</p>')
    put('<p>', f.explanation, '</p>')
    for _, e in ipairs(f.evidence) do
        put('<h4>', t.evidence, ': <code>', e.command, '</code> <small>',
            e.at, '</small></h4>')
        block(e.code)
    end
    put('<h4>', t.fix, '</h4><p>', f.fix, '</p>')
    if #f.commands.code > 0 then
        block(f.commands.code)
    end
    list(t.alternatives, f.alternatives)
    if f.decide_by ~= '' then
        put('<p><b>', t.decide_by, '</b>: ', f.decide_by, '</p>')
    end
    put('</section>')
end

local function path()
    put('<h2>', t.path, '</h2><table><tr><th></th><th>', t.checkpoint,
        '</th><th>', t.outcome, '</th><th>', t.because, '</th></tr>')
    for _, p in ipairs(report.path) do
        local by = p.by_hand and ' (' .. t.by_hand .. ')' or ''
        put('<tr><td>', p.mark, '</td><td>', p.title, '</td><td>', p.outcome,
            by, '</td><td>', p.because, '</td></tr>')
    end
    put('</table>')
end

local function changes()
    if #report.changes > 0 then
        put('<h2>', t.changes, '</h2>')
    end
    for _, c in ipairs(report.changes) do
        put('<p><b>', c.state, '</b></p>')
        block(c.commands.code)
        put('<p>', t.undo, '</p>')
        block(c.undo.code)
    end
end

local function others()
    for _, e in ipairs(report.error) do
        put('<h2>', t.error, '</h2><p>', e.what, '</p><p><b>', t.try,
            '</b>: ', e.try, '</p>')
    end
    for _, p in ipairs(report.pending) do
        put('<h2>', t.pending, '</h2><p>', p.question, '</p>')
        list(p.checkpoint, p.answers)
    end
    list(t.suspects, report.suspects)
    list(t.ruled_out, report.ruled_out)
    list(t.remarks, each(report.remarks, function(r)
        return r.answer .. ': ' .. r.remark
    end))
end

local function replies()
    if #report.replies > 0 then
        put('<h2>', t.replies, '</h2>')
    end
    for _, r in ipairs(report.replies) do
        put('<details><summary><code>', r.command, '</code> <small>', r.at,
            ' — ', r.state, ' ', r.reason, '</small></summary>')
        block(r.code)
        put('<p>', r.cut, '</p></details>')
    end
end

put('<!DOCTYPE html>')
put('<html lang="', report.lang, '"><head><meta charset="utf-8">')
put('<meta name="viewport" content="width=device-width">')
put('<meta http-equiv="Content-Security-Policy" ',
    'content="default-src \'none\'; style-src \'unsafe-inline\'">')
put('<title>', report.title, '</title><style>')
put([[
body { font-family: sans-serif; max-width: 60em; margin: 2em auto;
  padding: 0 1em; line-height: 1.5; color: #222; background: #fff }
pre { background: #f3f3f3; padding: .6em; overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; border-bottom: 1px solid #ccc; padding: .3em;
  vertical-align: top }
.verdict { font-size: 1.3em; font-weight: bold }
.finding { border-left: .3em solid #a33; padding-left: 1em }
.id, small { color: #666 }
@media print { details { display: block } }
]])
put('</style></head><body>')
put('<h1>', report.title, '</h1>')
put('<p class="verdict">', report.verdict, '</p>')
if report.unfinished ~= '' then
    put('<p>', report.unfinished, '</p>')
end
put('<table>')
for _, a in ipairs(report.about) do
    put('<tr><th>', a.label, '</th><td>', a.value, '</td></tr>')
end
put('</table>')
if #report.findings > 0 then
    put('<h2>', t.findings, '</h2>')
end
for _, f in ipairs(report.findings) do
    finding(f)
end
if #report.path > 0 then
    path()
end
changes()
others()
replies()
put('</body></html>')
return table.concat(out, '\n') .. '\n'
