#!/bin/sh
# A headless walk over SSH against OpenSSH with the same commands.
exec python3 "$(dirname "$0")/session.py" "$@"
