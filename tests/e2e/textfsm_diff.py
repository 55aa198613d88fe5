"""Compares kiriwake parse with Google's textfsm over a corpus."""
import json
import pathlib
import subprocess
import sys

import textfsm


def expected(template, sample):
    """Rows as JSON would hold them, or None when textfsm raises."""
    with open(template, encoding="utf-8") as f:
        fsm = textfsm.TextFSM(f)
    text = sample.read_bytes().decode("utf-8")
    try:
        rows = fsm.ParseText(text)
    except textfsm.TextFSMError:
        return None
    return [dict(zip(fsm.header, row)) for row in rows]


def actual(kiriwake, template, sample):
    """(exit status, rows or None, what stderr said)"""
    done = subprocess.run([kiriwake, "parse", template, sample],
                          capture_output=True, check=False)
    rows = json.loads(done.stdout) if done.returncode == 0 else None
    return done.returncode, rows, done.stderr.decode()


def compare(kiriwake, template, sample):
    want = expected(template, sample)
    status, got, said = actual(kiriwake, template, sample)
    if want is None:
        return None if status == 2 else f"textfsm raises, ours exits {status}"
    if status:
        return f"exit {status}: {said}"
    if got != want:
        for i, (g, w) in enumerate(zip(got, want)):
            if g != w:
                return f"row {i}: ours {g}, textfsm {w}"
        return f"{len(got)} rows, textfsm has {len(want)}"
    # Key order too: rows list the values as the template does.
    if [list(r) for r in got] != [list(r) for r in want]:
        return "keys in another order"
    return None


def main():
    kiriwake, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    samples = sorted(corpus.glob("samples/*/*.raw"))
    wrong = 0
    for sample in samples:
        template = corpus / "templates" / (sample.parent.name + ".textfsm")
        why = compare(kiriwake, template, sample)
        if why:
            wrong += 1
            print(f"{sample.parent.name}/{sample.name}: {why}")
    print(f"{len(samples) - wrong} of {len(samples)} samples equal")
    return 1 if wrong or not samples else 0


sys.exit(main())
