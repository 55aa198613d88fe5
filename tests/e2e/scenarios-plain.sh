#!/bin/sh
# Every scenario, plain: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" plain
