#!/usr/bin/python3
"""Finds out the vendor of every simulated device, and of none that is unknown.

usage: detect.py PROGRAM [--only SUBSTRING]

Each scenario is walked without --driver: its target says detect=, so that
the driver is found out by what the device says. With the name of its SSH
server (banner), without it (1), and on a console with its login (login=1).
Then the fakes below: devices that no driver is there for.
"""
import concurrent.futures
import os
import sys
import tempfile

from walks import (beyond_console, check, expected, listing, run, told,
                   verdict)

WORKERS = 2
KNOBS = ("detect=banner", "detect=1", "detect=1&login=1")

# Prompt, what it says before, replies to what is sent. From vendor-cli: the
# prompts and errors of devices that kiriwake has no driver for.
FAKES = {
    "yamaha": ("RTX1210> ", "", "エラー: コマンド名を確認してください"),
    "yamaha-hostless": ("> ", "RTX830 BootROM Ver. 1.01", "Error: Invalid "
                        "command name"),
    "yamaha-admin": ("YAMAHA-SUDOU# ", "", "Error: Invalid command name"),
    "junos": ("admin@srx300> ", "--- JUNOS 20.2R3.9 built 2021-07-20",
              "syntax error, expecting <command>."),
    "junos-version": ("admin@srx300> ", "", "Hostname: srx300\n"
                      "Model: srx300\nJunos: 20.2R3.9"),
    "junos-shell": ("root@srx300% ", "", "show: Command not found."),
    "fortigate": ("FGT60E # ", "", "Unknown action 0\nCommand fail. Return "
                  "code -1"),
    "fortigate-read": ("FGT60E $ ", "", "command parse error before 'show'"),
    "linux": ("user@host:~$ ", "Linux host 6.1.0-18-amd64 #1 SMP",
              "bash: show: command not found"),
    "linux-root": ("[root@host ~]# ", "", "bash: show: command not found"),
    "nxos": ("n9k# ", "User Access Verification", "Cisco Nexus Operating "
             "System (NX-OS) Software\nTAC support: http://www.cisco.com/tac"),
    "iosxr": ("RP/0/RSP0/CPU0:xr# ", "", "Cisco IOS XR Software, Version "
              "6.1.4[Default]"),
    "alliedware": ("awplus>", "AlliedWare Plus (TM) 5.5.1",
                   "AlliedWare Plus (TM) 5.5.1 21/05/13 05:25:32"),
    "fitelnet": ("F220#", "", "FITELnet F220 (FURUKAWA ELECTRIC)"),
    "vyos": ("vyos@vyos:~$ ", "Welcome to VyOS", "Version: VyOS 1.3.0"),
    "motd": ("sw1# ", "Property of Palo Alto Networks", "Unknown command"),
}

FAKE = r'''#!/usr/bin/python3
import sys
prompt, before, reply = {fake!r}
sys.stdout.reconfigure(encoding="utf-8", newline="\r\n")
print(before)
log = open({log!r}, "a")
while True:
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not line or line.strip() in ("exit", "quit", "logout"):
        break
    log.write(line.strip() + "\n")
    log.flush()
    if line.strip():
        print(reply)
'''


def check_one(program, s, title):
    faults = []
    for i, knobs in enumerate(KNOBS):
        if (i + s["number"]) % len(KNOBS) == 1:
            continue                    # its turn is at the next scenario
        target = "sim:%s?%s" % (s["id"], knobs)
        if (i + s["number"]) % len(KNOBS) == 0:
            got = check(program, target, ["--flow", s["flow"], *s["args"]])
            device = got.get("device") or {}
            known = device.get("driver") == s["driver"]
            if known and verdict(got) != expected(s):
                faults.append("%s [%s]: %s" % (s["id"], knobs, told(got)))
        else:
            got = run([program, "probe", target, "version"])
            known = title in got["said"]
        if not known:
            faults.append("%s [%s]: not known: %s" % (s["id"], knobs,
                                                      got["said"][-200:]))
    return faults


def check_fake(program, name, fake, folder):
    """It must be unknown, and hear no more than two harmless commands. They
    wait in real time, and cost little else."""
    faults = []
    path, log = os.path.join(folder, name), os.path.join(folder, name + ".log")
    with open(path, "w", encoding="utf-8") as f:
        f.write(FAKE.format(fake=fake, log=log))
    os.chmod(path, 0o755)
    got = check(program, "exec:stty sane -echo; exec " + path, [])
    device = got.get("device") or {}
    if device.get("driver") or got.get("outcome") not in ("failed", "open"):
        faults.append("%s: taken for %s, %s" % (name, device.get("driver"),
                                                verdict(got)))
    sent = []
    if os.path.exists(log):
        with open(log, encoding="utf-8") as f:
            sent = [line for line in f.read().split("\n") if line]
    if any(not line.startswith("show ") for line in sent) or len(sent) > 2:
        faults.append("%s: it was sent %s" % (name, sent))
    return faults


def main():
    argv = sys.argv[1:]
    program = os.path.abspath(argv.pop(0))
    only = argv[argv.index("--only") + 1] if "--only" in argv else ""
    names = {d["driver"]: d["title"] for d in listing(program, "drivers")}
    listed = beyond_console(listing(program))
    scenarios = [dict(s, number=i)
                 for i, s in enumerate(listed) if only in s["id"]]
    faults = []
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(WORKERS) as pool, \
            concurrent.futures.ThreadPoolExecutor(len(FAKES)) as waiting:
        jobs = [pool.submit(check_one, program, s, names[s["driver"]])
                for s in scenarios]
        jobs += [waiting.submit(check_fake, program, n, f, folder)
                 for n, f in FAKES.items() if only in n]
        for job in concurrent.futures.as_completed(jobs):
            faults += job.result()
    for fault in faults:
        print("FAIL", fault)
    print("%d scenarios, %d unknown devices, %d faults" % (
        len(scenarios), len(FAKES), len(faults)))
    sys.exit(1 if faults or not (scenarios or only) else 0)


if __name__ == "__main__":
    main()
