#!/bin/sh
# Telnet and console servers.
exec python3 "$(dirname "$0")/telnet.py" "$1"
