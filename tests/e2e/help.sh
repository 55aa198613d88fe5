#!/usr/bin/env bash
# --help helps, wherever it stands and in both languages, and does nothing.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state LANG=C
failed=0

fail() {
    echo "not ok - $*"
    failed=1
}

"$program" --help >"$work/all"
grep -qF -- '--timeout SECONDS' "$work/all" || fail 'the shared options'
names=$(sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$work/all")
[ "$(wc -w <<<"$names")" -gt 10 ] || fail 'commands are listed'
for name in $names; do
    "$program" "$name" sim:nec-ix/healthy --help >"$work/one" </dev/null ||
        fail "$name --help: status $?"
    grep -qE "^usage: kiriwake $name" "$work/one" || fail "$name: its usage"
    "$program" "$name" --help --lang ja >"$work/ja" </dev/null
    grep -qE "^使い方: kiriwake $name" "$work/ja" || fail "$name: in Japanese"
    [ "$(wc -l <"$work/one")" = "$(wc -l <"$work/ja")" ] ||
        fail "$name: another help in Japanese"
done
for words in '-h' 'help' 'ssh://192.0.2.1 --help' '--lang ja --help'; do
    # shellcheck disable=SC2086
    "$program" $words >"$work/one" </dev/null || fail "$words: status $?"
    grep -qF -- '--timeout' "$work/one" || fail "$words: no help"
done
[ ! -e "$work/state" ] || fail 'help left a case'

# A name that is like none of those there are: where they are listed.
lists() {
    list=$1 status=0
    shift
    "$program" check sim:nec-ix/psk-mismatch-responder "$@" --lang en \
        >/dev/null 2>"$work/one" || status=$?
    [ "$status" = 64 ] || fail "$*: status $status, not 64"
    grep -qx "  all of them: $list" "$work/one" || fail "$*: no hint"
}
lists 'kiriwake flows' --flow zzz
lists 'kiriwake graph FLOW' --answer zzz=1
lists 'kiriwake drivers' --driver zzz
exit $failed
