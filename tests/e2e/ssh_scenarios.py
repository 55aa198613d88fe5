"""What ssh_scenarios.sh does once its servers run: one worker a server.

usage: ssh_scenarios.py PROGRAM DIRECTORY USER SUBSTRING KIND.NUMBER=PORT...
"""
import json
import os
import queue
import subprocess
import sys
import threading
import time

PROGRAM, WORK, USER, ONLY, *PORTS = sys.argv[1:]
# On current servers: of every vendor that has one of that name.
SAMPLE = ("healthy-idle", "psk-mismatch-initiator", "two-vpns-first-down",
          "ikev2-down")
# They wait longest, so they begin first.
LONG = ("carrier-outage", "icmp-", "peer-", "psk-", "two-vpns-second-psk",
        "udp", "healthy-idle")
FAULTS = []
TIMES = []


def verdict(result):
    found = result["findings"][0]["id"] if result["findings"] else None
    return result["outcome"], found


def walk(server, port, scenario):
    with open("%s/server/%s" % (WORK, server), "w", encoding="ascii") as f:
        f.write(scenario["id"].replace("/", " "))
    cmd = [PROGRAM, "check", "ssh://%s@127.0.0.1:%s" % (USER, port),
           "--driver", scenario["driver"], "--flow", scenario["flow"],
           "--json", "--no-journal", "--password-file", WORK + "/password",
           "--known-hosts", "%s/known.%s" % (WORK, server),
           "--host-key", "accept-new", *scenario["args"]]
    env = dict(os.environ, HOME=WORK + "/home", SSH_AUTH_SOCK="")
    done = subprocess.run(cmd, capture_output=True, text=True, env=env,
                          timeout=400, check=False)
    if not done.stdout:
        return "exit %d: %s" % (done.returncode, done.stderr[-300:])
    result = json.loads(done.stdout)
    expect = scenario["expect"]
    if verdict(result) == (expect["outcome"], expect.get("finding")):
        return None
    last = result["path"][-1] if result["path"] else {}
    return "wanted %s, got %s at %s (%s) %s" % (
        expect, verdict(result), last.get("checkpoint"), last.get("because"),
        result["error"])


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
