#!/bin/sh
# Secrets are in the program's memory: it never dumps core, however much its
# caller allows, neither into a file nor to a program of the system's.
set -eu
program=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ulimit -S -c "$(ulimit -H -c)"

# The child asks for its parent's limits, then ends like a device that hangs up.
"$program" check "exec:cat /proc/\$PPID/limits >$dir/limits" --driver nec-ix \
    --no-journal >"$dir/out" 2>&1 || :
grep -Eq '^Max core file size  *[01]  *[01]  *bytes' "$dir/limits" || {
    echo "wanted a core limit of 1 byte:" >&2
    cat "$dir/limits" "$dir/out" >&2
    exit 1
}
