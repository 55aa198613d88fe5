#!/usr/bin/python3
"""A walk cut off after any event goes on to the same verdict.

usage: resume.py PROGRAM

Each scenario is walked once with its case kept. Then, for every number of
records, a case that holds only the first so many (and once with a torn line
behind them, as a kill in the middle of a write leaves it) is resumed.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

SCENARIOS = sys.argv[2:] or [
    "nec-ix/healthy-idle", "nec-ix/psk-mismatch-responder",
    "nec-ix/proposal-mismatch-initiator", "nec-ix/config-map-not-applied"]
PROGRAM = os.path.abspath(sys.argv[1])


def verdict(text):
    r = json.loads(text)
    return r["outcome"], [f["id"] for f in r["findings"]]


def program(state, *args):
    env = dict(os.environ, XDG_STATE_HOME=state)
    return subprocess.run([PROGRAM, *args], env=env, capture_output=True,
                          text=True, timeout=120, check=False)


def first_walk(state, scenario):
    done = program(state, "check", "sim:" + scenario["id"], "--json",
                   *scenario["args"])
    case = json.loads(done.stdout)["case"]
    path = os.path.join(state, "kiriwake", "cases", case, "journal.jsonl")
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    os.unlink(path)
    os.rmdir(os.path.dirname(path))
    return verdict(done.stdout), case, lines


def resume(state, case, lines, torn):
    home = os.path.join(state, "kiriwake", "cases", case)
    os.makedirs(home, mode=0o700)
    with open(os.path.join(home, "journal.jsonl"), "w",
              encoding="utf-8") as f:
        f.writelines(lines)
        f.write(torn)
    done = program(state, "resume", case, "--json")
    shutil.rmtree(home)
    return done


def check(scenario):
    state = tempfile.mkdtemp()
    faults = []
    try:
        want, case, lines = first_walk(state, scenario)
        for n in range(1, len(lines)):
            torn = lines[n][:len(lines[n]) // 2] if n % 2 else ""
            done = resume(state, case, lines[:n], torn)
            if not done.stdout or verdict(done.stdout) != want:
                faults.append("%s after %d records: wanted %s, got %s %s" % (
                    scenario["id"], n, want, done.returncode,
                    done.stdout[:300] or done.stderr[:300]))
        if len(lines) < 5:
            faults.append("only %d records" % len(lines))
    finally:
        shutil.rmtree(state)
    return faults


def main():
    listing = subprocess.run([PROGRAM, "scenarios", "--json"], check=True,
                             capture_output=True, text=True).stdout
    scenarios = [s for s in json.loads(listing) if s["id"] in SCENARIOS]
    failed = 0
    for s in scenarios:
        faults = check(s)
        failed += bool(faults)
        for fault in faults:
            print("FAIL", fault)
    print("%d passed, %d failed" % (len(scenarios) - failed, failed))
    sys.exit(1 if failed or len(scenarios) != len(SCENARIOS) else 0)


if __name__ == "__main__":
    main()
