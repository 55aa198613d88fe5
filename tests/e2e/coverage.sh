#!/bin/sh
# Every item of the guidelines has a check point and a scenario that met its
# expectation; see tests/coverage.py.
exec python3 "$(dirname "$0")/../coverage.py" "$1"
