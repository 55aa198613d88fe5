#!/usr/bin/env bash
# The screen on the simulated router, from the first question to the finding,
# by a script of keys; and the demo without a terminal.
set -eu
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME=$dir LC_ALL=C.UTF-8

cat >"$dir/keys" <<'KEYS'
until asking
save question
key 1 Enter
until asking
save consent
key y
until asking
save traffic
key 1 Enter
until asking
key y
until done
save result
key y
save fix
key Esc Tab
save walk
KEYS

fail() {
    echo "$1"
    cat "$dir/out"
    exit 1
}

walk() {
    status=0
    "$kiriwake" demo psk-mismatch-responder --lang "$1" --size 80x24 \
        --keys "$dir/keys" --save-display "$dir/out" || status=$?
    [ "$status" = 1 ] || fail "status $status, not 1 (diagnosed)"
    shift
    for want; do
        grep -qF -e "$want" "$dir/out" || fail "not on the screen: $want"
    done
}

walk en 'Has this VPN ever carried traffic?' 'logging subsystem ike info' \
    'Cause found' 'The pre-shared keys differ' \
    '|ike policy ike-policy peer 198.51.100.200 key <KEY>'
# README.md shows the result as it is.
sed -n '/^=== result /,/^===/p' "$dir/out" |
    sed -n 's/^|\(.*[^ ]\) *|$/\1/p' >"$dir/shown"
sed -n '/^```text$/,/^```$/p' README.md | sed '1d;$d' | grep . >"$dir/readme"
diff "$dir/shown" "$dir/readme" || fail 'README.md shows another screen'
walk ja 'この VPN で通信できたことがあるか' '実行の同意が必要です' \
    '原因を特定しました' '事前共有鍵が一致しない'

status=0
"$kiriwake" demo psk-mismatch-responder --lang en </dev/null >"$dir/out" ||
    status=$?
[ "$status" = 1 ] || fail "headless: status $status, not 1"
grep -q 'ike.psk-mismatch' "$dir/out" || fail "headless: no finding"
