#!/bin/sh
# Walks on a scripted ASA and PIX: see cisco_asa_walks.py.
exec python3 "$(dirname "$0")/cisco_asa_walks.py" "$1"
