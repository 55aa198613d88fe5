#!/bin/sh
# TextFSM against Google's, over the ntc-templates corpus beside this
# repository: textfsm.sh PROGRAM [DOCS]
set -eu
here=$(dirname "$0")
build=$(dirname "$1")
corpus=${KIRIWAKE_SHARED:-$here/../../../shared}/ntc-corpus
if ! [ -d "$corpus/samples" ]; then
    echo "skipped: no corpus at $corpus" >&2
    exit 77
fi
ninja -C "$build" bench_textfsm >/dev/null
shift
exec /usr/bin/python3 "$here/textfsm_bench.py" \
    "$build/tests/bench_textfsm" "$corpus" "$@"
