#!/bin/sh
# A block that is lost once between two others: see lost_block.py.
exec python3 "$(dirname "$0")/lost_block.py" "$1"
