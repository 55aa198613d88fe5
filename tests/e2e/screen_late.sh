#!/usr/bin/env bash
# Keys that come late answer nothing: a decision by hand holds for the check
# point that it was made at. And a question speaks the language chosen last.
. "$(dirname "$0")/screen/play.sh"

cat >"$dir/keys" <<'KEYS'
until asking
key L
save language
key L
key 1 Enter
until wan-line
key m
save choosing
until asking
save moved
key Enter
type seen
key Enter
save late
key q y
KEYS
status=0
"$kiriwake" demo nec-ix/psk-mismatch-responder --lang en --size 80x24 \
    --keys "$dir/keys" --save-display "$dir/out" 2>"$dir/err" || status=$?
[ "$status" = 130 ] || fail "status $status, not 130"
show language | grep -q '>1 一度もない' || fail "the answers stay English"
show choosing | grep -q 'Is the WAN line up' || fail "not at that check point"
show late | grep -q 'nothing was answered' || fail "it is not told"
# The question that came meanwhile still stands, unanswered.
show late | grep -q 'Your consent is needed' || fail "something was answered"
