#!/usr/bin/python3
"""Without --driver: the vendor is recognised on a console and over SSH, the
login is answered, a wrong password is told, and saved text gives the same.

usage: vendors.py PROGRAM
"""
import os
import re
import subprocess
import sys
import tempfile

from walks import run, verdict

PROGRAM = os.path.abspath(sys.argv[1])
WALKS = [
    {"driver": "nec-wa", "scenario": "mobile-shutdown",
     "finding": "wan.interface-shutdown", "setup": ["enable"],
     "commands": ["show running-config", "show ip address",
                  "show ipsec profile", "show ike sa", "show ipsec sa"]},
    {"driver": "paloalto-panos", "scenario": "own-link-down",
     "finding": "wan.link-down", "setup": ["set cli pager off"],
     "commands": ["show system info", "show config running",
                  "show vpn ike-sa", "show vpn ipsec-sa",
                  "show interface all",
                  "show log system direction equal backward",
                  "tail lines 500 mp-log ikemgr.log"]},
]
ARGS = ["--json", "--answer", "history=worked-before"]


def check(*args):
    got = run([PROGRAM, *args, *ARGS])
    if "device" not in got:
        return got["said"][-300:], None, None
    return (*verdict(got), got["device"]["driver"])


def serve(walk):
    """A router behind SSH, and its user and password."""
    server = subprocess.Popen(
        [PROGRAM, "sim", walk["driver"], walk["scenario"], "--ssh", "0"],
        stdout=subprocess.PIPE, text=True)
    said = re.search(r":(\d+) user=(\S+) password=(\S+)",
                     server.stdout.readline())
    return server, *said.groups()


def on_console(walk, user, password):
    target = "exec:%s sim %s %s --stdio --login" % (
        PROGRAM, walk["driver"], walk["scenario"])
    return check("check", target, "--no-journal", "--user", user,
                 "--password-file", password)


def saved(walk, work):
    """What a terminal program would have kept of the same commands."""
    lines = [*walk["setup"], "terminal length 0", *walk["commands"], "exit"]
    path = os.path.join(work, "saved.txt")
    done = subprocess.run(
        [PROGRAM, "sim", walk["driver"], walk["scenario"], "--stdio"],
        input="\n".join(lines) + "\n", capture_output=True, text=True,
        timeout=60, check=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(done.stdout)
    return check("analyze", path, "--driver", walk["driver"])


def results(walk, work):
    server, port, user, password = serve(walk)
    try:
        paths = {}
        for name, text in (("right", password), ("wrong", "no-" + password)):
            paths[name] = os.path.join(work, name)
            with open(paths[name], "w", encoding="ascii") as f:
                f.write(text + "\n")
        want = ("diagnosed", walk["finding"], walk["driver"])
        yield "ssh", want, check(
            "check", "ssh://%s@127.0.0.1:%s" % (user, port), "--no-journal",
            "--password-file", paths["right"], "--host-key", "accept-new",
            "--known-hosts", os.path.join(work, "known"))
        yield "console", want, on_console(walk, user, paths["right"])
        got = on_console(walk, user, paths["wrong"])
        yield "wrong password", ("diagnosed", "device.login-refused"), got[:2]
        yield "saved text", want, saved(walk, work)
    finally:
        server.kill()
        server.wait()


def main():
    failed = 0
    for walk in WALKS:
        with tempfile.TemporaryDirectory() as work:
            for name, want, got in results(walk, work):
                good = want == got
                print("ok" if good else "not ok", walk["driver"], name,
                      "" if good else "wanted %s, got %s" % (want, got))
                failed += not good
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
