#!/usr/bin/python3
"""Records the dialogue of every scenario as a terminal log and analyzes it.

usage: analyze.py PROGRAM [--all] [--only SUBSTRING]

The log holds the bytes that the simulated router sent to `check`. Over it,
`analyze` must come to the same finding as `check`, or end open where the text
lacks a reply; never to another. The same holds for each variant of the log.
Without --all each scenario takes a few of the variants, in turn.
"""
import concurrent.futures
import os
import re
import sys
import tempfile

from walks import (beyond_console, check, listing, run, told, verdict,
                   without_allow)

WORKERS = 2
# Where a cut is made, in thousandths of the file.
CUTS = (3, 41, 90, 155, 233, 318, 402, 487, 555, 640, 731, 808, 866, 921, 967,
        990, 998)
ENCODINGS = {
    "utf-8-bom": lambda s: b"\xef\xbb\xbf" + s.encode("utf-8"),
    "shift_jis": lambda s: s.encode("cp932"),
    "euc-jp": lambda s: s.encode("euc_jp"),
    "utf-16le": lambda s: s.encode("utf-16-le"),
    "utf-16be": lambda s: s.encode("utf-16-be"),
    "utf-16le-bom": lambda s: b"\xff\xfe" + s.encode("utf-16-le"),
    "utf-16be-bom": lambda s: b"\xfe\xff" + s.encode("utf-16-be"),
}


def analyze(program, path, args):
    return run([program, "analyze", path, "--json", "--no-journal", *args])


# Two things are wrong there: either is true of a text that shows only one.
TWO_FAULTS = ("nec-wa/two-faults", "cisco-ios/no-feature-set")

# Nobody calls for the tunnel before the walk itself does, and then it is up:
# either is true of a text that shows only one.
COMES_UP = "comes-up-when-asked"
NOT_UP, UP = ("diagnosed", "ipsec.not-triggered"), ("healthy", None)


def not_wrong(got, whole, s):
    """Less than the whole text says, but nothing else."""
    if got["outcome"] == "open" or s["id"] in TWO_FAULTS:
        return True
    if s["id"].endswith(COMES_UP):
        return verdict(got) in (NOT_UP, UP)
    return any(f["certainty"] == "likely" and
               verdict(whole)[1] in f["alternatives"]
               for f in got["findings"][:1])


def abbreviated(text):
    """As people type: sh ike sa, sh run, sh ip ro."""
    def short(match):
        words = match.group(2).split(" ")
        return match.group(1) + " ".join(SHORT.get(w, w) for w in words)
    return re.sub(r"(?m)^(\S*[#>%$] ?)(show [^\r\n]*)", short, text)


SHORT = {"show": "sh", "running-config": "run", "startup-config": "start",
         "interface": "int", "interfaces": "int", "version": "ver",
         "logging": "logg", "route": "ro", "statistics": "stat",
         "crypto": "cry", "isakmp": "isa", "clock": "cl"}
STAMP = "[2026-11-21 10:%02d:%02d.%03d] "
OLD_STAMP = "[Sat Nov 21 10:%02d:%02d.%03d 2026] "


