#!/usr/bin/env bash
# The screen while the link is lost: it says so and offers what can be done;
# leaving with a change on the device says what is left, by the exit status
# and in the undo commands; a terminal closes when its link goes.
. "$(dirname "$0")/screen/play.sh"

# So many bytes come before the second reading of the log.
cat >"$dir/keys" <<'KEYS'
until asking
key 1 Enter
until asking
key y
until asking
key Enter
until lost
save lost
key r
save retried
key q
save leaving
key y
KEYS
status=0
"$kiriwake" demo 'nec-ix/psk-mismatch-responder?disconnect=17000' --lang en \
    --size 80x24 --keys "$dir/keys" --save-display "$dir/out" \
    2>"$dir/err" || status=$?
show lost | grep -q 'link lost: trying again' || fail "the state is not told"
show lost | grep -q 'r Retry' && fail "nothing can be read again now"
show retried | grep -q 'read again' && fail "nothing was read again"
show leaving | grep -q 'y Leave  n Go on' || fail "no case is kept"
[ "$status" = 4 ] || fail "status $status, not 4"
grep -qx '    no logging subsystem ike info' "$dir/err" || fail "what is left changed"

# So many come before the router shows all of its configuration.
cat >"$dir/keys" <<'KEYS'
until asking
key !
turns 20
type enable-config
key Enter
turns 40
type show running-config
key Enter
until lost
save closed
until asking
save again
key q y
KEYS
status=0
"$kiriwake" demo 'nec-ix/psk-mismatch-responder?unplug=6200' --lang en \
    --size 80x24 --keys "$dir/keys" --save-display "$dir/out" \
    2>"$dir/err" || status=$?
[ "$status" = 130 ] || fail "terminal: status $status, not 130"
show closed | grep -q 'the terminal is closed' || fail "the terminal stays"
show again | grep -q 'Has this VPN ever carried traffic?' || fail "no walk"
