#!/bin/sh
# Every scenario, refused: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" refused
