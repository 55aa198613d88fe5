#!/bin/sh
# Every scenario's dialogue as saved text, plain and varied: see analyze.py.
exec python3 "$(dirname "$0")/analyze.py" "$1"
