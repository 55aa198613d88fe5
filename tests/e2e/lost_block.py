#!/usr/bin/python3
"""A table without a count of its own is not believed at once.

usage: lost_block.py PROGRAM
       lost_block.py PROGRAM DRIVER SCENARIO COMMAND FIRST LAST

With one argument: the test. With more: a line to a simulated router that
loses the lines FIRST to LAST of the first reply to COMMAND, and no others;
the prompt follows as if nothing had happened.
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading


class Loss:
    def __init__(self, command, first, last):
        self.command = command.encode()
        self.lines = range(first, last + 1)
        self.at, self.now, self.done = None, False, False

    def next(self, line):
        """A line has ended: is the next one lost?"""
        if self.at is not None:
            self.at += 1
        elif not self.done and line.rstrip().endswith(self.command):
            self.at, self.done = 1, True
        self.now = self.at in self.lines
        if self.at is not None and self.at > self.lines[-1]:
            self.at = None


def typed_by(router):
    """Whatever the program types, until it hangs up."""
    while data := os.read(0, 4096):
        router.stdin.write(data)
        router.stdin.flush()
    router.stdin.close()


def line_to(program, driver, scenario, command, first, last):
    loss = Loss(command, int(first), int(last))
    router = subprocess.Popen(
        [program, "sim", driver, scenario, "--stdio"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    threading.Thread(target=typed_by, args=[router], daemon=True).start()
    line = b""
    while byte := os.read(router.stdout.fileno(), 1):
        line += byte
        if not loss.now:
            os.write(1, byte)
        elif line == b"--More--":       # nobody else sees it
            router.stdin.write(b" ")
            router.stdin.flush()
        if byte == b"\n":
            loss.next(line)
            line = b""
    return router.wait()


def asked(program, scenario, vpn, probe, first, last):
    commands = {"ike_sa": "show ike sa", "ipsec_sa": "show ipsec sa"}
    line = [sys.executable, os.path.abspath(__file__), program, "nec-wa",
            scenario, commands[probe], str(first), str(last)]
    done = subprocess.run(
        [program, "probe", "exec:" + shlex.join(line), probe, "--driver",
         "nec-wa", "--vpn", vpn], capture_output=True, text=True, timeout=120,
        check=False)
    if not done.stdout:
        sys.exit("no fact: " + done.stderr)
    return json.loads(done.stdout)


def readings_differ(program, folder):
    """A saved walk whose last reading has lost the block that the first had:
    neither is believed."""
    path = os.path.join(folder, "saved.txt")
    walk = ["--no-journal", "--json", "--vpn", "IPsec1", "--answer",
            "history=never-worked"]
    subprocess.run(
        [program, "check", "sim:nec-wa/two-vpns-second-selectors?record="
         + path, "--allow", "active", *walk], check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    with open(path, "rb") as f:
        first, last = f.read().rsplit(b"show ike sa", 1)
    assert b"show ike sa" in first, "read once only"
    lines = last.split(b"\n")
    with open(path, "wb") as f:
        f.write(first + b"show ike sa" + b"\n".join(lines[:13] + lines[25:]))
    done = subprocess.run(
        [program, "analyze", path, "--driver", "nec-wa", *walk],
        capture_output=True, text=True, timeout=120, check=False)
    return json.loads(done.stdout)


def profile_lost(program):
    """Where the configuration ends before the second VPN, the router's own
    check still names it: the first is not taken for the only one."""
    for n in range(60, 100):
        done = subprocess.run(
            [program, "check", "sim:nec-wa/two-vpns-not-chosen?truncate="
             "show running-config:%d" % n, "--json", "--no-journal",
             "--answer", "history=never-worked", "--allow", "active"],
            capture_output=True, text=True, timeout=120, check=False)
        result = json.loads(done.stdout)
        assert result["outcome"] == "open", (n, result)


def main(program):
    # the second VPN's block, behind the first one's twelve lines; and the
    # only one's, whose empty reply would be "none"
    two = asked(program, "two-vpns-second-selectors", "IPsec1", "ike_sa", 13,
                24)
    one = asked(program, "selectors-initiator", "IPsec0", "ike_sa", 1, 12)
    sas = asked(program, "healthy-traffic", "IPsec0", "ipsec_sa", 1, 26)
    assert two["state"] == "present", two
    assert [s["established"] for s in two["facts"]["sas"]] == [True], two
    assert one["state"] == "present", one
    assert one["facts"]["established"] == 1, one
    assert sas["state"] == "present", sas
    assert len(sas["facts"]["inbound"]) == 1, sas
    with tempfile.TemporaryDirectory() as folder:
        saved = readings_differ(program, folder)
    assert (saved["outcome"], saved["path"][-1]["checkpoint"]) == (
        "open", "no-sa"), saved
    profile_lost(program)
    print("3 blocks lost once, 3 found; 2 readings that differ, no verdict")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2
             else line_to(*sys.argv[1:]))
