#!/usr/bin/env bash
# A walk leaves a case: it is listed, and becomes a report in every format.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state LANG=C
failed=0

# has NAME FILE PATTERN
has() {
    if grep -qE -- "$3" "$2"; then
        echo "ok - $1"
    else
        echo "not ok - $1: no '$3' in:"
        head -n 40 "$2"
        failed=1
    fi
}

"$program" cases >"$work/none" 2>&1
has 'no cases yet' "$work/none" 'no cases'
"$program" cases --json >"$work/none"
has 'an empty list' "$work/none" '^\[\]$'

"$program" check sim:nec-ix/psk-mismatch-initiator --json \
    --answer history=never-worked >"$work/result" 2>"$work/errors" || true
id=$(sed -n 's/^case //p' "$work/errors")
"$program" cases >"$work/list"
has 'listed' "$work/list" "^$id +[a-z]+ +nec-ix/ipsec +sim:nec-ix/psk-mismatch"
[ "$(stat -c %a "$work/state/kiriwake/cases/$id/journal.jsonl")" = 600 ] ||
    { echo 'not ok - the journal is readable for others'; failed=1; }

for format in md html json junit cast; do
    "$program" report "$id" --format $format >"$work/report.$format" ||
        { echo "not ok - report --format $format"; failed=1; }
done
"$program" report "$id" --lang ja >"$work/report.ja"
has 'Markdown' "$work/report.md" "^# Fault isolation report $id"
has 'Markdown: what the device said' "$work/report.md" '^### show '
has 'Japanese' "$work/report.ja" "^# 障害切り分け報告書 $id"
if command -v python3 >/dev/null; then
    python3 - "$work" <<'EOF' || failed=1
import html.parser, json, sys, xml.etree.ElementTree as et

work = sys.argv[1]
said, kept = (json.load(open(work + f)) for f in ('/result', '/report.json'))
assert said == kept, 'the report differs from what check printed'
print('ok - JSON is what check printed')
suite = et.parse(work + '/report.junit').getroot().find('testsuite')
assert int(suite.get('tests')) == len(suite.findall('testcase')), 'tests'
bad = [c for c in suite.findall('testcase') if c.find('failure') is not None]
assert int(suite.get('failures')) == len(bad), 'failures'
print('ok - JUnit is XML and counts right')

class Balance(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attrs):
        if tag != 'meta':
            self.open.append(tag)
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

page = Balance()
page.feed(open(work + '/report.html').read())
assert not page.open, page.open
print('ok - HTML closes what it opens')

lines = open(work + '/report.cast').read().splitlines()
head, events = json.loads(lines[0]), [json.loads(s) for s in lines[1:]]
assert head['version'] == 2 and events, 'asciicast'
times = [e[0] for e in events]
assert times == sorted(times), 'times'
print('ok - asciicast is in order')
EOF
fi

# A case of which the last record was torn is still a case.
printf '{"event":"fac' >>"$work/state/kiriwake/cases/$id/journal.jsonl"
"$program" report "$id" --format json >"$work/torn.json"
cmp "$work/torn.json" "$work/report.json" && echo 'ok - torn record' ||
    { echo 'not ok - torn record'; failed=1; }

status=0
"$program" report 20000101-000000-0000 2>"$work/errors" || status=$?
[ $status = 64 ] || { echo "not ok - unknown case: status $status"; failed=1; }
has 'an unknown case' "$work/errors" 'there is no case'
status=0
"$program" report "$id" --format pdf 2>"$work/errors" || status=$?
[ $status = 64 ] || { echo "not ok - unknown format: $status"; failed=1; }
has 'an unknown format' "$work/errors" 'md, html, json, junit, cast'
exit $failed
