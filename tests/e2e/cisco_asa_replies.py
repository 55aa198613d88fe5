#!/usr/bin/python3
"""Replies of real ASAs through the templates of the driver, counted anew.

usage: cisco_asa_replies.py PROGRAM

The replies lie beside the source tree (../shared, or $KIRIWAKE_SHARED); the
test is skipped where they are not. For each one the rows are compared with
what a plain search of the text finds.
"""
import glob
import json
import os
import re
import subprocess
import sys

PROGRAM = sys.argv[1]
ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
SHARED = os.environ.get("KIRIWAKE_SHARED",
                        os.path.join(ROOT, "..", "shared"))
DRIVER = os.path.join(ROOT, "drivers", "cisco-asa")
NTC = "ntc-corpus/samples/cisco_asa_"
REAL = "device-outputs/cisco/asa-"


def found(pattern):
    """How often the text has lines of this form."""
    return lambda text: len(re.findall(pattern, text, re.MULTILINE))


def listed(pattern):
    """What the lines of this form name, in their order."""
    return lambda text: re.findall(pattern, text, re.MULTILINE)


def rows_with(*names):
    return lambda rows: sum(any(r[n] for n in names) for r in rows)


def values(name):
    return lambda rows: [r[name] for r in rows if r[name]]


# files, template, what our rows say, what the text says
CHECKS = [
    (REAL + "show_crypto_ipsec_sa*", "show_crypto_ipsec_sa",
     values("SPI"), listed(r"^\s+spi: (0x[0-9A-F]+)")),
    (REAL + "show_crypto_ipsec_sa*", "show_crypto_ipsec_sa",
     values("PEER"), listed(r"current_peer: (\S+)")),
    (REAL + "show_crypto_ipsec_sa*", "show_crypto_ipsec_sa",
     values("DECAPS"), listed(r"#pkts decaps: (\d+)")),
    (REAL + "show_crypto_ipsec_sa*", "show_crypto_ipsec_sa",
     values("LIFETIME"), listed(r"lifetime \S+: \(?(?:\d+/)?(\d+)")),
    (REAL + "ShowCryptoIkev2Sa*", "show_crypto_isakmp_sa",
     rows_with("NONE"), found(r"^There are no IKEv2 SAs")),
    (REAL + "ShowVersion*", "show_version",
     values("OS_VERSION"), listed(r"Software Version (\S+)")),
    (NTC + "show_version/*.raw", "show_version",
     values("OS_VERSION"), listed(r"Software Version (\S+)")),
    (NTC + "show_version/*.raw", "show_version",
     values("MODEL"), listed(r"^Hardware:\s+([^,\s]+)")),
    (NTC + "show_version/*.raw", "show_version", values("STRONG"),
     lambda text: re.findall(r"3DES-AES\s*: (\w+)", text)[:1]),
    (REAL + "ShowRoute*", "show_route", rows_with("NEXT", "INTERFACE"),
     found(r"(via [\d.]+|is directly connected|connected by VPN)")),
    (NTC + "show_route/*.raw", "show_route", rows_with("NEXT", "INTERFACE"),
     found(r"(via [\d.]+|is directly connected|connected by VPN)")),
    (NTC + "show_route/*.raw", "show_route", values("NEXT"),
     listed(r"via ([\d.]+)")),
    (NTC + "show_interface/*.raw", "show_interface", values("NAME"),
     listed(r"^Interface (\S+)")),
    (NTC + "show_interface/*.raw", "show_interface", values("ADDRESS"),
     listed(r"IP address ([\d.]+), subnet")),
    (NTC + "show_interface_detail/*.raw", "show_interface", values("NAME"),
     listed(r"^Interface (\S+)")),
    (NTC + "show_logging/*.raw", "show_logging", rows_with("TEXT"),
     found(r"%ASA-\d-\d+:")),
    (NTC + "show_logging/*.raw", "show_logging", values("AT"),
     listed(r"^([A-Z][a-z]{2} \d\d \d{4} [\d:]{8})")),
    (NTC + "show_access-list/*.raw", "show_access_list", rows_with("NAME"),
     found(r"^\s*access-list \S")),
    (NTC + "show_access-list/*.raw", "show_access_list", values("HITS"),
     listed(r"hitcnt=(\d+)")),
    (NTC + "ping/*.raw", "ping", values("RECEIVED"),
     listed(r"\((\d+)/\d+\)")),
    (REAL + "ShowVpnSessiondb*", "show_vpn_sessiondb", values("USERNAME"),
     listed(r"^Username\s*: (\S+)")),
    (REAL + "ShowVpnSessiondb*", "show_vpn_sessiondb", values("BYTES_TX"),
     listed(r"Bytes Tx\s*: (\d+)")),
    (NTC + "show_running-config_tunnel-group/*.raw", "running_config",
     rows_with("TEXT"), found(r"^.*\S")),
    (NTC + "show_running-config_object_network/*.raw", "running_config",
     rows_with("TEXT"), found(r"^.*\S")),
    (NTC + "show_running-config_access-group/*.raw", "running_config",
     rows_with("TEXT"), found(r"^.*\S")),
]


def parse(template, path):
    done = subprocess.run(
        [PROGRAM, "parse", os.path.join(DRIVER, template + ".textfsm"),
         path], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None, done.stderr.strip()
    return json.loads(done.stdout or "[]"), ""


def check(path, template, ours, theirs):
    rows, why = parse(template, path)
    if rows is None:
        return why
    with open(path, encoding="utf-8") as f:
        want = theirs(f.read())
    got = ours(rows)
    return "" if got == want else "rows say %s, the text %s" % (got, want)


def main():
    if not os.path.isdir(os.path.join(SHARED, "device-outputs")):
        print("skipped: no replies of real devices at", SHARED)
        sys.exit(77)
    passed = failed = 0
    for pattern, template, ours, theirs in CHECKS:
        paths = sorted(glob.glob(os.path.join(SHARED, pattern)))
        if not paths:
            failed += 1
            print("FAIL no reply at", pattern)
        for path in paths:
            why = check(path, template, ours, theirs)
            passed += not why
            failed += bool(why)
            if why:
                print("FAIL %s: %s" % (os.path.basename(path), why))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
