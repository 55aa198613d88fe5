"""Starts the screen on a pty: the time until the last byte of its first full
screen, the time that a key's answer takes, and resident memory.

usage: start.py PROGRAM [DOCS]
"""
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

import docs

PROGRAM = os.path.abspath(sys.argv[1])
RUNS = 31
QUIET = 1.5         # nothing for so long: the screen is whole
HELP = b"\x1bOP"        # F1


class Screen:
    """The program on a pty of 80 by 24, in a home of its own."""

    def __init__(self, home, args):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ,
                        struct.pack("HHHH", 24, 80, 0, 0))
            os.execve(PROGRAM, [PROGRAM, *args], {
                "TERM": "xterm-256color", "HOME": home, "LANG": "C.UTF-8",
                "PATH": os.environ["PATH"]})

    def read(self, seconds):
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        return os.read(self.fd, 65536)

    def read_whole(self):
        """All that comes until it is quiet."""
        data = b""
        while chunk := self.read(QUIET):
            data += chunk
        return data

    def read_bytes(self, count):
        """Seconds since the start, or since the key, for so many bytes."""
        got = 0
        while got < count:
            chunk = self.read(10)
            if not chunk:
                sys.exit("start.py: %d bytes came, not %d" % (got, count))
            got += len(chunk)
        return time.monotonic() - self.began

    def press(self, key):
        self.began = time.monotonic()
        os.write(self.fd, key)

    def status(self, name):
        return docs.status_mib(self.pid, name)

    def busy_ms(self):
        """The time it has been on a processor."""
        with open("/proc/%d/schedstat" % self.pid, encoding="ascii") as f:
            return int(f.read().split()[0]) / 1e6

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def learn(home):
    """How many bytes the first screen and the help's have."""
    screen = Screen(home, [])
    first = screen.read_whole()
    screen.press(HELP)
    answer = screen.read_whole()
    screen.end()
    if b"ssh://" not in first or len(answer) < 200:
        sys.exit("start.py: that is not the first screen: %r" % first)
    return len(first), len(answer)


def measure(home):
    """Medians: first screen, processor time of it and key in ms, MiB."""
    first, answer = learn(home)
    shown, busy, pressed, resident = [], [], [], []
    for _ in range(RUNS):
        screen = Screen(home, [])
        shown.append(screen.read_bytes(first) * 1000)
        busy.append(screen.busy_ms())
        resident.append(screen.status("VmRSS"))
        screen.press(HELP)
        pressed.append(screen.read_bytes(answer) * 1000)
        screen.end()
    return [statistics.median(x) for x in (shown, busy, pressed, resident)]


def measure_walk(home):
    """The peak of a walk on the screen up to its finding, in MiB."""
    screen = Screen(home, ["demo", "config-map-not-applied",
                           "--answer", "history=never-worked"])
    seen = screen.read_whole()
    peak = screen.status("VmHWM")
    screen.end()
    if b"Cause found" not in seen:
        sys.exit("start.py: the walk found no cause")
    return peak


def main():
    with tempfile.TemporaryDirectory() as home:
        shown, busy, pressed, resident = measure(home)
        peak = measure_walk(home)
    text = "\n".join([
        f"Medians of {RUNS} starts on a pty of 80 by 24; {docs.cpu()}.",
        "",
        "| | measured | budget |",
        "|---|---|---|",
        f"| start until the last byte of the first screen | {shown:.1f} ms | "
        "50 ms |",
        f"| of it on the processor | {busy:.1f} ms | |",
        f"| a key until the last byte of its answer | {pressed:.1f} ms | "
        "33 ms |",
        f"| resident at the first screen | {resident:.1f} MiB | 16 MiB |",
        f"| most resident in a walk, simulated router included | {peak:.1f} "
        "MiB | 16 MiB |",
        ""])
    print(text)
    if len(sys.argv) > 2:
        docs.write(sys.argv[2], "start", "The screen", text)


main()
