#!/usr/bin/python3
"""What `check --json` prints keeps to docs/check.schema.json where a walk
does not go as a scenario expects (those: scenarios.py).
usage: schema.py PROGRAM (Debian: python3-jsonschema)"""
import json
import os
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: no python3-jsonschema")
    sys.exit(77)

PROGRAM = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))


TARGETS = [
    ("sim:nec-ix/two-vpns-not-chosen", []),
    ("sim:nec-ix/healthy-idle", []),
    ("sim:nec-ix/healthy-idle", ["--vpn", "no-such-vpn"]),
    ("sim:nec-ix/healthy-idle?mute=show ipsec sa", [
        "--answer", "history=never-worked"]),
    ("sim:nec-ix/healthy-idle?disconnect=900", []),
    ("ssh://127.0.0.1:1", []),
]


def main():
    with open(os.path.join(HERE, "../../docs/check.schema.json"),
              encoding="utf-8") as f:
        schema = json.load(f)
    validator = jsonschema.Draft7Validator(schema)
    passed = failed = 0
    for target, args in TARGETS:
        out = subprocess.run([PROGRAM, "check", target, "--json",
                              "--no-journal", *args], capture_output=True,
                             text=True, timeout=120, check=False).stdout
        try:
            faults = [e.message for e in
                      validator.iter_errors(json.loads(out))]
        except ValueError as e:
            faults = ["no JSON: %s" % e]
        passed += not faults
        failed += bool(faults)
        for fault in faults:
            print("FAIL %s: %s" % (target, fault[:300]))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
