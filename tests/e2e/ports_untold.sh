#!/usr/bin/env bash
# A system that does not tell its serial ports (a container, a chroot without
# /sys): what was tried is said, by the list, a serial target and the screen.
set -eu
kiriwake=$1
if [ "${2:-}" != inside ]; then
    unshare -rm true 2>/dev/null || exit 77
    exec unshare -rm bash "$0" "$1" inside
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME=$dir LC_ALL=C.UTF-8
mount -t tmpfs none /sys 2>/dev/null || exit 77

fail() {
    echo "$1"
    cat "$dir/out" "$dir/err"
    exit 1
}
expect() {
    want=$1
    shift
    status=0
    "$kiriwake" "$@" >"$dir/out" 2>"$dir/err" || status=$?
    [ "$status" = "$want" ] || fail "$1: status $status, not $want"
}

expect 3 ports
grep -q '/sys/class/tty: No such file' "$dir/err" || fail "what was tried"
grep -q 'mount /sys' "$dir/err" || fail "no hint"
[ ! -s "$dir/out" ] || fail "something was listed"
expect 3 ports --json

# libserialport opens no port then, either.
if [ -c /dev/ttyS0 ] && [ -w /dev/ttyS0 ] && stty -F /dev/ttyS0 >/dev/null 2>&1
then
    expect 3 check serial:///dev/ttyS0 --driver nec-ix
    grep -q '/sys/class/tty: No such file' "$dir/out" || fail "not told"
fi

echo 'save start' >"$dir/keys"
expect 0 --lang en --keys "$dir/keys" --save-display "$dir/shown"
cat "$dir/shown" >>"$dir/out"
grep -q 'the system does not tell its serial ports' "$dir/shown" ||
    fail "the screen asks for an adapter"
