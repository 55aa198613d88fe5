-- A case as Markdown. "report" is the model of model.c; its texts are
-- escaped already, and lines under "code" stand as the device sent them.
local t, out = report.t, {}

local function put(...)
    local s = ''
    for _, part in ipairs({...}) do
        s = s .. part
    end
    out[#out + 1] = s
end

local function heading(level, text)
    put('')
    put(string.rep('#', level), ' ', text)
    put('')
end

-- An indented block needs no fence that its text could end.
local function block(lines)
    put('')
    for _, line in ipairs(lines) do
        put('    ', line)
    end
    put('')
end

local function list(title, items)
    if #items > 0 then
        put('')
        put('**', title, '**')
        put('')
        for _, item in ipairs(items) do
            put('- ', item)
        end
        put('')
    end
end

local function evidence(f)
    if #f.evidence > 0 then
        heading(4, t.evidence)
    end
    for _, e in ipairs(f.evidence) do
        put(e.command, ' (', e.at, ')')
        block(e.code)
    end
end

local function finding(f)
    heading(3, f.title)
    put(f.id, ' — ', f.certainty)
    put('')
    put(f.explanation)
    evidence(f)
    heading(4, t.fix)
    put(f.fix)
    if #f.commands.code > 0 then
        block(f.commands.code)
    end
    list(t.alternatives, f.alternatives)
    if f.decide_by ~= '' then
        put('')
        put('**', t.decide_by, '**: ', f.decide_by)
    end
end

local function path()
    heading(2, t.path)
    put('| | ', t.checkpoint, ' | ', t.outcome, ' | ', t.because, ' |')
    put('|---|---|---|---|')
    for _, p in ipairs(report.path) do
        local by = p.by_hand and ' (' .. t.by_hand .. ')' or ''
        put('| ', p.mark, ' | ', p.title, ' | ', p.outcome, by, ' | ',
            p.because, ' |')
    end
end

local function changes()
    if #report.changes > 0 then
        heading(2, t.changes)
    end
    for _, c in ipairs(report.changes) do
        put('**', c.state, '**')
        block(c.commands.code)
        put(t.undo)
        block(c.undo.code)
    end
end

local function others()
    for _, e in ipairs(report.error) do
        heading(2, t.error)
        put(e.what)
        put('')
        put('**', t.try, '**: ', e.try)
    end
    for _, p in ipairs(report.pending) do
        heading(2, t.pending)
        put(p.question)
        list(p.checkpoint, p.answers)
    end
    list(t.suspects, report.suspects)
    list(t.ruled_out, report.ruled_out)
end

local function remarks()
    if #report.remarks > 0 then
        heading(2, t.remarks)
    end
    for _, r in ipairs(report.remarks) do
        put('- ', r.answer, ': ', r.remark)
    end
end

local function replies()
    if #report.replies > 0 then
        heading(2, t.replies)
    end
    for _, r in ipairs(report.replies) do
        heading(3, r.command)
        local reason = r.reason ~= '' and ' — ' .. r.reason or ''
        put(r.at, ' — ', r.state, reason)
        block(r.code)
        if r.cut ~= '' then
            put(r.cut)
        end
    end
end

put('# ', report.title)
put('')
put('**', report.verdict, '**')
if report.unfinished ~= '' then
    put('')
    put(report.unfinished)
end
put('')
for _, a in ipairs(report.about) do
    put('- ', a.label, ': ', a.value)
end
if #report.findings > 0 then
    heading(2, t.findings)
end
for _, f in ipairs(report.findings) do
    finding(f)
end
if #report.path > 0 then
    path()
end
changes()
others()
remarks()
replies()
return table.concat(out, '\n') .. '\n'
