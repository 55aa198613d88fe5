#!/bin/sh
# Every scenario, noise: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" noise
