#!/bin/sh
# Every scenario, evidence: see scenarios.py.
exec python3 "$(dirname "$0")/scenarios.py" "$1" evidence
