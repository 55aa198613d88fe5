#!/usr/bin/python3
"""Walks every simulated scenario, plain and varied, and checks the verdicts.

usage: scenarios.py PROGRAM [plain|renamed|second|noise|recovered|refused|
                             evidence|unpermitted|line]... [--only SUBSTRING]
                    [--accuracy FILE]

plain      meets the scenario's expect
renamed    hosts, policies, interfaces and addresses renamed: the same verdict
second     a healthy second VPN beside it: the same, or open
noise      old log lines of past troubles: the same verdict
recovered  a later success follows: the finding must not appear
refused    each command refused in turn: the same finding, or open
evidence   the cited lines taken out of the replies: the verdict changes
unpermitted  without its permissions: the same finding, or open
line       echo, split reads and a slow line: the same finding (slow: or open)

What the plain walks print keeps to docs/check.schema.json (where
python3-jsonschema is there), and, without --only, they reach every row of the
guidelines (tests/coverage.py).
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

from walks import check, expected, listing, told, verdict, without_allow

try:
    import jsonschema
except ImportError:
    jsonschema = None

WORKERS = 2
TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def target_of(scenario, knobs=""):
    return "sim:" + scenario["id"] + ("?" + knobs if knobs else "")


def subject_args(base, args):
    subject = (base.get("subject") or {}).get("id")
    if subject and "--vpn" not in args:
        return [*args, "--vpn", subject]
    return args


def sent(base, command):
    """Whether the walk may have sent it: it stands behind some prompt in what
    the router printed (echo and all, without blanks and line ends)."""
    return re.search("[#>%$]" + re.escape(command.replace(" ", "")),
                     base["printed"]) is not None


def check_plain(program, s, base):
    want = expected(s)
    status = {"healthy": 0, "diagnosed": 1, "open": 2, "failed": 3}
    if verdict(base) != want:
        yield "wanted %s, got %s" % (want, told(base))
    elif base["status"] != status[want[0]]:
        yield "exit status %s" % base["status"]


def check_noise(program, s, base):
    got = check(program, target_of(s, "old-noise=1"), s["args"])
    if verdict(got) != expected(s):
        yield "old-noise: wanted %s, got %s" % (expected(s), told(got))


def vpn_ids(program, target):
    done = subprocess.run([program, "probe", target, "vpns"],
                          capture_output=True, text=True, check=False)
    facts = json.loads(done.stdout or "{}").get("facts") or {}
    return [v["id"] for v in facts.get("vpns", [])]


def check_renamed(program, s, base):
    """Names change, places do not: the same VPN in the renamed list."""
    args = list(s["args"])
    if "--vpn" in args:
        plain = vpn_ids(program, target_of(s))
        renamed = vpn_ids(program, target_of(s, "rename=1"))
        if set(plain) & set(renamed):
            yield "rename: %s still there" % (set(plain) & set(renamed))
        args[args.index("--vpn") + 1] = renamed[
            plain.index(base["subject"]["id"])]
    got = check(program, target_of(s, "rename=1"), args)
    if verdict(got) != expected(s):
        yield "rename: wanted %s, got %s" % (expected(s), told(got))


def check_second(program, s, base):
    args = subject_args(base, s["args"])
    if "--vpn" not in args:
        return              # there is no first VPN
    got = check(program, target_of(s, "second-vpn=up"), args)
    want = expected(s)
    if verdict(got) != want and verdict(got) != ("open", None):
        yield "second-vpn: wanted %s or open, got %s" % (want, told(got))


def check_recovered(program, s, base):
    want = expected(s)
    if not any(re.search(DRIVERS[s["driver"]]["event"], line["text"])
               for f in base["findings"] for e in f["evidence"]
               for line in e["lines"]):
        return              # it does not rest on an event of the log
    if "history=recurs" in s["args"]:
        return              # it came back each time, and dropped again
    got = check(program, target_of(s, "later-success=1"), s["args"])
    if got["findings"] and got["findings"][0]["id"] == want[1]:
        yield "later-success: %s still found" % want[1]


def check_refused(program, s, base):
    want = expected(s)
    for command in DRIVERS[s["driver"]]["refuse"]:
        if not sent(base, command):
            continue        # nothing is refused: the same walk, to the byte
        got = check(program, target_of(s, "refuse=" + command), s["args"])
        if verdict(got) == want or got["outcome"] in ("open", "failed"):
            continue
        yield "refuse=%s: wanted %s or open, got %s" % (command, want,
                                                       told(got))


def same_or_open(got, s, what):
    want = expected(s)
    if verdict(got) != want and got["outcome"] not in ("open", "failed"):
        yield "%s: wanted %s or open, got %s" % (what, want, told(got))


def check_unpermitted(program, s, base):
    if "--allow" not in s["args"]:
        return              # it had none: the same walk
    got = check(program, target_of(s), without_allow(s["args"]))
    yield from same_or_open(got, s, "without permissions")


def check_line(program, s, base):
    """The line's manners change nothing; a slow one changes what is seen."""
    for knobs in ("split=3&redraw=1", "echo=none", "echo=off&split=50"):
        got = check(program, target_of(s, knobs), s["args"])
        if verdict(got) != expected(s):
            yield "%s: wanted %s, got %s" % (knobs, expected(s), told(got))
    got = check(program, target_of(s, "delay=90"), s["args"])
    yield from same_or_open(got, s, "delay=90")


