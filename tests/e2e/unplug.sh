#!/bin/sh
# A link that is cut and comes back changes no verdict: see unplug.py.
exec python3 "$(dirname "$0")/unplug.py" "$1"
