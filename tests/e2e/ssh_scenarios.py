"""What ssh_scenarios.sh does once its servers run: one worker a server.

usage: ssh_scenarios.py PROGRAM DIRECTORY USER SUBSTRING KIND.NUMBER=PORT...
"""
import json
import os
import queue
import sys
import threading
import time

from walks import expected, run, told, verdict

PROGRAM, WORK, USER, ONLY, *PORTS = sys.argv[1:]
# On current servers: of every vendor that has one of that name.
SAMPLE = ("healthy-idle", "psk-mismatch-initiator", "two-vpns-first-down",
          "ikev2-down")
# They wait longest, so they begin first.
LONG = ("carrier-outage", "icmp-", "peer-", "psk-", "two-vpns-second-psk",
        "udp", "healthy-idle")
FAULTS = []
TIMES = []


def walk(server, port, scenario):
    with open("%s/server/%s" % (WORK, server), "w", encoding="ascii") as f:
        f.write(scenario["id"].replace("/", " "))
    cmd = [PROGRAM, "check", "ssh://%s@127.0.0.1:%s" % (USER, port),
           "--driver", scenario["driver"], "--flow", scenario["flow"],
           "--json", "--no-journal", "--password-file", WORK + "/password",
           "--known-hosts", "%s/known.%s" % (WORK, server),
           "--host-key", "accept-new", *scenario["args"]]
    env = dict(os.environ, HOME=WORK + "/home", SSH_AUTH_SOCK="")
    result = run(cmd, env=env)
    if verdict(result) == expected(scenario):
        return None
    return "wanted %s, got %s" % (expected(scenario), told(result))


def worker(jobs, server, port):
    while True:
        try:
            scenario = jobs.get_nowait()
        except queue.Empty:
            return
        begun = time.monotonic()
        fault = walk(server, port, scenario)
        TIMES.append((time.monotonic() - begun, scenario["id"]))
        if fault:
            FAULTS.append(scenario["id"])
            print("FAIL %s on %s: %s" % (scenario["id"], server, fault),
                  flush=True)


def jobs_of(scenarios, wanted):
    chosen = [s for s in scenarios if ONLY in s["id"] and wanted(s)]
    chosen.sort(key=lambda s: not s["id"].split("/")[1].startswith(LONG))
    jobs = queue.Queue()
    for s in chosen:
        jobs.put(s)
    return jobs


def main():
    with open(WORK + "/scenarios", encoding="utf-8") as f:
        scenarios = json.load(f)
    jobs = {
        "ix": jobs_of(scenarios, lambda s: s["driver"] == "nec-ix" and
                      "/console-" not in s["id"]),  # no SSH leads there
        "current": jobs_of(scenarios, lambda s:
                           s["id"].split("/")[1] in SAMPLE),
    }
    threads = []
    for name in PORTS:
        server, port = name.split("=")
        kind = server.split(".", maxsplit=1)[0]
        threads.append(threading.Thread(target=worker, args=(
            jobs[kind], server, port)))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for seconds, name in sorted(TIMES)[-3:]:
        print("%s took %.0f s" % (name, seconds))
    print("%d passed, %d failed" % (len(TIMES) - len(FAULTS), len(FAULTS)))
    sys.exit(1 if FAULTS or not TIMES else 0)


main()
