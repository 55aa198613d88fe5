#!/bin/sh
# Every scenario, second: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" second
