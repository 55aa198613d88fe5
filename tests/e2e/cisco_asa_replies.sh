#!/bin/sh
# Replies of real ASAs, read in full: see cisco_asa_replies.py.
exec python3 "$(dirname "$0")/cisco_asa_replies.py" "$1"
