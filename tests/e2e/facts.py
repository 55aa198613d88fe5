#!/usr/bin/python3
"""Every read probe of every driver keeps to docs/facts.schema.json, on
scenarios taken from all over. usage: facts.py PROGRAM"""
import concurrent.futures
import json
import os
import subprocess
import sys

from walks import beyond_console, listing

try:
    import jsonschema
except ImportError:
    print("skipped: no python3-jsonschema")
    sys.exit(77)

PROGRAM = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
EVERY = 12          # scenarios: one in so many of each driver


def asks():
    # those whose console itself is in question give no facts
    scenarios = beyond_console(listing(PROGRAM))
    for driver in listing(PROGRAM, "drivers"):
        mine = [s for s in scenarios if s["driver"] == driver["driver"]]
        for s in mine[::EVERY]:
            for p in driver["probes"]:
                if p["class"] == "read" and p["name"] != "peer_config":
                    yield s, p["name"]


def subject(args):
    at = args.index("--vpn") if "--vpn" in args else len(args)
    return args[at:at + 2]


def probe(ask):
    s, name = ask
    out = subprocess.run([PROGRAM, "probe", "sim:" + s["id"], name,
                          *subject(s["args"])], capture_output=True,
                         text=True, timeout=120, check=False).stdout
    return s["id"], name, json.loads(out)


def faults(schema, name, fact):
    if fact["state"] not in ("present", "absent", "unreadable"):
        return ["state %s" % fact["state"]]
    if fact["state"] == "unreadable":
        return [] if fact["reason"] else ["unreadable without a reason"]
    if name not in schema["properties"]:
        return ["a probe that the schema does not know"]
    if fact["state"] == "absent":
        return []
    part = dict(schema["properties"][name],
                definitions=schema["definitions"])
    return [e.message[:200] for e in
            jsonschema.Draft7Validator(part).iter_errors(fact["facts"])]


def main():
    with open(os.path.join(HERE, "../../docs/facts.schema.json"),
              encoding="utf-8") as f:
        schema = json.load(f)
    present = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for where, name, fact in pool.map(probe, asks()):
            present += fact["state"] == "present"
            for fault in faults(schema, name, fact):
                failed += 1
                print("FAIL %s %s: %s" % (where, name, fault))
    print("%d facts present, %d faults" % (present, failed))
    sys.exit(1 if failed or present < 200 else 0)


main()
