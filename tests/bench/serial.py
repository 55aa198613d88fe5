"""What serial.sh does: walks in the guest, timed at the router's end."""
import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "guest"))
import docs                     # noqa: E402
from guest import Guest         # noqa: E402
from suite import Suite, meets  # noqa: E402

BAUD = 9600
PAUSE = 1.0         # a gap as long as this is a wait of the guideline's own
ROUNDS = {"config-map-not-applied": 5, "psk-mismatch-responder": 1}


def turns(trace):
    """[(typed, said)]: what was typed at once, and what came until more was
    typed."""
    found = []
    for _, who, data in trace:
        if who == "guest" and (not found or found[-1][1]):
            found.append([b"", b""])
        found[-1][who == "router"] += data
    return found


def line_bytes(trace):
    """How many bytes the line carries one after the other. An echo travels
    while the rest is still typed: of what is echoed only the first byte
    counts, beside the echo."""
    count = 0
    for typed, said in turns(trace):
        echoed = len(os.path.commonprefix([typed, said]))
        count += len(said) + len(typed) - max(echoed - 1, 0)
    return count


def figures(trace):
    """(bytes, seconds of the line, seconds of the walk, its waits): from the
    first byte that the walk typed to the last of the dialogue."""
    begin = next(i for i, t in enumerate(trace) if t[1] == "guest")
    trace = trace[begin:]
    gaps = [b[0] - a[0] for a, b in zip(trace, trace[1:])]
    waits = sum(g for g in gaps if g > PAUSE)
    return (sum(len(data) for _, _, data in trace),
            line_bytes(trace) * 10 / BAUD,
            trace[-1][0] - trace[0][0] - waits, waits)


def walk(suite, name):
    line, scenario = suite.guest.usb[0], suite.scenario(name)
    result = suite.walk(line, "/dev/ttyUSB0", scenario, "--baud", str(BAUD))
    meets(scenario, result)
    return figures(line.trace)


def main():
    program, image, *path = sys.argv[1:]
    with Guest(image) as guest:
        suite = Suite(program, guest)
        guest.wait_for("[ -e /dev/ttyUSB0 ]")
        rows = []
        for name, rounds in ROUNDS.items():
            runs = [walk(suite, name) for _ in range(rounds)]
            size, line, took, waits = (statistics.median(column)
                                       for column in zip(*runs))
            rows.append("| %s (%d) | %d | %.2f s | %.2f s | **%.3f** | %.1f s |\n" %
                        (name, rounds, size, line, took, took / line, waits))
            print(rows[-1], end="", flush=True)
    alone = ("" if os.sched_getscheduler(0) == os.SCHED_OTHER else
             "; at a real-time priority (`chrt -r 1`), so that\nnothing else "
             "on the machine counts")
    text = (
        f"NEC IX scenarios over the guest's USB adapter at {BAUD} baud "
        f"(QEMU without\nKVM), the simulated router paced at 10 bits a byte; "
        f"from the first byte typed to\nthe last one; medians (of so many "
        f"walks); {docs.cpu()}{alone}. The line's time\ncounts what can only travel "
        f"one after the other: all that the router sends, and what\nis typed "
        f"without what overlaps with its own echo. Before it types, a walk "
        f"listens for\na second; gaps above {PAUSE:.0f} s are the "
        f"guideline's own waits.\n\n"
        "| scenario | bytes both ways | the line's time | walk without waits "
        "| ratio | waits |\n|---|---|---|---|---|---|\n" + "".join(rows))
    if path:
        docs.write(path[0], "serial", "A walk over a serial line", text)


main()
