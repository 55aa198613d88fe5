#!/usr/bin/python3
"""A router that answers what it is told to: for the dialogue, not for models.

usage: ios_fake.py DIR [--enable PASSWORD] [--rows N]

DIR/COMMAND.txt (blanks as _) holds each reply; DIR/COMMAND.2.txt the second
time. Pages end in " --More-- ", erased by backspaces. Without a file the
command is refused with a caret line.
"""
import os
import sys
import termios


def write(text):
    sys.stdout.write(text.replace("\n", "\r\n"))
    sys.stdout.flush()


def read_line(echo=True):
    line = ""
    while True:
        c = os.read(0, 1).decode("latin-1")
        if c == "":
            sys.exit(0)
        if c in "\r\n":
            write("\n")
            return line
        if c == "\x03":
            line = ""
            continue
        line += c
        if echo:
            write(c)


def page(text, rows):
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if i and i % rows == 0:
            write(" --More-- ")
            key = os.read(0, 1)
            write("\b" * 9 + " " * 8 + "\b" * 9)
            if key == b"q":
                return
        write(line + "\n")


def reply(folder, line, seen, rows):
    name = os.path.join(folder, line.replace(" ", "_"))
    seen[line] = seen.get(line, 0) + 1
    for n in range(seen[line], 0, -1):
        path = name + (".%d.txt" % n if n > 1 else ".txt")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                page(f.read(), rows)
            return
    write(" " * 7 + "^\n% Invalid input detected at '^' marker.\n\n")


def enable(password):
    for _ in range(3):
        write("Password: ")
        if read_line(echo=False) == password:
            return True
        write("% Access denied\n")
    write("% Bad secrets\n\n")
    return False


def main():
    folder, password, rows = sys.argv[1], None, 22
    for i, a in enumerate(sys.argv):
        if a == "--enable":
            password = sys.argv[i + 1]
        if a == "--rows":
            rows = int(sys.argv[i + 1])
    settings = termios.tcgetattr(0)
    settings[3] &= ~(termios.ECHO | termios.ICANON)
    settings[0] &= ~termios.ICRNL
    termios.tcsetattr(0, termios.TCSANOW, settings)
    high = password is None
    seen = {}
    write("\nUser Access Verification\n\n")
    while True:
        write("Branch%s" % ("#" if high else ">"))
        line = " ".join(read_line().split())
        if line in ("exit", "logout"):
            return
        if line == "enable" and not high:
            high = enable(password)
        elif line == "disable":
            high = False
        elif line.startswith("show running") and not high:
            write(" " * 6 + "^\n% Invalid input detected at '^' marker.\n\n")
        elif line:
            reply(folder, line, seen, rows)


main()
