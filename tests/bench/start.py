#!/usr/bin/python3
"""Starts the screen on a pty; measures the time to its first full screen and
the resident memory after a walk has begun. Medians of several starts."""
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import fcntl
import time

PROGRAM = os.path.abspath(sys.argv[1])
RUNS = 15


def resident_kib(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def start(args):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execv(PROGRAM, [PROGRAM, *args])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return pid, fd


def read_for(fd, seconds, enough):
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not enough(data):
        if select.select([fd], [], [], 0.05)[0]:
            try:
                data += os.read(fd, 65536)
            except OSError:
                break
    return data


def once(args, settle):
    began = time.monotonic()
    pid, fd = start(args)
    # a drawn screen: the last line's key bar has been written
    read_for(fd, 5, lambda d: b"\x1b[24;" in d or d.count(b"\n") > 20
             or len(d) > 600)
    shown = (time.monotonic() - began) * 1000
    read_for(fd, settle, lambda d: False)
    kib = resident_kib(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    return shown, kib


def main():
    for name, args, settle in (("first screen", [], 0.1),
                               ("demo walk", ["demo"], 3.0)):
        runs = RUNS if settle < 1 else 3
        got = [once(args, settle) for _ in range(runs)]
        print("%s: %.1f ms (median of %d), resident %.1f MiB" % (
            name, statistics.median(g[0] for g in got), runs,
            max(g[1] for g in got) / 1024))


if __name__ == "__main__":
    main()
