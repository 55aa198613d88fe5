"""Drives the program on a pseudo terminal; see screen_pty.sh."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time

PROGRAM = sys.argv[1]
DEADLINE = 20.0


class Screen:
    """One run of the program; everything that it wrote is in self.seen."""

    def __init__(self, args, term="xterm-256color", env=None):
        self.master, self.slave = pty.openpty()
        self.resize(80, 24)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        home = tempfile.mkdtemp(prefix="kiriwake-pty-")
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(self.slave, fd)
            full = {"PATH": os.environ["PATH"], "HOME": home, "TERM": term,
                    "LC_ALL": "C.UTF-8", "XDG_STATE_HOME": home}
            full.update(env or {})
            os.execve(PROGRAM, [PROGRAM] + args, full)

    def resize(self, cols, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, cols, 0, 0))

    def until(self, text):
        """Reads until text was written since the last call."""
        want = text.encode()
        while want not in self.seen:
            ready, _, _ = select.select([self.master], [], [], DEADLINE)
            assert ready, f"never came: {text!r} in {self.seen[-2000:]!r}"
            self.seen += os.read(self.master, 65536)
        self.seen = self.seen.split(want, 1)[1]

    def send(self, text):
        os.write(self.master, text.encode())

    def end(self):
        """Waits for the end; the status, after checking the terminal."""
        deadline = time.monotonic() + DEADLINE
        pid = 0
        while not pid:
            assert time.monotonic() < deadline, "does not end"
            if select.select([self.master], [], [], 0.02)[0]:
                self.seen += os.read(self.master, 65536)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        while select.select([self.master], [], [], 0.2)[0]:
            self.seen += os.read(self.master, 65536)
        assert termios.tcgetattr(self.slave) == self.before, "modes changed"
        assert b"\x1b[?1049l" in self.seen, "still on the second screen"
        os.close(self.master)
        os.close(self.slave)
        return status


def start_and_quit():
    s = Screen([])
    s.until("Which device?")
    s.send("nowhere://x\r")
    s.until("nowhere")
    s.resize(100, 30)
    os.kill(s.pid, signal.SIGWINCH)
    s.until("Which device?")
    s.send("\x03")
    assert os.waitstatus_to_exitcode(s.end()) == 0


def language():
    s = Screen(["--lang", "ja"], env={"LC_ALL": "C"})
    s.until("どの装置を切り分けますか")
    s.send("\x03")
    assert os.waitstatus_to_exitcode(s.end()) == 0


def pasted():
    """Text that the terminal marks as pasted is no keys: a line takes the
    first of its lines, a question nothing of it."""
    s = Screen(["demo"])
    s.until("\x1b[?2004h")
    s.until("Has this VPN ever carried traffic?")
    s.send("\x1b[200~1\rq\ry\r\x1b[201~")
    s.until("what was pasted was not taken")
    s.send("q")
    s.until("The walk is not done")
    s.send("e")
    s.until("Which device?")
    s.send("\x15\x1b[200~nowhere://pasted\r\x03\x1b[201~\r")
    s.until("nowhere://pasted: no such kind")
    s.send("\x03")
    s.end()
    assert b"\x1b[?2004l" in s.seen, "pastes are still marked"


def ended_by(sig):
    s = Screen([])
    s.until("Which device?")
    os.kill(s.pid, sig)
    return s.end()


def main():
    start_and_quit()
    language()
    pasted()
    ended_by(signal.SIGTERM)
    ended_by(signal.SIGHUP)
    status = ended_by(signal.SIGSEGV)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSEGV


main()
