#!/usr/bin/env bash
# The keys that lead a walk do what they say: a check point decided by hand is
# decided, with its remark in the case; back where there is nothing to go back
# to leaves the question standing.
. "$(dirname "$0")/screen/play.sh"

cat >"$dir/keys" <<'KEYS'
until asking
key b
until asking
save nothing before
key Tab b
until asking
save still asked
key a 1 Enter
until wan-line
key m
save outcomes
key Enter
type seen by eye
key Enter
until done
KEYS
play sim:nec-ix/psk-mismatch-responder
[ "$status" = 1 ] || fail "status $status, not 1"
show 'nothing before' | grep -q 'there is no answer to go back to' ||
    fail "back: not told"
show 'still asked' | grep -q 'a Answer' || fail "the question has gone"
show outcomes | grep -q '>1 The WAN interface is shut down' || fail "no choice"
case=$(sed -n 's/^case //p' "$dir/err")
"$kiriwake" report "$case" --format json >"$dir/case.json"
grep -q '"wan.interface-shutdown"' "$dir/case.json" || fail "another finding"
grep -q '"because": "seen by eye"' "$dir/case.json" || fail "no remark"

# Before the first check point the walk says what it waits for.
cat >"$dir/keys" <<'KEYS'
until asking
save which
key Tab
save around
key q y
KEYS
play sim:cisco-ios/healthy-two-vpns
show which | grep -q 'Which VPN does not work?' || fail "another question"
show around | grep -q 'A question waits: a answers it.' ||
    fail "it says something else"

# One check point, then a pause: it is seen, also when a person's answer was
# the last thing that happened.
cat >"$dir/keys" <<'KEYS'
turns 5
key r s
until asking
key Enter
turns 20
save stepped
key q y
KEYS
play sim:nec-ix/psk-mismatch-responder
show stepped | grep -q 'PAUSED' || fail "nobody sees that it is paused"
show stepped | grep -q 'p Go on' || fail "nobody sees how it goes on"

# Back at the second question asks the first one again.
cat >"$dir/keys" <<'KEYS'
until asking
key 1 Enter
until asking
key Tab b
until asking
save first again
key q y
KEYS
play sim:nec-ix/psk-mismatch-responder
show 'first again' | grep -q 'Has this VPN ever carried traffic?' ||
    fail "not back at the first question"
