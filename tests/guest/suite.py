#!/usr/bin/python3
"""What works on a real serial port: run on the guest's.

usage: suite.py PROGRAM IMAGE-DIR [--all] [--only SUBSTRING] [--unplug N]
                [--log FILE]

Without --all a few NEC IX scenarios are walked, else every one.
--unplug N pulls the adapter out at N random places of a walk.
"""
import argparse
import json
import os
import queue
import random
import re
import subprocess
import sys
import threading
import time

from guest import Guest

SAMPLE = ["nec-ix/psk-mismatch-responder", "nec-ix/proposal-mismatch-initiator",
          "nec-ix/wan-link-down", "nec-ix/healthy-traffic",
          "nec-ix/udp500-path", "nec-ix/data-route-missing",
          "nec-ix/console-off", "nec-ix/console-left-pager",
          "nec-ix/console-monitor", "nec-ix/console-reboot-loop"]
ADAPTERS = 14
# How long an FTDI adapter collects bytes, in ms.
LATENCY = "/sys/bus/usb-serial/devices/ttyUSB0/latency_timer"
WALK_SECONDS = 600
# The socket behind a guest's port has no speed: these have a terminal.
SPEEDS = ["console-wrong-speed", "console-other-speed"]
# Its adapter is pulled out here, not by the simulator; alone, since others may
# change their names by it.
UNPLUGGED = "console-unplugged"
NOT_BY_ITSELF = ["--fault", "unplug=1000000"]
# It waits for five minutes: the first to start.
LONGEST = "console-booting-long"


class Fault(Exception):
    """A check did not hold."""


def want(condition, *what):
    if not condition:
        raise Fault(" ".join(str(w) for w in what))


class Suite:
    def __init__(self, program, guest):
        self.program = program
        self.guest = guest
        done = subprocess.run([program, "scenarios", "--json"], check=True,
                              capture_output=True, text=True)
        self.scenarios = [s for s in json.loads(done.stdout)
                          if s["driver"] == "nec-ix"]
        self.user, self.password = self._login()
        guest.run("echo '%s' >/root/password; cp /root/password /tmp/password; "
                  "chmod 644 /tmp/password" % self.password)

    def _login(self):
        """What the simulated router accepts: it announces it."""
        sim = subprocess.Popen([self.program, "sim", "nec-ix",
                                self.scenarios[0]["id"].split("/")[1],
                                "--telnet", "0"], stdout=subprocess.PIPE,
                               text=True)
        line = sim.stdout.readline()
        sim.kill()
        sim.communicate()
        found = re.search(r"user=(\S+) password=(\S+)", line)
        return found.group(1), found.group(2)

    def router(self, name, *options):
        return [self.program, "sim", "nec-ix", name, "--stdio", "--login",
                *options]

    def check(self, target, args, before="", words="--driver nec-ix"):
        """The script of a walk in the guest."""
        quoted = " ".join("'%s'" % a.replace("'", "'\\''") for a in args)
        return ("%s kiriwake check '%s' %s --json --no-journal --lang en "
                "--user %s --password-file /tmp/password %s" %
                (before, target, words, self.user, quoted))

    def scenario(self, name):
        return next(s for s in self.scenarios if s["id"] == "nec-ix/" + name)

    def walk(self, line, device, scenario, *options):
        """Verdict of one scenario over one port."""
        name = scenario["id"].split("/")[1]
        router = self.router(name, *options)
        starts = "boot" in name         # switched on while somebody listens
        if not starts:
            line.plug(router)
        number = self.guest.start(
            self.check("serial://" + device,
                       ["--flow", scenario["flow"], *scenario["args"]]))
        if starts:
            self.guest.wait_for("[ -e /run/lock/LCK..%s ]" % device[5:])
            line.plug(router, early=False)
        status, out, err = self.guest.finish(number, WALK_SECONDS)
        want(out, name, "said nothing:", status, err[-500:])
        return json.loads(out)


def verdict(result):
    found = result["findings"][0]["id"] if result["findings"] else None
    return result["outcome"], found


def expected(scenario):
    return scenario["expect"]["outcome"], scenario["expect"].get("finding")


def meets(scenario, result):
    last = result["path"][-1] if result["path"] else {}
    want(verdict(result) == expected(scenario), scenario["id"], "wanted",
         expected(scenario), "got", verdict(result), "at",
         last.get("checkpoint"), last.get("because"), result["error"])


# --- the tests ----------------------------------------------------------------

