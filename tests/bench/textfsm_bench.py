"""Google's textfsm and ours over the ntc-templates corpus, interleaved.

usage: textfsm_bench.py BENCH_TEXTFSM CORPUS [DOCS]
       textfsm_bench.py cold TEMPLATE SAMPLE...
Writes the table between the markers of DOCS (docs/benchmarks.md). The second
form is what the first starts for a measurement in a fresh process.
"""
import io
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import textfsm

import docs

ROUNDS = 3
BUDGET_US = 1500


class Engine:
    """The C engine, a process that answers with nanoseconds."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *fields):
        self.process.stdin.write("\t".join(map(str, fields)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def read(path):
    return pathlib.Path(path).read_bytes().decode("utf-8")


def load(text):
    return textfsm.TextFSM(io.StringIO(text, newline=None))


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


def python_cold(paths):
    """Compile, and parse each once: for a process made for it. As for ours,
    the files were read before."""
    template, *texts = [read(p) for p in paths]
    start = time.perf_counter_ns()
    fsm = load(template)
    for text in texts:
        python_once(fsm, text)
    return time.perf_counter_ns() - start


def fresh(*command):
    """The nanoseconds that a process prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return int(done.stdout)


def bench_parse(engine, groups):
    """[(python ns, our ns)] for each sample."""
    pairs = []
    for template, samples in groups:
        fsm = load(read(template))
        for path, text in samples:
            ours, theirs = [], []
            for _ in range(ROUNDS):
                theirs.append(python_parse(fsm, text))
                ours.append(engine.ask(BUDGET_US, template, path))
            pairs.append((statistics.median(theirs), statistics.median(ours)))
    return pairs


def bench_cold(program, groups):
    """[(python ns, our ns)] for each template."""
    pairs = []
    for template, samples in groups:
        ours, theirs = [], []
        paths = [template, *(p for p, _ in samples)]
        for _ in range(ROUNDS):
            theirs.append(fresh(sys.executable, __file__, "cold", *paths))
            ours.append(fresh(program, *paths))
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
    return "\n".join([
        f"{count} samples of {len(groups)} ntc-templates templates; textfsm "
        f"{textfsm.__version__} on Python {platform.python_version()}; "
        f"{docs.cpu()};",
        f"{ROUNDS} rounds, the engines taking turns; the second row in a "
        "fresh process for each template.",
        "",
        "| | Google's textfsm, median | ours, median | ratio, median | "
        "ratio, 10th percentile | theirs, sum | ours, sum | ratio of sums |",
        "|---|---|---|---|---|---|---|---|",
        row("parse only, per sample", parse),
        row("compile, and parse each sample once, per template", cold),
        ""])


def main():
    if sys.argv[1] == "cold":
        print(python_cold(sys.argv[2:]))
        return
    engine, corpus = Engine(sys.argv[1]), pathlib.Path(sys.argv[2])
    groups = []
    for folder in sorted((corpus / "samples").iterdir()):
        samples = [(p, read(p))
                   for p in sorted(folder.glob("*.raw"))]
        groups.append((corpus / "templates" / (folder.name + ".textfsm"),
                       samples))
    text = report(groups, bench_parse(engine, groups),
                  bench_cold(sys.argv[1], groups))
    print(text)
    if len(sys.argv) > 3:
        docs.write(sys.argv[3], "textfsm", "TextFSM", text)


main()
