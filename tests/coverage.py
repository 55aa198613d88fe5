#!/usr/bin/python3
"""Writes the coverage table from executed scenarios.

usage: coverage.py PROGRAM [OUT]     without OUT: only checks

For every item of the guidelines: the check points that name it, the scenarios
whose walk went through one of them, and what they ended in. A row counts as
covered when a walk went through its check point and met its expectation.
"""
import collections
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def program_json(program, *args):
    out = subprocess.run([program, *args], capture_output=True, text=True,
                         check=False)
    return json.loads(out.stdout)


def items():
    with open(os.path.join(HERE, "coverage-items.txt"), encoding="utf-8") as f:
        return [line.split() for line in f if line.strip()
                and not line.startswith("#")]


def checkpoints(program):
    """(flow, check point) -> covered ids, and how it is decided."""
    covers = {}
    for flow in program_json(program, "flows", "--json"):
        for point in flow["checkpoints"]:
            covers[flow["name"], point["id"]] = (point.get("covers") or [],
                                                 point["kind"])
    return covers


def walks(program):
    """(scenario, result) of each."""
    for s in program_json(program, "scenarios", "--json"):
        yield s, program_json(program, "check", "sim:" + s["id"], "--json",
                              "--no-journal", *s["args"])


def table(program, walked):
    covers = checkpoints(program)
    by_point = collections.defaultdict(set)
    for (flow, point), (ids, kind) in covers.items():
        for item in ids:
            by_point[item].add((flow, point, kind))
    hits = collections.defaultdict(dict)
    for s, result in walked:
        finding = result["findings"][0]["id"] if result["findings"] else None
        met = (result["outcome"] == s["expect"]["outcome"]
               and finding == s["expect"].get("finding"))
        went = {p["checkpoint"] for p in result["path"]}
        for item, points in by_point.items():
            if any(point in went for _, point, _ in points) and met:
                named = item in s["covers"]
                hits[item][s["id"]] = (named, finding or result["outcome"])
    return by_point, hits


def write(program, out, walked):
    """The items without a check point and a scenario."""
    by_point, hits = table(program, walked)
    missing = []
    with open(out, "w", encoding="utf-8") as f:
        f.write("# Coverage\n\nWritten by `./dev coverage` from executed "
                "scenarios; not by hand. A row is covered when a\nscenario's "
                "walk went through one of its check points and met its "
                "expectation.\n\n| item | check points | scenarios that "
                "reach it | ends in | |\n|---|---|---|---|---|\n")
        for item, *marks in items():
            points = sorted(by_point.get(item, ()))
            got = hits.get(item, {})
            named = sorted(k for k, (n, _) in got.items() if n)
            shown = named or sorted(got)
            ends = sorted({got[k][1] for k in shown})
            if not points or not shown:
                missing.append(item)
            f.write("| %s | %s | %s | %s | %s |\n" % (
                item, ", ".join("%s#%s" % (a, b) for a, b, _ in points),
                ", ".join(k.split("/", 1)[1] for k in shown[:4])
                + (" and %d more" % (len(shown) - 4) if len(shown) > 4
                   else ""),
                ", ".join(ends[:4]), " ".join(marks)))
        f.write("\n%d rows, %d without a check point and a scenario%s\n" % (
            len(items()), len(missing),
            ": " + ", ".join(missing) if missing else ""))
    return missing


def main():
    program = os.path.abspath(sys.argv[1])
    out = sys.argv[2] if len(sys.argv) > 2 else os.devnull
    missing = write(program, out, walks(program))
    if missing:
        print("no row for: " + ", ".join(missing))
    print("%d passed, %d failed" % (len(items()) - len(missing),
                                    len(missing)))
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