def test_ports(s):
    """Every adapter is told with its identity; ours is nobody's."""
    _, out, _ = s.guest.run("kiriwake ports --json")
    ports = {p["path"]: p for p in json.loads(out)}
    usb = [p for p in ports.values() if p["vid"]]
    want(len(usb) == ADAPTERS, "adapters:", sorted(ports))
    want(all((p["vid"], p["pid"], p["maker"], p["product"]) ==
             ("0403", "6001", "QEMU", "QEMU USB SERIAL") for p in usb), usb)
    want({p["serial"] for p in usb} ==
         {"KIRI%04d" % i for i in range(ADAPTERS)}, usb)
    want("/dev/ttyS1" in ports, "the 16550 is missing", sorted(ports))
    want(ports["/dev/ttyS0"]["holder_pid"] == 1, ports["/dev/ttyS0"])
    want(ports["/dev/ttyUSB0"]["holder_pid"] is None, ports["/dev/ttyUSB0"])


def test_uart(s):
    """The 16550."""
    for name in ("config-map-not-applied", "wan-link-down"):
        meets(s.scenario(name),
              s.walk(s.guest.uart, "/dev/ttyS1", s.scenario(name)))


def test_settings(s):
    """The line's settings are as before; while we have it, they are ours."""
    scenario = s.scenario("wan-link-down")
    s.guest.usb[0].plug(s.router("wan-link-down"))
    _, out, _ = s.guest.run(
        "stty -F /dev/ttyUSB0 19200 cs7 parenb -cstopb hupcl crtscts icanon "
        "ixon echo;"
        "stty -F /dev/ttyUSB0 -a >/tmp/before; cat %s >>/tmp/before;" %
        LATENCY +
        s.check("serial:///dev/ttyUSB0?baud=38400", scenario["args"]) +
        " >/tmp/result & n=0; until [ $n = 200 ] || "
        "stty -F /dev/ttyUSB0 -a 2>/dev/null | grep -q 'speed 38400'; do "
        "n=$((n+1)); usleep 20000; done; stty -F /dev/ttyUSB0 -a; "
        "cat %s; wait; (stty -F /dev/ttyUSB0 -a; cat %s) >/tmp/after; "
        "echo @@; diff /tmp/before /tmp/after && echo same" %
        (LATENCY, LATENCY), WALK_SECONDS)
    during, after = out.split("@@")
    want("speed 38400" in during and not {
        "cs8", "-parenb", "-cstopb", "-hupcl", "-crtscts", "-ixon", "-icanon",
        "-echo"} - set(re.findall(r"[^\s;]+", during)), during)
    want(during.split()[-1] == "1", "held back:", during)
    want(after.strip() == "same", after)
    _, out, _ = s.guest.run("cat /tmp/result")
    meets(scenario, json.loads(out))


def test_locks(s):
    """The port is taken three ways while we have it, and free afterwards."""
    scenario = s.scenario("wan-link-down")
    s.guest.usb[0].plug(s.router("wan-link-down"))
    number = s.guest.start(s.check("serial:///dev/ttyUSB0", scenario["args"]))
    s.guest.wait_for("[ -e /run/lock/LCK..ttyUSB0 ]")
    _, out, _ = s.guest.run("cat /run/lock/LCK..ttyUSB0; pidof kiriwake; "
                            "kiriwake ports --json")
    pid, of, listed = out.split("\n", 2)
    want(pid.strip() in of.split(), "lock file:", out)
    port = next(p for p in json.loads(listed) if p["path"] == "/dev/ttyUSB0")
    want((port["holder"], port["holder_pid"]) == ("kiriwake", int(pid)), port)
    # Nobody else may open it (root could: so as another user).
    _, out, err = s.guest.run("chmod 666 /dev/ttyUSB0; su mina -c "
                              "'cat </dev/ttyUSB0'; chmod 600 /dev/ttyUSB0")
    want("busy" in err, "opened by another:", out, err)
    # A second walk is refused, and says by whom.
    status, out, _ = s.guest.run(s.check("serial:///dev/ttyUSB0", []))
    error = json.loads(out)["error"]
    want(status == 3 and error["stage"] == "open" and
         "in use by kiriwake (pid %s)" % pid.strip() in error["what"], error)
    _, out, _ = s.guest.finish(number, WALK_SECONDS)
    meets(scenario, json.loads(out))
    status, _, _ = s.guest.run("[ ! -e /run/lock/LCK..ttyUSB0 ]")
    want(status == 0, "the lock file stayed")


