#!/usr/bin/env bash
# What is typed into a console whose device is not running: nothing.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# typed SCENARIO: every byte that a walk typed, in hexadecimal
typed() {
    : >"$work/typed"
    "$program" check "exec:tee '$work/typed' | '$program' sim nec-ix $1 \
        --stdio" --driver nec-ix --json --no-journal \
        </dev/null >"$work/result" 2>/dev/null || true
    od -An -tx1 "$work/typed" | tr -d ' \n'
}

finding() {
    python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))["findings"]
print(f[0]["id"] if f else "none")' "$work/result"
}

check() {
    if [ "$2" = "$3" ]; then
        echo "ok - $1"
    else
        echo "FAIL - $1: wanted '$3', got '$2'"
        failures=1
    fi
}

text=$(typed console-left-exec)
check "what is typed is seen here" "${text:+bytes}" bytes

text=$(typed console-monitor)
check "nothing is typed into the boot monitor" "$text" ""
check "the boot monitor is named" "$(finding)" device.boot-monitor

# A key during a start leads a NEC IX into its boot monitor.
text=$(typed console-reboot-loop)
check "a start is not interrupted" "$text" ""
check "the reboot loop is named" "$(finding)" device.reboot-loop
exit $failures
