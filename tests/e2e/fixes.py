#!/usr/bin/python3
"""What a finding tells people to read and to type.

usage: fixes.py PROGRAM

Of every scenario in Japanese, and of one for each finding in English: each
name that a sentence takes from the facts is filled in, and what is left open
in a command is a <PLACEHOLDER>. Of some, the commands themselves, as the
guidelines type them.
"""
import concurrent.futures
import re
import sys

from walks import beyond_console, check, listing

PROGRAM = sys.argv[1]
# <NAME> is for the reader; <expr> is an expression without a value
OPEN = re.compile(r"<(?![A-Z][A-Z0-9-]*>)[^<>]*>")

# The NEC IX guideline's own lines ("ike-pass", "sec-list", "no ipsec
# anti-replay", "clear ipsec sa" before "clear ike sa"), the WA's remedies of
# 7.2.1.4; what no guideline types is as public configurations have it.
NAPT = ["interface GigaEthernet0.1",
        "ip napt static GigaEthernet0.1 udp 500"]
PASS = ["ip access-list ike-pass permit udp src any sport eq 500 "
        "dest any dport eq 500", "interface GigaEthernet0.1",
        "ip filter ike-pass <NUMBER-BELOW-THE-OTHERS> in"]
TYPED = {
    "nec-ix/udp500-napt": NAPT,
    "nec-ix/udp500-filter": PASS,
    "nec-ix/udp500-filter-responder": PASS,
    "nec-ix/esp-napt": ["interface GigaEthernet0.1",
                        "ip napt static GigaEthernet0.1 50"],
    "nec-ix/psk-mismatch-responder": [
        "ike policy ike-policy peer 198.51.100.200 key <KEY> ike-prop"],
    "nec-ix/psk-mismatch-aggressive-initiator": [
        "ike policy ike-policy peer 198.51.100.200 key <KEY> "
        "mode aggressive ike-prop"],
    "nec-ix/psk-mismatch-aggressive-responder": [
        "ike policy ike-policy peer any key <KEY> mode aggressive ike-prop"],
    "nec-ix/ike-id-aggressive-initiator": [
        "ike local-id ike-policy <TYPE> <ID>"],
    "nec-ix/ike-id-aggressive-responder": [
        "ike remote-id ike-policy <TYPE> <ID>"],
    "nec-ix/config-ike-proposal-reference": [
        "ike proposal ike-prp encryption <ALGORITHM> hash <ALGORITHM> "
        "group <GROUP>"],
    "nec-ix/config-ipsec-proposal-reference": [
        "ipsec autokey-proposal auto-prp <ESP-ENCRYPTION> <ESP-HASH>"],
    "nec-ix/config-ipsec-not-configured": [
        "ip access-list <ACCESS-LIST> permit ip src any dest any",
        "ipsec autokey-proposal <PROPOSAL> <ESP-ENCRYPTION> <ESP-HASH>",
        "ipsec autokey-map <MAP> <ACCESS-LIST> peer <ADDRESS> <PROPOSAL>",
        "interface <TUNNEL>", "tunnel mode ipsec",
        "ipsec policy tunnel <MAP> out", "no shutdown"],
    "nec-ix/config-tunnel-mode": [
        "interface Tunnel0.0", "tunnel mode ipsec",
        "ipsec policy tunnel ipsec-policy out", "no shutdown"],
    "nec-ix/data-route-missing": ["ip route 192.168.1.0/24 Tunnel0.0"],
    "nec-ix/address-changed": [
        "ike policy <POLICY> peer 198.51.100.77 key <KEY> <PROPOSAL>",
        "ipsec autokey-map <MAP> <ACCESS-LIST> peer 198.51.100.77 "
        "<PROPOSAL>"],
    "nec-ix/stale-sa": ["clear ipsec sa", "clear ike sa"],
    "nec-ix/replay-drop": ["no ipsec anti-replay"],
    "nec-wa/ipsec-interface-missing": [
        "interface IPsec0", "ipsec map vpn-prof", "no shutdown"],
    "nec-wa/mobile-shutdown": ["interface MobileEthernet0.0", "no shutdown"],
    "nec-wa/ipsec-proposal-reference": [
        "ipsec policy ipsec-pol", "proposal <NAME>"],
    "nec-wa/roles-swapped-responder": [
        "ike policy ike-pol", "remote-id <ID>"],
}


def walk(scenario, lang):
    return check(PROGRAM, "sim:" + scenario["id"],
                 ["--lang", lang, *scenario["args"]])


def texts(result):
    """Everything of a result that is a sentence or a command."""
    for f in result["findings"]:
        yield from (f["title"], f["explanation"], f["decide_by"] or "",
                    f["fix"]["text"], *f["fix"]["commands"])
    for p in result["path"]:
        yield p["because"] or ""
    yield (result["pending"] or {}).get("question", "")


def faults(ask):
    scenario, lang = ask
    result = walk(scenario, lang)
    found = ["not filled in: " + t for t in texts(result) if OPEN.search(t)]
    wanted = TYPED.get(scenario["id"])
    typed = (result["findings"][0]["fix"]["commands"]
             if result["findings"] else [])
    if wanted and typed != wanted:
        found.append("wanted %s, got %s" % (wanted, typed))
    return ["%s: %s" % (scenario["id"], f) for f in found]


def asks(scenarios):
    firsts = {}
    for s in scenarios:
        firsts.setdefault((s["driver"], s["expect"].get("finding")), s)
    return ([(s, "ja") for s in scenarios] +
            [(s, "en") for s in firsts.values()])


def main():
    scenarios = beyond_console(listing(PROGRAM))
    missing = set(TYPED) - {s["id"] for s in scenarios}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = [f for fs in pool.map(faults, asks(scenarios)) for f in fs]
    print("\n".join(found))
    print("%d scenarios, %d faults, without a scenario: %s"
          % (len(scenarios), len(found), sorted(missing)))
    sys.exit(1 if found or missing or not scenarios else 0)


if __name__ == "__main__":
    main()
