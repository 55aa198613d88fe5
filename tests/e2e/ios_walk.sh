#!/bin/sh
# What an IOS router says, and what it means; docs: tests/e2e/ios_walk.py.
exec python3 "$(dirname "$0")/ios_walk.py" "$1"
