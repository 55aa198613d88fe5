#!/bin/sh
# Help, manual page, documents and translation are in step: see docs.py.
exec python3 "$(dirname "$0")/docs.py" "$1"
