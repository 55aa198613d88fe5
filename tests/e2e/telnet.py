#!/usr/bin/python3
"""Telnet and raw TCP, against servers that others wrote.

usage: telnet.py PROGRAM

Debian's telnetd with the simulated router as its login program; ser2net with
a simulated router on a pseudo terminal, as raw TCP, as telnet, and with its
RFC 2217 port; and the simulator's own telnet server. Each must lead to the
same fact. Servers listen on loopback only and are ended by their ids.
"""
import json
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import tty

PROGRAM = os.path.abspath(sys.argv[1])
SIM = ["sim", "nec-ix", "healthy-idle"]
failed = []


def tool(name):
    return shutil.which(name) or next(
        (p for p in ("/usr/sbin/" + name, "/usr/bin/" + name)
         if os.access(p, os.X_OK)), None)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A simulator that says where it listens, and its account."""

    def __init__(self, *how):
        self.p = subprocess.Popen([PROGRAM, *SIM, *how], text=True,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL)
        words = self.p.stdout.readline().split()
        self.where = words[1]
        self.user = words[2].split("=", 1)[1]
        self.password = words[3].split("=", 1)[1]

    def end(self):
        self.p.send_signal(signal.SIGTERM)
        self.p.wait()
        self.p.stdout.close()


def check(name, target, account, home):
    secret = os.path.join(home, "password")
    with open(secret, "w", encoding="utf-8") as f:
        f.write(account.password + "\n")
    done = subprocess.run(
        [PROGRAM, "probe", target, "version", "--user", account.user,
         "--password-file", secret], capture_output=True, text=True,
        timeout=60, check=False)
    try:
        model = json.loads(done.stdout)["facts"]["model"]
    except (ValueError, KeyError, TypeError):
        model = None
    if done.returncode or model != "IX2215":
        failed.append("%s: status %d, model %s\n%s%s" % (
            name, done.returncode, model, done.stdout, done.stderr))
    else:
        print("ok -", name)


def own_server(home):
    s = Server("--telnet", "0")
    check("the simulator's telnet", "telnet://" + s.where, s, home)
    s.end()


def telnetd(home):
    """As inetd would: one telnetd for one connection."""
    path = tool("telnetd")
    if not path:
        print("skipped - no telnetd")
        return
    account = Server("--telnet", "0")       # only for its account
    account.end()
    login = os.path.join(home, "login")
    with open(login, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\nexec '%s' %s --stdio --login\n" % (
            PROGRAM, " ".join(SIM)))
    os.chmod(login, 0o700)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve():
            conn = listener.accept()[0]
            with conn:
                p = subprocess.Popen([path, "-h", "-E", login], stdin=conn,
                                     stdout=conn, stderr=subprocess.DEVNULL)
                p.wait()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        check("Debian's telnetd",
              "telnet://127.0.0.1:%d" % listener.getsockname()[1], account,
              home)


def start_ser2net(home, path, accepter, port, device):
    config = os.path.join(home, "ser2net.yaml")
    with open(config, "w", encoding="utf-8") as f:
        f.write("%%YAML 1.1\n---\nconnection: &line\n"
                "  accepter: %s,127.0.0.1,%d\n"
                "  connector: serialdev,%s,9600n81,local\n" % (
                    accepter, port, device))
    p = subprocess.Popen([path, "-n", "-u", "-c", config, "-P",
                          os.path.join(home, "ser2net.pid")],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_listening(port, p)
    return p


def ser2net(home, name, accepter, scheme):
    path = tool("ser2net")
    if not path:
        print("skipped - no ser2net")
        return
    s = Server("--pty")
    port = free_port()
    p = start_ser2net(home, path, accepter, port, s.where)
    check(name, "%s://127.0.0.1:%d" % (scheme, port), s, home)
    p.terminate()
    p.wait()
    s.end()


def is_listening(port):
    """Without connecting: the line behind it serves one caller."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        return any(line.split()[1] == "0100007F:%04X" % port and
                   line.split()[3] == "0A" for line in f.readlines()[1:])


def wait_listening(port, p):
    while p.poll() is None and not is_listening(port):
        pass