def knobs_of(finding, gone):
    """Adds the cited lines to those that are gone, by command."""
    for e in finding["evidence"]:
        if e["command"].startswith(("show", "tail")):
            lines = gone.setdefault(e["command"], set())
            lines.update(line["n"] for line in e["lines"])
    return "&".join("drop=%s:%s" % (c, ",".join(map(str, sorted(n))))
                    for c, n in sorted(gone.items()) if n)


def check_evidence(program, s, base):
    """What proves the same by other lines (a counter beside the log) is taken
    out next, until nothing is left to rest on."""
    gone, got, last = {}, base, None
    while got["findings"] and verdict(got) == verdict(base):
        knobs = knobs_of(got["findings"][0], gone)
        if knobs == last or not knobs:
            break
        last = knobs
        got = check(program, target_of(s, knobs), s["args"])
    if got["outcome"][:6] == "status":
        yield "did not run: %s" % told(got)
    elif last and verdict(got) == verdict(base) and not by_absence(s, got):
        yield "without the cited lines (%s) still %s" % (last, verdict(got))


def by_absence(s, result):
    """What decides because it is not there cannot be taken out of a reply:
    a definition, a reference's target, a route, an answer."""
    return result["findings"][0]["id"].split(".")[1] in (
        "not-configured", "map-not-applied", "access-list-missing",
        "proposal-reference", "route-missing", "no-address", "no-response",
        "not-triggered", "peer-unreachable", "one-way", "fragmentation")


# Per driver: commands that are refused in turn, and what an event of the log
# looks like where a finding rests on it.
DRIVERS = {
    "nec-ix": {
        "refuse": [
            "show running-config", "show startup-config", "show ike sa",
            "show ipsec sa", "show ike statistics", "show ipsec statistics",
            "show logging", "show interfaces", "show ip interface",
            "show ip route", "show version", "show pppoe status", "ping",
        ],
        "event": r"\b[A-Z]+\.\d{3}: ",
    },
    "cisco-ios": {
        "refuse": [
            "show running-config", "show startup-config", "show version",
            "show clock", "show crypto isakmp sa", "show crypto ikev2 sa",
            "show crypto ipsec sa", "show crypto engine", "show logging",
            "show interfaces", "show ip route", "show debugging", "debug",
            "ping",
        ],
        "event": r"%[A-Z0-9_]+-\d-[A-Z0-9_]+: |ISAKMP|IPSEC",
    },
    "cisco-asa": {
        "refuse": [
            "show running-config", "show startup-config", "show version",
            "show clock", "show crypto isakmp sa", "show crypto ipsec sa",
            "show logging", "show interface", "show route", "show debug",
            "debug", "ping",
        ],
        "event": r"%(ASA|PIX)-\d-\d+: |ISAKMP|IPSEC",
    },
    "nec-wa": {
        "refuse": [
            "show running-config", "show ip address", "show ike sa",
            "show ipsec sa", "show ipsec profile", "ping",
        ],
        "event": r" (IKE|MOBILE): ",
    },
    "paloalto-panos": {
        "refuse": [
            "show system info", "show config running", "show vpn ike-sa",
            "show vpn ipsec-sa", "show vpn flow", "show log system",
            "tail lines 500 mp-log", "show routing route", "show interface",
            "debug ike global show", "debug ike gateway", "ping",
        ],
        "event": r"DPD",
    },
}