def stamped(text, form):
    lines = text.split("\n")
    return "\n".join(form % (i // 60 % 60, i % 60, i % 1000) + line
                     for i, line in enumerate(lines) if line or
                     i + 1 < len(lines))


PROMPT = re.compile(r"(?m)^(\S+[#>%$] ?)(?=\S)")
WAVES = "=~=~=~=~=~=~=~=~=~=~=~="
PUTTY = (WAVES + " PuTTY log 2026.11.21 10:00:00 " + WAVES +
         "\r\nlogin as: admin\r\nadmin@192.0.2.1's password:\r\n")
SCRIPT = ("Script started on 2026-11-21 10:00:00+09:00 [TERM=\"xterm\"]\r\n",
          "\r\nScript done on 2026-11-21 10:10:00+09:00 "
          "[COMMAND_EXIT_CODE=\"0\"]\r\n")


def stamped_later(text):
    """Time stamps were switched on at some prompt."""
    at = PROMPT.search(text, len(text) // 3)
    at = at.start() if at else len(text)
    return text[:at] + stamped(text[at:], STAMP)


def copied(text):
    """Off a screen of 80 columns; lines that were drawn over stay whole."""
    def folded(line):
        width = len(line) if re.search("[\b\r\x1b]", line) else 80
        return [line[i:i + width] for i in range(0, len(line), width)] or [""]
    return "\r\n".join(part for line in text.split("\r\n")
                       for part in folded(line))


def shortened(text, mark):
    """The middle of long replies was left out."""
    parts = PROMPT.split(text)
    for i in range(2, len(parts), 2):
        lines = parts[i].split("\n")
        if len(lines) > 12:
            parts[i] = "\n".join(lines[:6] + [mark + "\r"] + lines[-4:])
    return "".join(parts)


def lifelike(text):
    """(name, text, may end open): as people save and send it."""
    yield "putty", PUTTY + text, False
    yield "script", SCRIPT[0] + text + SCRIPT[1], False
    yield "clears", PROMPT.sub("\x1b[2J\x1b[H\\1", text), False
    yield "stamps-later", stamped_later(text), False
    yield "copied", copied(text), True
    yield "flat", "\r\n".join(s.strip() for s in text.split("\r\n")), True
    yield "snipped", shortened(text, "(snip)"), True
    yield "left-out", shortened(text, "～省略～"), True
    for part in CUTS[3::5]:
        cut = len(text) * part // 1000
        rest = PROMPT.search(text, cut)
        yield ("lost-%d" % part, text[:cut] + PUTTY +
               text[rest.start() if rest else cut:], True)


def variants(raw):
    """(name, bytes, may end open); text that begins later may show that the
    trouble is over."""
    text = raw.decode("utf-8")
    for name, life, may_open in lifelike(text):
        yield name, life.encode(), may_open
    japanese = text.replace("Copyright Notices:",
                            "Copyright Notices: 東京本社 拠点間接続")
    for name, encode in ENCODINGS.items():
        yield name, encode(japanese), False
    yield "lf", text.replace("\r\n", "\n").encode(), False
    yield "cr", text.replace("\r\n", "\r").encode(), False
    yield "stamps", stamped(text, STAMP).encode(), False
    yield "old-stamps", stamped(text, OLD_STAMP).encode(), False
    yield "stamps-utf-16", stamped(text, STAMP).encode("utf-16"), False
    yield "abbreviated", abbreviated(text).encode(), False
    for part in CUTS:
        yield "cut-%d" % part, raw[:len(raw) * part // 1000], True
    for part in CUTS[2::4]:
        yield "from-%d" % part, raw[len(raw) * part // 1000:], True
    # the link is lost, and somebody logs in once more
    for part in CUTS[4::4]:
        yield ("again-%d" % part, raw[:len(raw) * part // 1000] + b"\r\n" +
               raw, True)


def knows_vendor(raw):
    """Some walks end before anything is said that tells the vendor."""
    return re.search(rb"NEC Portable|UNIVERGE|Cisco|Palo Alto|PAN-OS|"
                     rb"^model: ", raw, re.M) is not None


def check_one(program, s, folder, every):
    name = os.path.join(folder, s["id"].replace("/", "."))
    base = check(program, "sim:%s?record=%s" % (s["id"], name), s["args"])
    if base["outcome"] == "status 64":
        return [], 0, True      # its arguments do not fit: scenarios.sh says
    if not os.path.exists(name):
        return ["%s: no log: %s" % (s["id"], told(base))], 0, False
    args = without_allow(s["args"]) + ["--flow", s["flow"]]
    with open(name, "rb") as f:
        raw = f.read()
    faults, count = [], 1
    plain = analyze(program, name, args)      # without --driver
    if plain["outcome"][:6] == "status" and not knows_vendor(raw):
        plain = analyze(program, name, args + ["--driver", s["driver"]])
    allowed = [verdict(base)]
    if "--allow" in s["args"] and verdict(plain) != verdict(base):
        # as when it may change nothing; pings may be in the text
        for more in ([], ["--allow", "active"]):
            allowed.append(verdict(check(
                program, "sim:" + s["id"],
                [*without_allow(s["args"]), *more])))
    if plain["outcome"] == "failed" or plain["outcome"][:6] == "status":
        faults.append("%s: %s" % (s["id"], told(plain)))
    elif verdict(plain) not in allowed and plain["outcome"] != "open":
        faults.append("%s: check says %s, analyze %s" % (
            s["id"], verdict(base), told(plain)))
    if re.search("left something out|cut into lines", plain["said"]):
        faults.append("%s: a whole text is no whole one: %s" % (
            s["id"], plain["said"]))
    args += ["--driver", s["driver"]]
    for i, (what, data, may_open) in enumerate(variants(raw)):
        if not every and (i + s["number"]) % s["turn"]:
            continue
        path = "%s.%s" % (name, what)
        with open(path, "wb") as f:
            f.write(data)
        got = analyze(program, path, args)
        os.unlink(path)
        count += 1
        if verdict(got) == verdict(plain) or (may_open and
                                              verdict(got) in allowed):
            continue
        later = what[:4] == "from" and got["outcome"] == "healthy"
        if not (may_open and (later or not_wrong(got, plain, s))):
            faults.append("%s [%s]: plain %s, got %s" % (
                s["id"], what, verdict(plain), told(got)))
    return faults, count, verdict(plain) == verdict(base)


def two_hosts(program, scenarios, folder):
    """Two routers in one file are asked about; each alone is as before."""
    s = next((x for x in scenarios if x["expect"]["outcome"] == "diagnosed"),
             None)
    logs = []
    for knobs in ("", "rename=1&"):
        path = os.path.join(folder, "%s.host%d" % (s["driver"], len(logs)))
        target = "sim:%s?%srecord=%s" % (s["id"], knobs, path)
        base = check(program, target, s["args"])
        with open(path, "rb") as f:
            logs.append(f.read())
    first, both = path[:-1] + "0", path + "both"
    with open(both, "wb") as f:
        f.write(logs[0] + logs[1])
    args = without_allow(s["args"]) + ["--driver", s["driver"], "--flow",
                                       s["flow"]]
    got = analyze(program, both, args)
    pending = got.get("pending") or {}
    hosts = pending.get("answers", [])
    if got["outcome"] != "open" or pending.get("checkpoint") != "host" or \
            len(hosts) != 2:
        return ["%s: two hosts: %s, pending %s" % (s["id"], told(got),
                                                   pending)]
    want = verdict(analyze(program, first, args))
    faults = []
    for host in hosts:
        got = analyze(program, both, args + ["--answer", "host=" + host])
        if verdict(got) not in (want, verdict(base), ("open", None)):
            faults.append("%s: host %s: %s, not %s" % (s["id"], host,
                                                       told(got), want))
        elif host == hosts[0] and verdict(got) != want:
            faults.append("%s: host %s: %s, not %s" % (s["id"], host,
                                                       told(got), want))
    return faults


def odd_files(program, folder):
    """Nothing to read is said, never guessed at."""
    odd = {"empty": b"", "zeros": b"\0" * 5000, "text": b"hello\nworld\n",
           "binary": bytes(range(256)) * 40, "prompt": b"Router# ",
           "cut-utf16": "Router# show ver".encode("utf-16")[:-1]}
    for name, data in odd.items():
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        for driver in ("nec-ix", None):
            words = ["--driver", driver] if driver else []
            got = analyze(program, path, words)
            if driver and verdict(got) != ("open", None):
                yield "%s: %s" % (name, told(got))
            if not driver and got["outcome"] != "status 64":
                yield "%s without a driver: %s" % (name, told(got))


def main():
    argv = sys.argv[1:]
    program = os.path.abspath(argv.pop(0))
    every = "--all" in argv
    only = argv[argv.index("--only") + 1] if "--only" in argv else ""
    listed = beyond_console(listing(program))
    # each variant still meets many scenarios; the test stays a short one
    turn = max(6, len(listed) // 18)
    scenarios = [dict(s, number=i, turn=turn)
                 for i, s in enumerate(listed) if only in s["id"]]
    drivers = sorted({s["driver"] for s in scenarios})
    faults, walks, same = [], 0, {d: [0, 0] for d in drivers}
    with tempfile.TemporaryDirectory() as folder:
        faults += odd_files(program, folder)
        for d in drivers:
            faults += two_hosts(program, [s for s in scenarios
                                          if s["driver"] == d], folder)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            jobs = {pool.submit(check_one, program, s, folder, every): s
                    for s in scenarios}
            for job in concurrent.futures.as_completed(jobs):
                bad, count, equal = job.result()
                faults += bad
                walks += count
                same[jobs[job]["driver"]][not equal] += 1
    for fault in faults:
        print("FAIL", fault)
    for d, (equal, opened) in same.items():
        print("%s: %d the same, %d open for want of a reply" % (d, equal,
                                                               opened))
    print("%d files analyzed, %d faults" % (walks, len(faults)))
    sys.exit(1 if faults or not walks else 0)


if __name__ == "__main__":
    main()
