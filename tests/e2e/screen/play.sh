# Sourced by the tests of a live screen: $kiriwake, a directory of their own,
# and what to do with the displays that a key script saved.
set -eu
kiriwake=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME=$dir LC_ALL=C.UTF-8

fail() {
    echo "$1"
    cat "$dir/out" "$dir/err"
    exit 1
}
show() { sed -n "/^=== $1 /,/^=== /p" "$dir/out"; }
# The program with these arguments and the script in $dir/keys.
play() {
    status=0
    "$kiriwake" "$@" --lang en --size 80x24 --keys "$dir/keys" \
        --save-display "$dir/out" 2>"$dir/err" || status=$?
}
