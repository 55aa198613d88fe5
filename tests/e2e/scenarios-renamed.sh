#!/bin/sh
# Every scenario, renamed: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" renamed
