#!/bin/sh
# Every scenario, plain and under every variation: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1"