CHECKS = {
    "plain": check_plain,
    "renamed": check_renamed,
    "second": check_second,
    "noise": check_noise,
    "recovered": check_recovered,
    "refused": check_refused,
    "evidence": check_evidence,
    "unpermitted": check_unpermitted,
    "line": check_line,
}


def recorded(program, s):
    """The walk as it is, with all that its router printed."""
    with tempfile.NamedTemporaryFile() as f:
        base = check(program, target_of(s, "record=" + f.name), s["args"])
        printed = f.read().decode("utf-8", "replace")
    base["printed"] = re.sub(r"\s", "", printed)
    return base


def schema_check():
    """A function: result -> what is wrong with it."""
    if not jsonschema:
        print("the results' schema is not checked: no python3-jsonschema")
        return lambda result: []
    with open(os.path.join(TESTS, "..", "docs", "check.schema.json"),
              encoding="utf-8") as f:
        validator = jsonschema.Draft7Validator(json.load(f))
    return lambda result: [e.message[:300]
                           for e in validator.iter_errors(result)]


def walk(program, s, names, schema_faults):
    base = recorded(program, s)
    raw = {k: v for k, v in base.items() if k not in ("status", "said", "printed")}
    faults = ["%s [schema] %s" % (s["id"], fault)
              for fault in schema_faults(raw)]
    for name in names:
        for fault in CHECKS[name](program, s, base):
            faults.append("%s [%s] %s" % (s["id"], name, fault))
    del base["printed"]
    return s, base, faults


def uncovered(program, walked):
    """Rows of the guidelines that no walk goes through."""
    sys.path.insert(0, TESTS)
    import coverage     # pylint: disable=import-outside-toplevel
    return coverage.write(program, os.devnull, walked)


def write_accuracy(path, counts, scenarios):
    ends = {}
    for s in scenarios:
        key = s["expect"].get("finding") or s["expect"]["outcome"]
        ends[key] = ends.get(key, 0) + 1
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Accuracy\n\nWritten by `./dev coverage` from executed "
                "walks on simulated routers; no figure here\nis from a real "
                "device. A scenario is wrong in a row when any of its walks "
                "there ended\nin another verdict than the row allows.\n\n"
                "| walk | scenarios right | wrong |\n|---|---|---|\n")
        for name, (good, bad) in counts.items():
            f.write("| %s | %d | %d |\n" % (ROWS[name], good, bad))
        f.write("\n| expected verdict | scenarios |\n|---|---|\n")
        for key in sorted(ends):
            f.write("| %s | %d |\n" % (key, ends[key]))


ROWS = {
    "plain": "as it is: exactly the expected verdict",
    "renamed": "hosts, policies, interfaces and addresses renamed: the same",
    "second": "a healthy second VPN beside it: the same, or open",
    "noise": "old log lines of past troubles: the same",
    "recovered": "a later success follows: the log's finding disappears",
    "refused": "each command refused in turn: the same, or open",
    "evidence": "the cited lines taken out: the verdict changes",
    "unpermitted": "without its permissions: the same, or open",
    "line": "echo, redraw, split reads, a slow line: the same (slow: or "
            "open)",
}


def main():
    argv = sys.argv[1:]
    program = os.path.abspath(argv.pop(0))
    only = argv[argv.index("--only") + 1] if "--only" in argv else ""
    names = [a for a in argv if a in CHECKS] or list(CHECKS)
    flows = {f["name"] for f in listing(program, "flows")}
    scenarios = [s for s in listing(program)
                 if only in s["id"] and s["flow"] in flows]
    if not scenarios:
        sys.exit("no scenario")
    failed = passed = 0
    walked = []
    schema_faults = schema_check()
    counts = {name: [0, 0] for name in names}
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(walk, program, s, names, schema_faults)
                for s in scenarios]
        for job in concurrent.futures.as_completed(jobs):
            s, base, faults = job.result()
            walked.append((s, base))
            for name in names:
                bad = any("[%s]" % name in fault for fault in faults)
                counts[name][bad] += 1
            failed += bool(faults)
            passed += not faults
            for fault in faults:
                print("FAIL", fault, flush=True)
    missing = [] if only else uncovered(program, walked)
    if missing:
        print("FAIL no walk goes through: " + ", ".join(missing))
        failed += len(missing)
    if "--accuracy" in argv:
        write_accuracy(argv[argv.index("--accuracy") + 1], counts, scenarios)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
