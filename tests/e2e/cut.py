#!/usr/bin/python3
"""A reply cut short is never taken for a fault.

usage: cut.py PROGRAM

Each show command of a sound router of each vendor is cut after every number of lines, as if
the rest had never been printed. The walk may end healthy (what is missing did
not matter) or open, but in no finding. A router with a fault may end in its
own finding besides, in no other one.
"""
import subprocess
import sys

from walks import check

PROGRAM = sys.argv[1]
ARGS = ["--answer", "history=worked-before", "--allow", "active"]
ROUTERS = [
    {"id": "nec-ix/healthy-idle",
     "enter": "enable-config\nterminal length 0\n%s\nexit\nexit\n",
     "prompt": "Router(config)#",
     "commands": ["show running-config", "show ike sa", "show ipsec sa",
                  "show interfaces", "show ip interface", "show ip route",
                  "show logging", "show ipsec statistics"]},
    {"id": "nec-wa/healthy-traffic",
     "enter": "enable\nterminal length 0\n%s\nexit\n",
     "prompt": "WA-Branch#",
     # a WA shows nothing at all when there is no SA: no cut, but an answer
     "mute": ["show ike sa", "show ipsec sa"],
     "commands": ["show running-config", "show ip address", "show ike sa",
                  "show ipsec sa", "show ipsec profile"]},
    {"id": "paloalto-panos/healthy-traffic",
     "enter": "set cli pager off\n%s\nexit\n",
     "prompt": "admin@fw-branch(active)>",
     "commands": ["show config running", "show vpn ike-sa",
                  "show vpn ipsec-sa", "show vpn flow tunnel-id 1",
                  "show log system direction equal backward"]},
    {"id": "cisco-ios/healthy-idle",
     "enter": "terminal length 0\n%s\nexit\n", "prompt": "\nRouter#",
     "commands": ["show running-config", "show crypto isakmp sa",
                  "show version", "show crypto ipsec sa",
                  "show crypto engine connections active",
                  "show interfaces", "show ip route", "show logging",
                  "show clock"]},
]

FAULTY = [
    # the end of the WAN's and the tunnel's block: NAPT without its static
    # entries, a tunnel without its policy, or not enabled
    {"id": "nec-ix/psk-mismatch-responder", "finding": "ike.psk-mismatch",
     "args": ["--answer", "history=never-worked", "--allow", "active",
              "--allow", "config"],
     "enter": "enable-config\nterminal length 0\n%s\nexit\nexit\n",
     "prompt": "Router(config)#", "commands": ["show running-config"]},
]


def walk(router, knobs):
    target = "sim:" + router["id"] + ("?" + knobs if knobs else "")
    return check(PROGRAM, target, router.get("args", ARGS))


def lines_of(router, command):
    """How long the reply is: from there on nothing is cut any more."""
    done = subprocess.run(
        [PROGRAM, "sim", *router["id"].split("/"), "--stdio"],
        input=router["enter"] % command,
        capture_output=True, text=True, timeout=60, check=False)
    body = done.stdout.split(command, 1)[1].split(router["prompt"], 1)[0]
    return len(body.splitlines())


def cut_router(router):
    """Failures and passes of one router."""
    failed = passed = 0
    own = router.get("finding")
    whole = walk(router, "")
    if own and [f["id"] for f in whole["findings"]] != [own]:
        sys.exit("%s is not found to be %s" % (router["id"], own))
    if not own and whole["outcome"] != "healthy":
        sys.exit("the sound router %s is not healthy" % router["id"])
    for command in router["commands"]:
        first = 1 if command in router.get("mute", []) else 0
        for n in range(first, lines_of(router, command)):
            result = walk(router, "truncate=%s:%d" % (command, n))
            if any(f["id"] != own for f in result["findings"]):
                failed += 1
                print("FAIL %s: %s cut after %d lines: %s at %s" % (
                    router["id"], command, n, result["findings"][0]["id"],
                    result["path"][-1]["checkpoint"]))
            else:
                passed += 1
    return failed, passed


def main():
    failed = 0
    for router in ROUTERS + FAULTY:
        bad, good = cut_router(router)
        print("%s: %d passed, %d failed" % (router["id"], good, bad))
        failed += bad + (good < 40)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
