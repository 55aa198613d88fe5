#!/usr/bin/env bash
# Interrupted in the middle of a walk that has changed something: the change
# is undone and read back where it can be read, the mode is left, the exit
# status is 130.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state

changed() {
    grep -qs '"event": *"did"' "$work"/state/kiriwake/cases/*/journal.jsonl
}

# interrupted DRIVER SCENARIO ARG...: walks until the change was made.
interrupted() {
    local driver=$1 scenario=$2 walk status=0
    shift 2
    rm -rf "$work/state" "$work/typed"
    "$program" check "exec:$program sim $driver $scenario --stdio \
--transcript $work/typed" --driver "$driver" "$@" --json \
        >"$work/result" 2>"$work/errors" &
    walk=$!
    for _ in $(seq 400); do
        ! changed || break
        read -r -t 0.05 <>/dev/zero || true
    done
    changed
    kill -INT $walk
    wait $walk || status=$?
    [ "$status" = 130 ] || { echo "not ok - exit status $status"; exit 1; }
}

# undone VERIFIED: the one change is undone, and read back or not.
undone() {
    python3 - "$work/result" "$1" <<'CHECK'
import json, sys
changes = json.load(open(sys.argv[1]))["changes"]
want = [(True, sys.argv[2] == "read-back")]
assert [(c["undone"], c["verified"]) for c in changes] == want, changes
CHECK
}

interrupted nec-ix psk-mismatch-responder \
    --answer history=never-worked --allow config
undone read-back
# The last lines typed: the undo, its reading back, out of every mode.
tail -n 5 "$work/typed" >"$work/last"
grep -q '# no logging subsystem ike info' "$work/last"
grep -q '# show running-config' "$work/last"
grep -q 'Router# exit' "$work/last"
echo "ok - log level: interrupted, undone, read back, left"

# No source shows how a gateway's debugging is read back.
interrupted paloalto-panos liveness-unanswered-flat \
    --answer history=recurs --allow active --allow disrupt
undone unread
tail -n 4 "$work/typed" >"$work/last"
grep -q '> debug ike gateway hq-osaka off' "$work/last"
grep -q '> exit' "$work/last"
echo "ok - debugging: interrupted, switched off, left"

# Ended before any walk: what was waited for is said, by check and by probe.
ended() {
    want=$1 status=0
    shift
    "$@" >"$work/result" 2>"$work/errors" || status=$?
    [ "$status" = "$want" ] || { echo "not ok - exit status $status"; exit 1; }
}
mute="exec:sleep 60"
ended 3 "$program" check "$mute" --lang en --timeout 1 --json
python3 - "$work/result" <<'CHECK'
import json, sys
result = json.load(open(sys.argv[1]))
assert result["outcome"] == "failed", result
assert result["error"]["stage"] == "login", result
assert result["error"]["what"] == \
    "exec:sleep 60: not done within 1 s (--timeout)", result
assert result["error"]["try"], result
CHECK
ended 3 "$program" probe "$mute" version --driver nec-ix --lang en --timeout 1
grep -q 'not done within 1 s (--timeout)' "$work/errors"
stopped() {
    "$program" probe "$mute" version --driver nec-ix --lang en &
    for _ in $(seq 400); do
        ! grep -q 'connecting to' "$work/errors" || break
        read -r -t 0.05 <>/dev/zero || true
    done
    kill -INT $!
    wait $!
}
ended 130 stopped
grep -q 'stopped before the device was ready' "$work/errors"
echo "ok - ended before the walk: said"
