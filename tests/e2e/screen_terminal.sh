#!/usr/bin/env bash
# The plain terminal on a live session: what is typed goes to the router, what
# it says is shown, closing it leads back to the same question; and a login
# that nobody can answer but a person.
. "$(dirname "$0")/screen/play.sh"

cat >"$dir/keys" <<'KEYS'
until history
until asking
key !
turns 20
save terminal
type show clock
key Enter
turns 40
type enable-config
key Enter
turns 40
save typed
key ^]
until asking
save back
key 1 Enter
until asking
save on
key q y
KEYS

status=0
"$kiriwake" demo psk-mismatch-responder --lang en --size 80x24 \
    --keys "$dir/keys" --save-display "$dir/out" 2>"$dir/err" || status=$?
[ "$status" = 130 ] || fail "status $status, not 130"
show typed | grep -q '^|Router# show clock' || fail "no echo"
show typed | grep -q ' +09 00' || fail "no answer"
show typed | grep -q '^|Router(config)#' || fail "no new prompt"
show back | grep -q 'Has this VPN ever carried traffic?' || fail "not back"
# The mode that was left open is left before the walk goes on in its own.
show on | grep -q 'consent' || fail "the walk did not go on"

# Asks something unknown: shown, answered by hand, then the walk begins.
cat >"$dir/device" <<SIM
printf '\r\nAccept the terms of use? (yes or leave): '
head -c 4 >/dev/null
exec '$kiriwake' sim nec-ix psk-mismatch-responder --stdio
SIM
cat >"$dir/keys" <<'KEYS'
until asks
until asking
save asks
key !
type yes
key Enter
turns 10
key ^]
until asking
save next
key 1 Enter
until history
until asking
save walk
key q y
KEYS
status=0
"$kiriwake" "exec:sh $dir/device" --lang en --size 80x24 --keys "$dir/keys" \
    --save-display "$dir/out" 2>"$dir/err" || status=$?
[ "$status" = 130 ] || fail "device: status $status, not 130"
show asks | grep -q 'Accept the terms of use?' || fail "the question"
show walk | grep -q 'Has this VPN ever carried traffic?' || fail "no walk"
