#!/usr/bin/python3
"""Replies of real routers, through the driver's templates.

usage: ios_replies.py PROGRAM SOURCE CORPUS

How many SAs, sessions, routes or lines a reply holds is counted here by
plain searches in its text, and must be what the template's rows say. A line
that no format has makes the strict ones unreadable, wherever it stands.
"""
import glob
import json
import os
import re
import subprocess
import sys

PROGRAM, SOURCE, CORPUS = sys.argv[1:4]


def parse(template, text):
    done = subprocess.run(
        [PROGRAM, "parse", "%s/drivers/cisco-ios/%s.textfsm" % (
            SOURCE, template), "-"], input=text, capture_output=True,
        text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def lines_with(text, pattern):
    return len(re.findall(pattern, text, re.M))


def rows_with(rows, name):
    return sum(1 for r in rows if r[name])


def total(text, pattern):
    return sum(int(n) for n in re.findall(pattern, text))


def isakmp(text, rows):
    yield "SAs", lines_with(text, r"\b(QM|MM|AG)_[A-Z_]+\s"), \
        rows_with(rows, "STATE")
    yield "SAs in detail", lines_with(text, r"Engine-id"), \
        rows_with(rows, "LOCAL")
    yield "deleted", lines_with(text, r"\(deleted\)"), \
        sum("deleted" in r["STATUS"] for r in rows)


def ipsec(text, rows):
    yield "SAs", lines_with(text, r"^\s*spi: 0x"), rows_with(rows, "SPI")
    for way in ("inbound", "outbound"):
        part = sum(len(re.findall(r"^\s*spi: 0x", p, re.M)) for p in re.findall(
            way + r" esp sas:(.*?)(?:bound ah|\Z)", text, re.S))
        yield way, part, sum(r["SPI"] != "" and r["DIRECTION"] == way
                             for r in rows)
    yield "blocks", lines_with(text, r"current_peer"), \
        rows_with(rows, "ENCAPS")
    yield "ends", lines_with(text, r"outbound pcp sas"), \
        rows_with(rows, "END")
    yield "encaps", total(text, r"#pkts encaps: (\d+)"), \
        sum(int(r["ENCAPS"] or 0) for r in rows)
    yield "decaps", total(text, r"#pkts decaps: (\d+)"), \
        sum(int(r["DECAPS"] or 0) for r in rows)


def ikev2(text, rows):
    yield "SAs", lines_with(text, r"Local spi:"), rows_with(rows, "TUNNEL")
    yield "ready", lines_with(text, r"\bREADY\b"), \
        sum(r["STATUS"] == "READY" for r in rows)
    yield "ends", lines_with(text, r"Remote spi: [0-9A-F]{16}"), \
        rows_with(rows, "REMOTE_SPI")


def session(text, rows):
    yield "sessions", lines_with(text, r"^Session status:"), \
        rows_with(rows, "PEER")
    yield "IKE SAs", lines_with(text, r"IKE(v\d)? SA:"), \
        rows_with(rows, "IKE_LOCAL")
    yield "flows", lines_with(text, r"IPSEC FLOW:"), rows_with(rows, "FLOW")
    yield "SAs", total(text, r"Active SAs: (\d+)"), \
        sum(int(r["ACTIVE"] or 0) for r in rows)
    yield "down", lines_with(text, r"status: DOWN"), \
        sum(r["PEER"] != "" and r["STATUS"].startswith("DOWN") for r in rows)


def routes(text, rows):
    body = text[text.index("Gateway of last resort"):]
    yield "paths", lines_with(
        body, r" via |directly connected|is a summary|\], \d\S*, Null0"), \
        sum(1 for r in rows if r["PATH"] or r["CODE"])
    yield "networks", lines_with(body, r"^[A-Za-z]\S* .*\d+\.\d+\.\d+\.\d+"
                                 r"(/\d+)?( \[| is )"), \
        rows_with(rows, "CODE")
    yield "groups", lines_with(body, r"subnetted,"), \
        rows_with(rows, "SUBNETS")


def interfaces(text, rows):
    yield "interfaces", lines_with(text, r"line protocol is"), \
        rows_with(rows, "NAME")
    yield "addresses", lines_with(text, r"Internet address is \d|"
                                  r"unnumbered\. "), rows_with(rows, "ADDRESS")
    yield "shut down", lines_with(text, r"administratively down"), \
        sum(r["STATE"].startswith("admin") for r in rows)


def logging(text, rows):
    body = re.split(r"Log Buffer.*\n", text)
    said = body[1] if len(body) > 1 else \
        text if "logging:" not in text else ""
    yield "lines", lines_with(said, r"^.*\S.*$"), \
        sum(1 for r in rows if r["TEXT"] or r["BARE"])
    yield "off", lines_with(text, r"Buffer logging:\s+disabled"), \
        sum(r["BUFFER"] == "disabled" for r in rows)


def version(text, rows):
    found = re.findall(r"^(?:Cisco )?IOS.*Version ([^\s,]+)", text, re.M)
    yield "version", found[-1], rows[0]["OS_VERSION"]
    yield "uptime", re.findall(r"^\S+ uptime is (.*\S)", text, re.M)[-1], \
        rows[0]["UPTIME"]


def ping(text, rows):
    received, sent = re.search(r"\((\d+)/(\d+)\)", text).groups()
    yield "sent", sent, rows[0]["SENT"]
    yield "received", received, rows[0]["RECEIVED"]
    yield "size", re.search(r"(\d+)-byte", text).group(1), rows[0]["SIZE"]


def crypto_map(text, rows):
    yield "entries", lines_with(text, r"^Crypto Map"), rows_with(rows, "MAP")
    yield "peers", lines_with(text, r"^\s+Peer = "), \
        sum(len(r["PEERS"]) for r in rows)


# Part of the file's name, template, counts, is every line known?
KINDS = [
    ("ShowCryptoIsakmpSa", "show_crypto_isakmp_sa", isakmp, True),
    ("ShowCryptoIpsecSa", "show_crypto_ipsec_sa", ipsec, True),
    ("ShowCryptoIkev2Sa", "show_crypto_ikev2_sa", ikev2, True),
    ("ShowCryptoSession", "show_crypto_session", session, True),
    ("show_crypto_session", "show_crypto_session", session, True),
    ("ShowCryptoMap", "show_crypto_map", crypto_map, True),
    ("ShowIpRoute", "show_ip_route", routes, True),
    ("ShowInterfaces", "show_interfaces", interfaces, True),
    ("ShowLogging", "show_logging", logging, False),
    ("ShowVersion", "show_version", version, False),
    ("Ping", "ping", ping, True),
]


def strange_lines(template, text):
    """Where an unknown line was borne; every fourth place is tried."""
    lines = text.split("\n")
    for n in range(0, len(lines) + 1, 4):
        bad = lines[:n] + ["Zzyzx? no format has this line"] + lines[n:]
        if parse(template, "\n".join(bad)) is not None:
            yield n


def check(path, template, counts, strict):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    rows = parse(template, text)
    if rows is None:
        yield "cannot be read"
        return
    for name, want, got in counts(text, rows):
        if want != got:
            yield "%s: the text has %s, the rows %s" % (name, want, got)
    for n in strange_lines(template, text) if strict else []:
        yield "an unknown line after line %d was borne" % n


def main():
    tried = failed = 0
    for part, template, counts, strict in KINDS:
        for path in sorted(glob.glob("%s/ios*%s*" % (CORPUS, part))):
            tried += 1
            for fault in check(path, template, counts, strict):
                failed += 1
                print("FAIL %s: %s" % (os.path.basename(path), fault))
    print("%d replies, %d faults" % (tried, failed))
    sys.exit(1 if failed or tried < 40 else 0)


if __name__ == "__main__":
    main()
