#!/bin/sh
# The link cut while a console is walked: see cut_link.py.
exec python3 "$(dirname "$0")/cut_link.py" "$1"
