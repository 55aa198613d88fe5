#!/usr/bin/env bash
# Every sample of the ntc-templates corpus through our engine and through
# Google's textfsm (Debian: python3-textfsm): the rows must be equal.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
kiriwake=$1
shared=${KIRIWAKE_SHARED:-$here/../../../shared}
python=/usr/bin/python3

if ! [ -d "$shared/ntc-corpus/samples" ]; then
    echo "SKIPPED: no corpus at $shared/ntc-corpus"
    exit 77
fi
if ! "$python" -c 'import textfsm' 2>/dev/null; then
    echo "SKIPPED: no python3-textfsm (apt install python3-textfsm)"
    exit 77
fi
exec "$python" "$here/textfsm_diff.py" "$kiriwake" "$shared/ntc-corpus"
