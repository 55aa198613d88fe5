#!/bin/sh
# Every scenario, recovered: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" recovered
