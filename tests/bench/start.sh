#!/bin/sh
# Time to the first screen and resident memory: start.sh PROGRAM
exec python3 "$(dirname "$0")/start.py" "$@"
