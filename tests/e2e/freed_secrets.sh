#!/bin/sh
# Memory that is given back holds no secret: neither the login's password nor
# a key that a reply or the peer's configuration shows.
set -eu
program=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
spy=$(dirname "$program")/tests/freed_secrets.so
scenario=psk-mismatch-responder

[ -r "$spy" ] && LD_PRELOAD=$spy "$program" --version >"$dir/version" 2>&1 &&
    grep -q '^kiriwake' "$dir/version" || {
    echo "skipped: nothing can be loaded into this program"
    exit 77
}
echo kiriwake-1 >"$dir/password"
"$program" sim nec-ix $scenario --peer-config >"$dir/peer"
grep -q another-Kagi "$dir/peer"

device="env -u LD_PRELOAD $program sim nec-ix $scenario --stdio --login"
LD_PRELOAD=$spy FREED_REPORT=$dir/report \
    FREED_SECRETS=kiriwake-1,tunnel-Kagi-7,another-Kagi,Tunnel0.0 \
    "$program" check "exec:$device" --driver nec-ix --user admin \
    --password-file "$dir/password" --peer-config "$dir/peer" \
    --answer history=never-worked --no-journal >"$dir/out" 2>&1 || :

# Both replies were read, and the spy sees what is not wiped.
grep -q ike.psk-mismatch "$dir/out" && grep -q '^Tunnel0.0 in' "$dir/report" ||
    { cat "$dir/out" >&2; exit 1; }
if grep -A 12 '^kiriwake-1 in\|Kagi.* in' "$dir/report" >&2; then
    echo "left in memory that was given back: see above" >&2
    exit 1
fi
