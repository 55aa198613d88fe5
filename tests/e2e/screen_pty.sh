#!/usr/bin/env bash
# The screen on a real pseudo terminal: it comes up, takes keys and a new
# size, and gives the terminal back as it was, whatever ends it.
set -u
command -v python3 >/dev/null || exit 77
exec python3 "$(dirname "$0")/screen_pty.py" "$1"
