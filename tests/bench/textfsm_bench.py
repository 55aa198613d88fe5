"""Google's textfsm and ours over the ntc-templates corpus, interleaved.

usage: textfsm_bench.py BENCH_TEXTFSM CORPUS [DOCS]
Writes the table between the markers of DOCS (docs/benchmarks.md).
"""
import os
import pathlib
import platform
import re
import statistics
import struct
import subprocess
import sys
import time

import textfsm

ROUNDS = 1
BUDGET_US = 400
MARK = "<!-- textfsm:{} -->"


class Engine:
    """The C engine, a process that answers with nanoseconds."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *fields):
        self.process.stdin.write("\t".join(map(str, fields)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def load(template):
    with open(template, encoding="utf-8") as f:
        return textfsm.TextFSM(f)


def python_once(fsm, text):
    fsm.Reset()
    start = time.perf_counter_ns()
    try:
        fsm.ParseText(text)
    except textfsm.TextFSMError:
        pass
    return time.perf_counter_ns() - start


def python_parse(fsm, text):
    """As ours: the median of parses repeated for a while."""
    times = []
    end = time.perf_counter_ns() + BUDGET_US * 1000
    while not times or time.perf_counter_ns() < end:
        times.append(python_once(fsm, text))
    return statistics.median(times)


def python_cold(template, texts):
    """Compile and parse each once, in a process made for it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        re.purge()
        start = time.perf_counter_ns()
        fsm = load(template)
        for text in texts:
            python_once(fsm, text)
        os.write(write, struct.pack("q", time.perf_counter_ns() - start))
        os._exit(0)
    os.close(write)
    ns = struct.unpack("q", os.read(read, 8))[0]
    os.close(read)
    os.waitpid(child, 0)
    return ns


def bench_parse(engine, groups):
    """[(python ns, our ns)] for each sample."""
    pairs = []
    for template, samples in groups:
        fsm = load(template)
        for path, text in samples:
            ours, theirs = [], []
            for _ in range(ROUNDS):
                theirs.append(python_parse(fsm, text))
                ours.append(engine.ask("parse", BUDGET_US, template, path))
            pairs.append((statistics.median(theirs), statistics.median(ours)))
    return pairs


def bench_cold(engine, groups):
    """[(python ns, our ns)] for each template."""
    pairs = []
    for template, samples in groups:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(python_cold(template, [t for _, t in samples]))
            ours.append(engine.ask("cold", template,
                                   *[p for p, _ in samples]))
        pairs.append((statistics.median(theirs), statistics.median(ours)))
    return pairs


def row(name, pairs):
    ratios = sorted(t / o for t, o in pairs)
    theirs, ours = (sum(p[i] for p in pairs) / 1e6 for i in (0, 1))
    mid = [statistics.median(p[i] for p in pairs) / 1e3 for i in (0, 1)]
    return (f"| {name} | {mid[0]:.0f} µs | {mid[1]:.1f} µs | "
            f"**{statistics.median(ratios):.0f}×** | "
            f"{ratios[len(ratios) // 10]:.0f}× | "
            f"{theirs:.0f} ms | {ours:.1f} ms | {theirs / ours:.0f}× |")


def report(groups, parse, cold):
    count = sum(len(s) for _, s in groups)
    cpu = "unknown"
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return "\n".join([
        f"{count} samples of {len(groups)} ntc-templates templates; textfsm "
        f"{textfsm.__version__} on Python {platform.python_version()}; {cpu};",
        f"{ROUNDS} rounds, the engines taking turns; medians.",
        "",
        "| | Google's textfsm, median | ours, median | ratio, median | "
        "ratio, 10th percentile | theirs, sum | ours, sum | ratio of sums |",
        "|---|---|---|---|---|---|---|---|",
        row("parse only, per sample", parse),
        row("compile, and parse each sample once, per template", cold),
        ""])


def write_docs(path, text):
    begin, end = MARK.format("begin"), MARK.format("end")
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in old:
        old += ("" if old else "# Benchmarks\n") + (
            f"\n## TextFSM\n\n`./dev bench textfsm` writes this table.\n\n"
            f"{begin}\n{end}\n")
    head, rest = old.split(begin, 1)
    path.write_text(head + begin + "\n" + text + end + rest.split(end, 1)[1],
                    encoding="utf-8")


def main():
    engine, corpus = Engine(sys.argv[1]), pathlib.Path(sys.argv[2])
    groups = []
    for folder in sorted((corpus / "samples").iterdir()):
        samples = [(p, p.read_bytes().decode("utf-8"))
                   for p in sorted(folder.glob("*.raw"))]
        groups.append((corpus / "templates" / (folder.name + ".textfsm"),
                       samples))
    text = report(groups, bench_parse(engine, groups),
                  bench_cold(engine, groups))
    print(text)
    if len(sys.argv) > 3:
        write_docs(pathlib.Path(sys.argv[3]), text)


main()
