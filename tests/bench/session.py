"""The timing half of session.sh.

usage: session.py PROGRAM SCENARIO WORK USER PORT PORT-AS-AN-IX [DOCS]
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import docs

ROUNDS = int(os.environ.get("ROUNDS", "31"))
LEGACY = ["-oHostKeyAlgorithms=+ssh-rsa"]


def scenario_args(program, name):
    out = subprocess.run([program, "scenarios", "--json"], check=True,
                         capture_output=True).stdout
    for s in json.loads(out):
        if s["id"] == name:
            return s["driver"], s["args"], s["expect"]["outcome"]
    sys.exit("session.py: no scenario " + name)


class Bench:
    """One walk and one OpenSSH session to the same server."""

    def __init__(self, program, scenario, work, user, port, legacy):
        driver, args, self.outcome = scenario_args(program, scenario)
        self.work, home = work, work / "home"
        known = work / ("known." + port)
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"],
                    "TERM": "vt100", "LANG": "C.UTF-8"}
        self.walk = [program, "check", f"ssh://{user}@127.0.0.1:{port}",
                     "--driver", driver, "--json", "--no-journal",
                     "--known-hosts", known, "--host-key", "accept-new",
                     *args]
        self.ssh = ["ssh", "-tt", "-q", "-F", "none", "-p", port,
                    "-i", home / ".ssh/id_ed25519", "-oIdentitiesOnly=yes",
                    f"-oUserKnownHostsFile={known}",
                    "-oStrictHostKeyChecking=yes",
                    *(LEGACY if legacy else []), f"{user}@127.0.0.1"]
        self.typed = b""

    def record(self):
        """The bytes that the walk types, as the router got them."""
        mark = self.work / "server" / "record"
        mark.touch()
        self.run_walk()
        mark.unlink()
        self.typed = (self.work / "server" / "typed").read_bytes()
        said = self.run_ssh()
        for command in self.typed.split(b"\r")[:-1]:
            if command.strip() not in said:
                sys.exit("session.py: OpenSSH did not run %r" % command)

    def run_walk(self):
        done = subprocess.run(self.walk, env=self.env, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False)
        if json.loads(done.stdout or b"{}").get("outcome") != self.outcome:
            sys.exit("session.py: the walk went wrong: %s%s" % (
                done.stdout.decode(), done.stderr.decode()))

    def peak(self):
        """The most that one walk had resident, in MiB."""
        high = 0
        with subprocess.Popen(self.walk, env=self.env,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as walk:
            while walk.poll() is None:
                high = max(high, docs.status_mib(walk.pid, "VmHWM"))
        return high

    def run_ssh(self):
        return subprocess.run(self.ssh, env=self.env, input=self.typed,
                              stdout=subprocess.PIPE, check=False).stdout

    def rounds(self):
        """([walk ms], [OpenSSH ms]), taking turns."""
        walk, ssh = [], []
        for i in range(ROUNDS):
            pair = [(self.run_walk, walk), (self.run_ssh, ssh)]
            for run, times in pair[::-1 if i % 2 else 1]:
                start = time.perf_counter()
                run()
                times.append((time.perf_counter() - start) * 1000)
        return walk, ssh


def row(name, bench):
    bench.record()
    walk, ssh = (statistics.median(t) for t in bench.rounds())
    commands = bench.typed.count(b"\r")
    return (f"| {name} | {commands} | {ssh:.0f} ms | {walk:.0f} ms | "
            f"**{walk / ssh:.2f}** | {bench.peak():.1f} MiB |")


def main():
    program, scenario, work, user, current, ix = sys.argv[1:7]
    work = pathlib.Path(work)
    text = "\n".join([
        f"`{scenario}` over OpenSSH's server on loopback, key login; whole "
        f"processes; {ROUNDS}",
        f"rounds, taking turns; medians; {docs.cpu()}.",
        "",
        "| server | lines typed | OpenSSH, same bytes | walk | ratio | walk's "
        "most resident |",
        "|---|---|---|---|---|---|",
        row("current algorithms",
            Bench(program, scenario, work, user, current, False)),
        row("as a NEC IX offers",
            Bench(program, scenario, work, user, ix, True)),
        ""])
    print(text)
    if len(sys.argv) > 7:
        docs.write(sys.argv[7], "session", "A walk over SSH", text)


main()
