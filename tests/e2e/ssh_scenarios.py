"""What ssh_scenarios.sh does once its servers run: one worker a server."""
import json
import os
import queue
import subprocess
import sys
import threading

PROGRAM, WORK, USER, ONLY, *PORTS = sys.argv[1:]
JOBS = queue.Queue()
FAULTS = []
DONE = []


def verdict(result):
    found = result["findings"][0]["id"] if result["findings"] else None
    return result["outcome"], found


def walk(number, port, scenario):
    with open("%s/server/scenario.%d" % (WORK, number), "w",
              encoding="ascii") as f:
        f.write(scenario["id"].split("/", 1)[1])
    cmd = [PROGRAM, "check", "ssh://%s@127.0.0.1:%s" % (USER, port),
           "--driver", "nec-ix", "--flow", scenario["flow"], "--json",
           "--no-journal", "--password-file", WORK + "/password",
           "--known-hosts", "%s/known.%d" % (WORK, number),
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


def worker(number, port):
    while True:
        try:
            scenario = JOBS.get_nowait()
        except queue.Empty:
            return
        fault = walk(number, port, scenario)
        DONE.append(scenario["id"])
        if fault:
            FAULTS.append(scenario["id"])
            print("FAIL %s: %s" % (scenario["id"], fault), flush=True)


def main():
    with open(WORK + "/scenarios", encoding="utf-8") as f:
        for s in json.load(f):
            if (s["driver"] == "nec-ix" and ONLY in s["id"] and
                    "/console-" not in s["id"]):    # no SSH leads there
                JOBS.put(s)
    threads = [threading.Thread(target=worker, args=(i + 1, port))
               for i, port in enumerate(PORTS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print("%d passed, %d failed" % (len(DONE) - len(FAULTS), len(FAULTS)))
    sys.exit(1 if FAULTS or not DONE else 0)


main()
