"""The link is cut after a random number of bytes and comes back: the walk
ends in the same finding, each time.

usage: unplug.py PROGRAM
"""
import random
import sys

from walks import check, listing, verdict

OFFSETS = 50
ON_CONSOLE = 12             # of them also on a console, whose line is looked at
SCENARIOS = ["nec-ix/psk-mismatch-responder", "nec-ix/healthy-traffic",
             "nec-ix/replay-drop"]


def walk(program, scenario, knobs):
    result = check(program, "sim:%s?%s" % (scenario["id"], knobs),
                   scenario["args"])
    undone = all(c["undone"] for c in result["changes"])
    return verdict(result), undone, result["said"]


def whole_dialogue(program, scenario, more=""):
    """How many bytes the device sends in a walk without a cut: the offset
    from which on nothing is cut any more."""
    low, high = 1, 1 << 20
    while low < high:
        mid = (low + high) // 2
        if "trying to reach it again" in walk(
                program, scenario, more + "unplug=%d" % mid)[2]:
            low = mid + 1
        else:
            high = mid
    return low


def offsets(program, s, random_):
    for more, count in (("", OFFSETS), ("login=1&", ON_CONSOLE)):
        total = whole_dialogue(program, s, more)
        for n in sorted(random_.sample(range(1, total), count)):
            yield n, total, more


def main():
    program, random_ = sys.argv[1], random.Random(4)
    known, cuts = {s["id"]: s for s in listing(program)}, 0
    for name in SCENARIOS:
        s = known[name]
        want = s["expect"]["outcome"], s["expect"].get("finding")
        for n, total, more in offsets(program, s, random_):
            got, undone, said = walk(program, s, more + "unplug=%d" % n)
            cuts += "reached again" in said
            # before the first prompt there is no walk to go on with
            early = got == ("failed", None) and "reach it" not in said
            if (got != want and not early) or not undone:
                sys.exit("%s cut at byte %d of %d: wanted %s, got %s, "
                         "undone %s\n%s" % (name, n, total, want, got,
                                            undone, said))
    print("%d cuts mended" % cuts)
    if cuts < OFFSETS * len(SCENARIOS) * 0.9:
        sys.exit("too few of the cuts fell into a walk")


main()