def login_at(master, slave, speed, done):
    """A device that can only be read at one speed."""
    while not done.is_set():
        if not select.select([master], [], [], 0.1)[0]:
            continue
        if b"\r" in os.read(master, 100):
            now = termios.tcgetattr(slave)[4]
            os.write(master, b"\r\nlogin: " if now == speed else
                     b"\xf8\x80\x1e\x83\xfe\x06\x98\xe0\x1f\x80")


def speed_found(home):
    """The speed is set through the console server's RFC 2217 port."""
    path = tool("ser2net")
    if not path:
        print("skipped - no ser2net")
        return
    master, slave = pty.openpty()
    tty.setraw(slave)
    done = threading.Event()
    thread = threading.Thread(target=login_at, daemon=True,
                              args=(master, slave, termios.B38400, done))
    thread.start()
    port = free_port()
    p = start_ser2net(home, path, "telnet(rfc2217),tcp", port,
                      os.ttyname(slave))
    got = subprocess.run([PROGRAM, "check", "telnet://127.0.0.1:%d" % port,
                          "--json", "--no-journal"], capture_output=True,
                         text=True, timeout=100, check=False)
    error = json.loads(got.stdout or "{}").get("error") or {}
    if error.get("stage") == "login" and "login:" in error.get("what", ""):
        print("ok - the speed found through RFC 2217")
    else:
        failed.append("speed: %s %s" % (got.stdout[-2000:], got.stderr))
    p.terminate()
    p.wait()
    done.set()
    thread.join()
    os.close(master)
    os.close(slave)


def typed_break(home):
    """Ctrl-\\ twice in the terminal is IAC BRK (RFC 854); once is nothing."""
    sent = b""
    keys = os.path.join(home, "keys")
    with open(keys, "w", encoding="ascii") as f:
        f.write("until asks\nuntil asking\nkey !\nturns 5\nkey ^\\\n"
                "type x\nturns 20\nkey ^\\ ^\\\nturns 20\n"
                "key ^]\nturns 5\nkey q\n")
    with socket.create_server(("127.0.0.1", 0)) as s:
        program = subprocess.Popen(
            [PROGRAM, "telnet://127.0.0.1:%d" % s.getsockname()[1], "--keys",
             keys, "--lang", "en", "--no-journal", "--size", "80x24",
             "--save-display", os.path.join(home, "display")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        s.settimeout(30)
        try:
            line, _ = s.accept()
            with line:
                line.settimeout(30)
                line.sendall(b"\r\nAccept the terms of use? (yes or leave): ")
                while part := line.recv(4096):
                    sent += part
        except OSError as fault:
            failed.append("break: %s" % fault)
        program.kill()
        _, errors = program.communicate()
    if sent.count(b"\xff\xf3") != 1 or b"x" not in sent or \
            sent.index(b"\xff\xf3") < sent.index(b"x"):
        failed.append("break: %r %r" % (sent, errors))
    else:
        print("ok - a break")


def refused(home):
    done = subprocess.run([PROGRAM, "probe", "telnet://127.0.0.1:%d" %
                           free_port(), "version"], capture_output=True,
                          text=True, timeout=60, check=False)
    if done.returncode == 3 and "telnet switched on" in done.stderr:
        print("ok - nobody listens")
    else:
        failed.append("nobody listens: %d %s" % (done.returncode,
                                                 done.stderr))
    done = subprocess.run([PROGRAM, "probe", "tcp://127.0.0.1", "version"],
                          capture_output=True, text=True, timeout=60,
                          check=False)
    if done.returncode != 64 or done.stdout:
        failed.append("tcp without a port: %d" % done.returncode)


def main():
    home = tempfile.mkdtemp()
    try:
        own_server(home)
        telnetd(home)
        ser2net(home, "ser2net, raw TCP", "tcp", "tcp")
        ser2net(home, "ser2net, telnet", "telnet,tcp", "telnet")
        ser2net(home, "ser2net, RFC 2217", "telnet(rfc2217),tcp", "telnet")
        speed_found(home)
        typed_break(home)
        refused(home)
    finally:
        shutil.rmtree(home)
    for text in failed:
        print("telnet:", text, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
