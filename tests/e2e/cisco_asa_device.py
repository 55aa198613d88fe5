#!/usr/bin/python3
"""A scripted ASA or PIX on a pty: answers from text files.

usage: cisco_asa_device.py DIR

DIR/COMMAND.txt holds the reply of a command (blanks as "_"); COMMAND.N.txt,
when there is one, that of the Nth time and later. The pager asks after
every 20 lines; "enable" wants a password; "debug …" is kept and told by
"show debug", and the log's second text comes only while it is on.
"""
import os
import sys
import termios
import tty

DIR = sys.argv[1]
HOST = "ciscoasa"
PAGE = 20


class Device:
    def __init__(self):
        self.mode = ">"
        self.asked = {}
        self.debugs = []

    def put(self, text):
        sys.stdout.write(text.replace("\n", "\r\n"))
        sys.stdout.flush()

    def prompt(self):
        self.put(HOST + self.mode + " ")

    def line(self, echo):
        out = ""
        while True:
            c = sys.stdin.read(1)
            if c == "":
                sys.exit(0)
            if c in "\r\n":
                return out
            out += c
            if echo:
                self.put(c)

    def page(self, text):
        lines = text.splitlines(keepends=True)
        for i in range(0, len(lines), PAGE):
            self.put("".join(lines[i:i + PAGE]))
            if i + PAGE < len(lines):
                self.put("<--- More --->")
                sys.stdin.read(1)
                self.put("\r              \r")

    def reply(self, command):
        n = self.asked.get(command, 0) + 1
        self.asked[command] = n
        if command == "show logging":
            n = 2 if self.debugs else 1
        if command == "show debug":
            return "".join("%s enabled at level 1\n" % d
                           for d in self.debugs)
        name = os.path.join(DIR, command.replace(" ", "_"))
        for k in range(n, 0, -1):
            path = name + (".%d.txt" % k if k > 1 else ".txt")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as f:
                    return f.read()
        return None

    def obey(self, command):
        text = self.reply(command)
        if command == "enable":
            self.put("Password: ")
            good = self.line(False) == "secret"
            self.put("\n" if good else "\nInvalid password\n")
            self.mode = "#" if good else self.mode
        elif command == "disable":
            self.mode = ">"
        elif command == "exit":
            sys.exit(0)
        elif command.startswith("debug crypto ") and self.mode == "#":
            self.debugs.append(command)
        elif command[3:] in self.debugs:
            self.debugs.remove(command[3:])
        elif text is None or (self.mode == ">" and
                              command not in ("show version", "show clock")):
            self.put("          ^\nERROR: % Invalid input detected at '^' "
                     "marker.\n")
        else:
            self.page(text)

    def run(self):
        self.put("\n")
        while True:
            self.prompt()
            command = self.line(True).strip()
            self.put("\n")
            if command:
                self.obey(command)


if __name__ == "__main__":
    if os.isatty(0):
        tty.setraw(0, termios.TCSANOW)
    Device().run()
