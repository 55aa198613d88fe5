#!/bin/sh
# The printed JSON keeps to its schema: see schema.py.
exec /usr/bin/python3 "$(dirname "$0")/schema.py" "$1"
