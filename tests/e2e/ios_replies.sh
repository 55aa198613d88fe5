#!/bin/sh
# Real routers' replies, where the shared corpus is beside the source.
here=$(cd "$(dirname "$0")/../.." && pwd)
corpus=${KIRIWAKE_SHARED:-$here/../shared}/device-outputs/cisco
if ! [ -d "$corpus" ]; then
    echo "skipped: no corpus at $corpus"
    exit 77
fi
exec python3 "$here/tests/e2e/ios_replies.py" "$1" "$here" "$corpus"
