#!/usr/bin/python3
"""A reply cut short is never taken for a fault.

usage: cut.py PROGRAM

Each show command of a sound router is cut after every number of lines, as if
the rest had never been printed. The walk may end healthy (what is missing did
not matter) or open, but in no finding.
"""
import json
import subprocess
import sys

PROGRAM = sys.argv[1]
ARGS = ["--answer", "history=worked-before", "--allow", "active"]
COMMANDS = ["show running-config", "show ike sa", "show ipsec sa",
            "show interfaces", "show ip interface", "show ip route",
            "show logging", "show ipsec statistics"]


def walk(knobs):
    target = "sim:nec-ix/healthy-idle" + ("?" + knobs if knobs else "")
    done = subprocess.run([PROGRAM, "check", target, "--json",
                           "--no-journal", *ARGS], capture_output=True,
                          text=True, timeout=60, check=False)
    return json.loads(done.stdout)


def lines_of(command):
    """How long the reply is: from there on nothing is cut any more."""
    done = subprocess.run(
        [PROGRAM, "sim", "nec-ix", "healthy-idle", "--stdio"],
        input="enable-config\nterminal length 0\n%s\nexit\nexit\n" % command,
        capture_output=True, text=True, timeout=60, check=False)
    body = done.stdout.split(command, 1)[1].split("Router(config)#", 1)[0]
    return len(body.splitlines())


def main():
    failed = passed = 0
    if walk("")["outcome"] != "healthy":
        sys.exit("the sound router is not healthy")
    for command in COMMANDS:
        for n in range(lines_of(command)):
            result = walk("truncate=%s:%d" % (command, n))
            if result["findings"]:
                failed += 1
                print("FAIL %s cut after %d lines: %s at %s" % (
                    command, n, result["findings"][0]["id"],
                    result["path"][-1]["checkpoint"]))
            else:
                passed += 1
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or passed < 100 else 0)


if __name__ == "__main__":
    main()
