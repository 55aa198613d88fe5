"""What the tests here share: a walk's result, its verdict, the listings."""
import json
import subprocess


def run(words, **how):
    """The JSON that a command prints, with its status and what it said
    beside it. Without JSON: the outcome "status N"."""
    done = subprocess.run(words, capture_output=True, timeout=400,
                          check=False, **how)
    result = json.loads(done.stdout) if done.stdout else {
        "outcome": "status %d" % done.returncode, "findings": [], "path": []}
    result["status"] = done.returncode
    result["said"] = done.stderr.decode(errors="replace")
    return result


def check(program, target, args):
    return run([program, "check", target, "--json", "--no-journal", *args])


def verdict(result):
    found = result["findings"][0]["id"] if result["findings"] else None
    return result["outcome"], found


def expected(scenario):
    expect = scenario["expect"]
    return expect["outcome"], expect.get("finding")


def told(result):
    """One line on how a walk went, for a failure's report."""
    last = result["path"][-1] if result["path"] else {}
    error = (result.get("error") or {}).get("what", "")
    return "%s at %s (%s) %s" % (
        verdict(result), last.get("checkpoint"), last.get("because"),
        error or "" if result["path"] else result["said"][-300:])


def listing(program, what="scenarios"):
    done = subprocess.run([program, what, "--json"], check=True,
                          capture_output=True)
    return json.loads(done.stdout)


def beyond_console(scenarios):
    """Without those whose console itself is in question: see console_sim."""
    return [s for s in scenarios
            if not any(c.startswith("CO-") for c in s["covers"])]


def without_allow(args):
    kept = list(args)
    while "--allow" in kept:
        i = kept.index("--allow")
        del kept[i:i + 2]
    return kept