def walk_terminal(s, name, router):
    """Verdict of a scenario over an adapter whose line has a speed."""
    path = router.stdout.readline().split()[1]
    s.guest.plug_terminal(path)
    device = "/dev/ttyUSB%d" % ADAPTERS
    s.guest.wait_for("[ -e %s ]" % device)
    _, out, err = s.guest.run(
        s.check("serial://" + device, s.scenario(name)["args"]), WALK_SECONDS)
    s.guest.unplug_terminal()
    want(out, name, "said nothing:", err[-500:])
    return json.loads(out)


def test_speeds(s):
    """The router's speed is found; noise at every speed is named so."""
    for name in SPEEDS:
        with subprocess.Popen([s.program, "sim", "nec-ix", name, "--pty"],
                              stdout=subprocess.PIPE, text=True) as router:
            try:
                meets(s.scenario(name), walk_terminal(s, name, router))
            finally:
                router.kill()


def test_stale_lock(s):
    """The lock of a program that has gone does not hold us."""
    s.guest.run("sh -c 'printf \"%10d\\n\" $$ >/run/lock/LCK..ttyUSB0'")
    scenario = s.scenario("wan-link-down")
    meets(scenario, s.walk(s.guest.usb[0], "/dev/ttyUSB0", scenario))


def test_holder(s):
    """A terminal program that has the port is named."""
    s.guest.run("sleep 300 </dev/ttyUSB0 & echo $! >/tmp/holder")
    status, out, _ = s.guest.run(s.check("serial:///dev/ttyUSB0", []))
    _, pid, _ = s.guest.run("cat /tmp/holder; kill $(cat /tmp/holder)")
    error = json.loads(out)["error"]
    want(status == 3 and "in use by sleep (pid %s)" % pid.strip() in
         error["what"], error)


def test_permission(s):
    """A user without the right learns which group to join."""
    status, out, _ = s.guest.run(
        "chgrp dialout /dev/ttyUSB0; chmod 660 /dev/ttyUSB0; su mina -c \"" +
        s.check("serial:///dev/ttyUSB0", []) + "\"")
    error = json.loads(out)["error"]
    want(status == 3 and "dialout" in error["what"] and
         "usermod -aG dialout" in error["try"], error)
    _, out, _ = s.guest.run("su mina -c 'kiriwake ports --json'")
    port = next(p for p in json.loads(out) if p["path"] == "/dev/ttyUSB0")
    want(port["group"] == "dialout" and not port["likely"], port)
    s.guest.run("chgrp root /dev/ttyUSB0; chmod 600 /dev/ttyUSB0")


def test_not_there(s):
    status, out, _ = s.guest.run(s.check("serial:///dev/ttyUSB99", []))
    error = json.loads(out)["error"]
    want(status == 3 and "no such port" in error["what"] and
         "/dev/ttyUSB0" in error["try"], error)


def test_by_id(s):
    """A path below by-id is the same port: the same lock."""
    scenario = s.scenario("wan-link-down")
    s.guest.run("mkdir -p /dev/serial/by-id; ln -sf ../../ttyUSB0 "
                "/dev/serial/by-id/usb-QEMU_KIRI0000-if00-port0")
    s.guest.usb[0].plug(s.router("wan-link-down"))
    _, out, _ = s.guest.run(s.check(
        "serial:///dev/serial/by-id/usb-QEMU_KIRI0000-if00-port0",
        scenario["args"]), WALK_SECONDS)
    meets(scenario, json.loads(out))
    _, out, _ = s.guest.run("kiriwake ports --json; rm -r /dev/serial")
    want(json.loads(out)[0]["by_id"] ==
         "/dev/serial/by-id/usb-QEMU_KIRI0000-if00-port0", out)


# --- pulled out at any byte ---------------------------------------------------

def walk_unplugged(s, i, scenario, offset):
    """One walk whose adapter is pulled out before the offset-th byte that the
    router sends, and plugged in again once the guest has noticed."""
    line, pulled = s.guest.usb[i], threading.Event()

    def pull(count):
        if count >= offset:
            line.on_byte = None
            line.cut = True
            pulled.set()

    line.plug(s.router(UNPLUGGED, *NOT_BY_ITSELF))
    line.on_byte = pull
    number = s.guest.start(s.check("serial:///dev/ttyUSB%d" % i,
                                   scenario["args"]))
    want(pulled.wait(WALK_SECONDS), "byte", offset, "never passed")
    # What is under way arrives: QEMU 7.2 crashes when bytes come for a device
    # that is being deleted.
    threading.Event().wait(0.2)
    s.guest.unplug(i)
    s.guest.wait_for("! grep -q KIRI%04d /sys/bus/usb/devices/*/serial" % i)
    s.guest.plug(i)
    s.guest.wait_for("grep -q KIRI%04d /sys/bus/usb/devices/*/serial" % i)
    _, out, err = s.guest.finish(number, WALK_SECONDS)
    want(out, "said nothing", err[-500:])
    return json.loads(out), err


