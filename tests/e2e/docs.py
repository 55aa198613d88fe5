#!/usr/bin/python3
"""What is said in several places: --help, the manual page, the documents,
the Japanese catalogue.

usage: docs.py PROGRAM
"""
import ast
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MAN = "docs/man/kiriwake.1"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = r"((?:%s\s*)+)" % STRING
# A comment or a character; group 1: a string, in which neither begins.
COMMENT = re.compile(r"(%s)|/\*.*?\*/|'(?:\\.|[^'\\\n])'" % STRING, re.S)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def sources(folder, *ends):
    for at, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith(ends):
                yield os.path.relpath(os.path.join(at, name), ROOT)


def help_of(program, *words):
    done = subprocess.run([program, *words, "--help"], capture_output=True,
                          text=True, check=True, stdin=subprocess.DEVNULL)
    return done.stdout


# --- the command line ---

def words_of_macro(match):
    """A macro's arguments stand without a blank, but for quoted ones."""
    return " " + "".join(a or b for a, b in re.findall(
        r'"([^"]*)"|(\S+)', match.group(1)))


def manual_page():
    """Its text without the macros."""
    page = re.sub(r"\\f.", "", read(MAN)).replace("\\-", "-")
    page = re.sub(r"(?m)^\.[BIR]{1,2} (.*)$", words_of_macro, page)
    return re.sub(r"[ \n]+", " ", page)


def command_line(program):
    top = help_of(program)
    names = re.findall(r"(?m)^  (\w+) +\S",
                       top.split("\ncommands:\n")[1].split("\n\n")[0])
    helps = {name: help_of(program, name) for name in names}
    page, known = manual_page(), set(OPTION.findall(top)) | {"--version"}
    for name, text in helps.items():
        known.update(OPTION.findall(text))
        if not re.search(r"\b%s\b" % name, page):
            yield "%s: no command %s" % (MAN, name)
    told = set(OPTION.findall(page))
    for option in sorted(known - told):
        yield "%s: no option %s" % (MAN, option)
    for option in sorted(told - known):
        yield "%s: %s is no option" % (MAN, option)
    schemes = re.findall(r"\b([a-z]+):(?=[/A-Z])",
                         top.split("TARGET:")[1].split("commands:")[0])
    for scheme in ("ssh", "serial", "telnet", "tcp", "exec", "sim", "file"):
        if scheme not in schemes:
            yield "--help: no target %s:" % scheme
        if not re.search(r"\b%s: ?[/A-Za-z]" % scheme, page):
            yield "%s: no target %s:" % (MAN, scheme)
    yield from documents(set(names), known)


def documents(names, known):
    """Every `kiriwake …` that a document shows is one that there is."""
    for path in ["README.md", *sources("docs", ".md")]:
        text = re.sub(r"\\\n\s*", "", read(path))
        for line in re.findall(r"(?m)^(?:\$ )?kiriwake .*|`kiriwake [^`]*`",
                               text):
            line = line.strip("`$ ")
            words = line.split()
            first = words[1] if len(words) > 1 else ""
            if re.fullmatch(r"[a-z]+", first) and first not in names:
                yield "%s: no command: %s" % (path, line)
            for option in OPTION.findall(line):
                if option not in known:
                    yield "%s: no option %s: %s" % (path, option, line)
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            there = os.path.join(ROOT, os.path.dirname(path), link)
            if not os.path.exists(there):
                yield "%s: no file %s" % (path, link)


# --- the catalogue ---

def plain(strings):
    return "".join(ast.literal_eval(s) for s in re.findall(STRING, strings))


def marked_strings():
    """What the sources hand to translation, and all of their strings."""
    marked, every = {}, set()
    for path in [*sources("src", ".c", ".h"), *sources("include", ".h")]:
        text = COMMENT.sub(lambda m: m.group(1) or " ", read(path))
        for m in re.finditer(r"(?:\b_|\bN_)\(\s*%s\)|\.summary\s*=\s*%s" %
                             (STRINGS, STRINGS), text):
            marked.setdefault(plain(m.group(1) or m.group(2)), path)
        every.update(plain(m) for m in re.findall(STRINGS, text))
    return marked, every


def conversions(text):
    return sorted(re.findall(r"%(?:\d+\$)?([-+ #0-9.*]*[hlzj]*[a-zA-Z%])",
                             text))


def catalogue():
    marked, every = marked_strings()
    entries = {}
    for m in re.finditer(r"(?m)^msgid %s^msgstr %s" % (STRINGS, STRINGS),
                         read("po/ja.po")):
        entry = plain(m.group(1))
        if entry in entries:
            yield "po/ja.po: twice: %r" % entry
        entries[entry] = plain(m.group(2))
    if len(marked) < 100 or len(entries) < 100:
        yield "only %d strings, %d entries" % (len(marked), len(entries))
    for text, path in sorted(marked.items()):
        if not entries.get(text):
            yield "po/ja.po: missing, from %s: %r" % (path, text)
    for text, japanese in entries.items():
        if text and text not in every:
            yield "po/ja.po: nobody says: %r" % text
        if text and conversions(text) != conversions(japanese):
            yield "po/ja.po: other conversions: %r" % text


def main():
    faults = [*command_line(os.path.abspath(sys.argv[1])), *catalogue()]
    for fault in faults:
        print("FAIL", fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
