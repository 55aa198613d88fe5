#!/usr/bin/env bash
# Interrupted in the middle of a walk that has changed the log level: the
# change is undone and read back, the mode is left, the exit status is 130.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sim="$program sim nec-ix psk-mismatch-responder --stdio"
export XDG_STATE_HOME=$work/state
"$program" check "exec:$sim --transcript $work/typed" --driver nec-ix \
    --answer history=never-worked --allow config --json \
    >"$work/result" 2>"$work/errors" &
walk=$!
changed() {
    grep -qs '"event": *"did"' "$work"/state/kiriwake/cases/*/journal.jsonl
}
for _ in $(seq 400); do
    ! changed || break
    read -r -t 0.05 <>/dev/zero || true
done
changed
kill -INT $walk
status=0
wait $walk || status=$?
[ "$status" = 130 ] || { echo "not ok - exit status $status"; exit 1; }
python3 - "$work/result" <<'CHECK'
import json, sys
changes = json.load(open(sys.argv[1]))["changes"]
assert [c["undone"] and c["verified"] for c in changes] == [True], changes
CHECK
# The last lines typed: the undo, its reading back, out of every mode.
tail -n 5 "$work/typed" >"$work/last"
grep -q '# no logging subsystem ike info' "$work/last"
grep -q '# show running-config' "$work/last"
grep -q 'Router# exit' "$work/last"
echo "ok - interrupted, undone, read back, left"