def test_unplugged(s):
    """Pulled out mid-command: said so, with what it was; plugged in again it
    is known by its identity, and the walk goes on to its finding."""
    scenario = s.scenario(UNPLUGGED)
    result, said = walk_unplugged(s, 1, scenario, 3600)
    want("adapter was unplugged" in said and "KIRI0001" in said, said)
    meets(scenario, result)


def test_unplug_anywhere(s, count):
    """The walk goes on after each of count random places, to its finding."""
    scenario = s.scenario(UNPLUGGED)
    meets(scenario, s.walk(s.guest.usb[0], "/dev/ttyUSB0", scenario,
                           *NOT_BY_ITSELF))
    whole = s.guest.usb[0].count
    chance = random.Random(20261121)
    offsets = [chance.randrange(1, whole) for _ in range(count)]
    faults = []

    def one(i, offset):
        try:
            meets(scenario, walk_unplugged(s, i, scenario, offset)[0])
        except Exception as e:
            faults.append("byte %d of %d: %s" % (offset, whole, e))

    # A replugged adapter may get another's name: one at a time.
    for offset in offsets:
        one(0, offset)
    print("unplugged at %d of %d bytes, %d failed" % (
        count, whole, len(faults)), flush=True)
    want(not faults, "; ".join(faults[:5]))


TESTS = [test_ports, test_uart, test_settings, test_locks, test_stale_lock,
         test_holder, test_speeds, test_permission, test_not_there,
         test_by_id, test_unplugged]


# --- every scenario -----------------------------------------------------------

def walk_all(suite, scenarios):
    """Each port is a worker with a router of its own."""
    ports = [(line, "/dev/ttyUSB%d" % i)
             for i, line in enumerate(suite.guest.usb)]
    ports.append((suite.guest.uart, "/dev/ttyS1"))
    jobs, faults = queue.Queue(), []
    for scenario in sorted(scenarios,
                           key=lambda x: not x["id"].endswith(LONGEST)):
        jobs.put(scenario)

    def worker(line, device):
        while True:
            try:
                scenario = jobs.get_nowait()
            except queue.Empty:
                return
            try:
                meets(scenario, suite.walk(line, device, scenario))
            except Exception as e:              # told, and the rest goes on
                faults.append(scenario["id"])
                print("FAIL walk %s on %s: %s" % (scenario["id"], device, e),
                      flush=True)

    threads = [threading.Thread(target=worker, args=port) for port in ports]
    begun = time.monotonic()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print("%d scenarios over serial ports, %d failed, %.0f s" % (
        len(scenarios), len(faults), time.monotonic() - begun), flush=True)
    return len(faults)


def run_test(test, suite, name):
    """1 when it failed, and says so."""
    begun = time.monotonic()
    try:
        test(suite)
    except Exception as e:
        print("FAIL %s: %r" % (name, e), flush=True)
        return 1
    print("ok %s %.1f s" % (name, time.monotonic() - begun), flush=True)
    return 0


def run_tests(suite, only):
    return sum(run_test(test, suite, test.__name__) for test in TESTS
               if only in test.__name__)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("image")
    p.add_argument("--all", action="store_true")
    p.add_argument("--only", default="")
    p.add_argument("--unplug", type=int, default=0, metavar="N")
    p.add_argument("--log")
    o = p.parse_args()
    log = open(o.log, "w", encoding="utf-8") if o.log else None
    with Guest(os.path.abspath(o.image), ADAPTERS, log) as guest:
        print("booted in %.1f s" % guest.booted_in, flush=True)
        suite = Suite(os.path.abspath(o.program), guest)
        guest.wait_for("[ -e /dev/ttyUSB%d ]" % (ADAPTERS - 1))
        failed = run_tests(suite, o.only)
        if o.unplug:
            failed += run_test(lambda s: test_unplug_anywhere(s, o.unplug),
                               suite, "test_unplug_anywhere")
        chosen = [x for x in suite.scenarios if o.only in x["id"] and
                  (o.all or x["id"] in SAMPLE) and
                  x["id"].split("/")[1] not in [*SPEEDS, UNPLUGGED]]
        if chosen:
            failed += walk_all(suite, chosen)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
