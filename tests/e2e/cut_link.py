#!/usr/bin/python3
"""A walk on a console whose link is cut: always a clear state, resumable.

usage: cut_link.py PROGRAM

The link is cut after N bytes: at every byte until the walk has begun, then
at every STEP bytes of the rest. A cut walk fails and says at which stage, or
ends as the whole one does; it names no other cause. Its case, resumed on a
link that holds, ends as the whole walk does.
(Single bytes of a whole dialogue: tests/unit/test_cut_link.c.)
"""
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
SCENARIO = "sim:nec-ix/config-ike-not-configured?login=1"
ARGS = ["--answer", "history=never-worked"]
LOGIN_BYTES = 60
STEP = 29
MOST = 20000
STATUS = {"diagnosed": 1, "open": 2, "failed": 3}


def program(state, *args):
    env = dict(os.environ, XDG_STATE_HOME=state)
    return subprocess.run([PROGRAM, *args], env=env, capture_output=True,
                          text=True, timeout=60, check=False)


def verdict(done):
    r = json.loads(done.stdout)
    if done.returncode != STATUS.get(r["outcome"], 0):
        raise ValueError("status %d for %s" % (done.returncode, r["outcome"]))
    return r["outcome"], [f["id"] for f in r["findings"]], r


def make_whole(state, case):
    """The same case, on a link that holds."""
    path = os.path.join(state, "kiriwake", "cases", case, "journal.jsonl")
    with open(path, encoding="utf-8") as f:
        lines = f.readlines()
    head = json.loads(lines[0])
    head["target"] = SCENARIO
    lines[0] = json.dumps(head) + "\n"
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines)


def cut(n, want):
    state = tempfile.mkdtemp()
    try:
        done = program(state, "check", "%s&disconnect=%d" % (SCENARIO, n),
                       "--json", *ARGS)
        outcome, found, r = verdict(done)
        if (outcome, found) == want:
            return True, None
        if outcome != "failed" or found or not r["error"]["stage"]:
            return False, "cut at %d: %s %s" % (n, outcome, found)
        make_whole(state, r["case"])
        again = program(state, "resume", r["case"], "--json")
        if verdict(again)[:2] != want:
            return False, "cut at %d, resumed: %s\n%s" % (
                n, again.stdout[:400], again.stderr[:400])
        return False, None
    except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired) as e:
        return False, "cut at %d: %r" % (n, e)
    finally:
        shutil.rmtree(state)


def main():
    state = tempfile.mkdtemp()
    want = verdict(program(state, "check", SCENARIO, "--json", *ARGS))[:2]
    shutil.rmtree(state)
    faults, cuts, whole = [], 0, 0
    points = list(range(1, LOGIN_BYTES)) + list(range(LOGIN_BYTES, MOST, STEP))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for at in range(0, len(points), 8):
            for same, fault in pool.map(lambda n: cut(n, want),
                                        points[at:at + 8]):
                cuts += 1
                whole += same
                if fault:
                    faults.append(fault)
            if whole >= 8:          # the dialogue is over
                break
    for fault in faults[:10]:
        print(fault, file=sys.stderr)
    print("%d cuts, %d after the end, %d faults; whole: %s" % (
        cuts, whole, len(faults), want))
    return 1 if faults or whole < 8 or want[0] != "diagnosed" else 0


if __name__ == "__main__":
    sys.exit(main())
