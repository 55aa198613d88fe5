#!/usr/bin/env bash
# A mistyped target is corrected on the screen: it stands there with its user,
# and another device can be walked then; what the one before was left with is
# not forgotten.
. "$(dirname "$0")/screen/play.sh"

# --user is seen where it can be corrected; Esc goes back to the failure.
cat >"$dir/keys" <<'KEYS'
until done
save failed
key e
save asked
key Esc
save again
key e ^U
type serail:///dev/ttyUSB0
key Enter
save scheme
key ^U
type sim:nec-ix/psk-mismatch-responder
key Enter
until asking
save other
key ^C y
KEYS
play --user admin telnet://127.0.0.1:1
[ "$status" = 130 ] || fail "status $status, not 130"
show failed | grep -q 'e Edit target' || fail "no way to correct it"
show asked | grep -q '> telnet://admin@127.0.0.1:1 ' || fail "not prefilled"
show again | grep -q 'r Try again' || fail "Esc does not go back"
show scheme | grep -q "no such kind of target: 'serail'" || fail "not told"
show other | grep -q 'Has this VPN ever carried traffic?' || fail "no walk"

# What was seen of the one is not shown for the other.
cat >"$dir/keys" <<'KEYS'
until asking
key q
save leaving
key e
until done
save stopped
key ^U
type serial:///dev/no-such-port
key Enter
until done
save failed
key Tab
save other
key q
KEYS
play demo nec-ix/psk-mismatch-responder
[ "$status" = 3 ] || fail "status $status, not 3"
show leaving | grep -q 'e Other device' || fail "only leaving is offered"
show stopped | grep -q '> sim:nec-ix/psk-mismatch-responder' || fail "no target"
show failed | grep -q 'there is no such port' || fail "another failure"
grep -qx 'case [-0-9a-f]*' "$dir/err" || fail "of a real device no case is kept"
show other | grep -q 'show version' && fail "the dialogue of before is shown"

# A change that could not be undone is told at the end, whatever came after.
cat >"$dir/keys" <<'KEYS'
until asking
key 1 Enter
until asking
key y
until asking
key Enter
until lost
key q e
until done
key ^U
type sim:nec-ix/psk-mismatch-responder
key Enter
until asking
key q y
KEYS
play demo 'nec-ix/psk-mismatch-responder?disconnect=17000'
[ "$status" = 4 ] || fail "status $status, not 4"
grep -qx 'sim:nec-ix/psk-mismatch-responder?disconnect=17000' "$dir/err" ||
    fail "which device is not told"
grep -qx '    no logging subsystem ike info' "$dir/err" || fail "what is left"
