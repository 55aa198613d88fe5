#!/usr/bin/python3
"""The flow cisco-asa/ipsec on a scripted device, fault by fault.

usage: cisco_asa_walks.py PROGRAM [NAME]

Each walk changes the texts of a sound ASA or PIX and expects a verdict.
"""
import concurrent.futures
import os
import re
import sys
import tempfile

from walks import check, run, verdict, without_allow

PROGRAM = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
HERE = os.path.dirname(os.path.abspath(__file__))
DEVICE = os.path.join(HERE, "cisco_asa_device.py")
TEXTS = os.path.join(HERE, "..", "fixtures", "cisco-asa", "device")


def read(name):
    with open(os.path.join(TEXTS, name), encoding="utf-8") as f:
        return f.read()


def without(text, pattern):
    out = re.sub(r"(?m)^.*" + pattern + r".*\n", "", text)
    assert out != text, pattern
    return out


def replaced(text, old, new):
    assert old in text, old
    return text.replace(old, new)


NO_SA = {"show crypto isakmp sa": "There are no isakmp sas\n",
         "show crypto ipsec sa": "\nThere are no ipsec sas\n"}


def ike(state, role="initiator"):
    return {
        "show crypto isakmp sa":
            "\n   Active SA: 1\n    Rekey SA: 0 (A tunnel will report 1 "
            "Active and 1 Rekey SA during rekey)\nTotal IKE SA: 1\n\n"
            "1   IKE Peer: 198.51.100.1\n    Type    : user            "
            "Role    : %s \n    Rekey   : no              State   : %s \n"
            % (role, state),
        "show crypto ipsec sa": "\nThere are no ipsec sas\n"}


def log(*lines, enabled="level informational"):
    head = read("asa/show_logging.txt")
    return {"show logging": replaced(head, "level informational", enabled) +
            "".join("Oct 30 2012 15:%02d:10: %s\n" % (21 + i, line)
                    for i, line in enumerate(lines))}


def log_at(**lines):
    """Lines by the minute after 15:00, as "m21"; it is 15:31 now."""
    return {"show clock": "15:31:22.339 EDT Tue Oct 30 2012\n",
            "show logging": read("asa/show_logging.txt") + "".join(
                "Oct 30 2012 15:%s:10: %s\n" % (m[1:], line)
                for m, line in lines.items())}


def config(change, base="asa"):
    text = change(read(base + "/show_running-config.txt"))
    return {"show running-config": text, "show startup-config": text}


def second_line(text):
    return replaced(text, "crypto map outside_map interface outside",
                    "crypto map outside_map interface outside\n"
                    "crypto map outside_map interface backup")


def grown(encaps, decaps):
    text = read("asa/show_crypto_ipsec_sa.txt")
    text = re.sub(r"encaps: 35", "encaps: %d" % (35 + encaps), text)
    return {"show crypto ipsec sa.2":
            re.sub(r"decaps: 35", "decaps: %d" % (35 + decaps), text)}


def two(ipsec):
    """A second VPN; the replies of show crypto ipsec sa, one after another."""
    block = read("asa/show_crypto_ipsec_sa.txt")
    head, mine = block.split("\n", 1)
    other = mine.replace("seq num: 10", "seq num: 20").replace(
        "198.51.100.1", "198.51.100.77").replace("10.2.0.0", "10.3.0.0")
    ike = read("asa/show_crypto_isakmp_sa.txt")
    peer = ike[ike.index("1   IKE Peer"):]
    out = config(lambda t: replaced(
        t, "crypto map outside_map interface",
        "access-list VPN2 extended permit ip 10.1.0.0 255.255.255.0 10.3.0.0 "
        "255.255.255.0\n"
        "crypto map outside_map 20 match address VPN2\n"
        "crypto map outside_map 20 set peer 198.51.100.77\n"
        "crypto map outside_map 20 set transform-set TS\n"
        "crypto map outside_map interface"))
    out["show crypto isakmp sa"] = ike.replace(
        "Active SA: 1", "Active SA: 2").replace(
            "SA: 1\n", "SA: 2\n") + peer.replace("1   IKE", "2   IKE").replace(
                "198.51.100.1", "198.51.100.77")
    for n, count in enumerate(ipsec, 1):
        text = head + "\n" + other
        if count is not None:
            text += re.sub("caps: 35", "caps: %d" % count, mine)
        out["show crypto ipsec sa" + (".%d" % n if n > 1 else "")] = text
    return out


def pings(size=1500):
    """The other site answers packets of up to this size."""
    head = "Type escape sequence to abort.\nSending 5, %d-byte ICMP Echos " \
           "to 10.2.0.1, timeout is 2 seconds:\n"
    good = "!!!!!\nSuccess rate is 100 percent (5/5), round-trip " \
           "min/avg/max = 1/2/10 ms\n"
    bad = "?????\nSuccess rate is 0 percent (0/5)\n"
    out = {"ping inside 10.2.0.1 size %d" % n:
           head % n + (good if n <= size else bad)
           for n in range(100, 1501)}
    out["ping inside 10.2.0.1"] = head % 100 + good
    return out


def peer(change):
    """The other end's configuration, as a file beside us."""
    text = read("asa/show_running-config.txt")
    for a, b in (("198.51.100.1", "203.0.113.1"), ("10.1.0.", "10.2.0.")):
        text = text.replace(a, "@").replace(b, a).replace("@", b)
    text = text.replace("*****", "one-Kagi")
    return {"peer": change(text)}


def same(text):
    return text


P = "198.51.100.1"
G = "Group = %s, IP = %s, " % (P, P)
BEGIN = "%%ASA-5-713041: IP = %s, IKE Initiator: New Phase 1, Intf inside, " \
        "IKE Peer %s  local Proxy Address 10.1.0.0, remote Proxy Address " \
        "10.2.0.0,  Crypto map (outside_map)" % (P, P)
KEY = "%ASA-4-713903: " + G + "ERROR, had problems decrypting packet, " \
      "probably due to mismatched pre-shared key.  Aborting"
V2 = "%%ASA-4-750003: Local:203.0.113.1:500 Remote:" + P + ":500 " \
     "Username:Unknown IKEv2 Negotiation aborted due to ERROR: %s"
PHASE1 = "%ASA-5-713119: " + G + "PHASE 1 COMPLETED"
ACTIVE = ["--allow", "active"]
HAND = ["--answer", "traffic-by-hand=cannot"]

PIX_HEAD = "        dst               src        state     pending     " \
           "created\n"
PIX_EMPTY = re.sub(r"(?ms)^      spi: .*?^        replay[^\n]*\n", "", re.sub(
    "spi: (9a46ecae|a3dc0fc8)", "spi: 0",
    read("pix/show_crypto_ipsec_sa.txt")))
PIX_NO_SA = {"show crypto isakmp sa": "Total     : 0\nEmbryonic : 0\n" +
             PIX_HEAD, "show crypto ipsec sa": PIX_EMPTY}
PIX_UP = {"show crypto isakmp sa": "Total     : 1\nEmbryonic : 0\n" +
          PIX_HEAD + "    198.51.100.1     203.0.113.1    QM_IDLE         0"
          "           0\n", "show crypto ipsec sa": PIX_EMPTY}
# The guideline's own debugging, with our addresses.
REFUSED = """crypto_isakmp_process_block: src 198.51.100.1, dest 203.0.113.1
OAK_MM exchange
ISAKMP (0): processing SA payload. message ID = 0
ISAKMP (0): Checking ISAKMP transform 1 against priority 10 policy
ISAKMP:      encryption DES-CBC
ISAKMP:      hash MD5
ISAKMP:      default group 1
ISAKMP:      auth pre-share
ISAKMP (0): atts are not acceptable. Next payload is 3
"""
ACCEPTED = """ISAKMP (0): Checking ISAKMP transform 3 against priority 10 policy
ISAKMP:      encryption 3DES-CBC
ISAKMP (0): atts are acceptable. Next payload is 3
"""
PHASE2 = """ISAKMP : Checking IPSec proposal 1
ISAKMP: transform 1, ESP_DES
IPSEC(validate_proposal): transform proposal
      (prot 3, trans 2, hmac_alg 1) not supported
ISAKMP (0): atts not acceptable. Next payload is 0
"""


def debug(text):
    return {"show logging.2": read("pix/show_logging.txt").replace(
        "0 messages", "9 messages") + text}


# name: (base, arguments, changes, outcome, finding)
WALKS = {
    "healthy": ("asa", ACTIVE, [grown(5, 5), pings()], "healthy", None),
    "healthy-said": ("asa", ["--answer", "symptom=all-pass"], [grown(5, 5)],
                     "healthy", None),
    "idle": ("asa", [], [], "open", None),
    # the reply ended between two VPNs' blocks, once
    "block-lost": ("asa", [*ACTIVE, "--vpn", "outside_map 10"], [
        pings(), two([None, 35, 40])], "healthy", None),
    "block-missing": ("asa", ["--vpn", "outside_map 10"], [
        pings(), two([None])], "open", None),
    "licence": ("asa", [], [NO_SA, {
        "show version": re.sub(r"(VPN-3DES-AES\s*: )Enabled", r"\1Disabled",
                               read("asa/show_version.txt"))}],
        "diagnosed", "device.crypto-unsupported"),
    "interface-shutdown": ("asa", [], [NO_SA, {
        "show interface": replaced(read("asa/show_interface.txt"),
                                   '"outside", is up, line protocol is up',
                                   '"outside", is administratively down, '
                                   'line protocol is down')}],
        "diagnosed", "wan.interface-shutdown"),
    "not-applied": ("asa", [], [NO_SA, config(
        lambda t: without(t, "outside_map interface"))],
        "diagnosed", "ipsec.map-not-applied"),
    "ike-off": ("asa", [], [NO_SA, config(
        lambda t: without(t, "isakmp enable"))],
        "diagnosed", "ike.not-configured"),
    "wrong-peer": ("asa", [], [NO_SA, config(
        lambda t: t.replace("tunnel-group 198.51.100.1",
                            "tunnel-group 198.51.100.2"))],
        "diagnosed", "ike.peer-address-mismatch"),
    "no-transform": ("asa", [], [NO_SA, config(
        lambda t: without(t, "crypto ipsec transform-set"))],
        "diagnosed", "ipsec.proposal-reference"),
    "no-access-list": ("asa", [], [NO_SA, config(
        lambda t: without(t, "access-list VPN"))],
        "diagnosed", "ipsec.access-list-missing"),
    "map-order": ("asa", ["--vpn", "outside_map 10"], [NO_SA, config(
        lambda t: replaced(
            t, "crypto map outside_map 10 match",
            "access-list WIDE extended permit ip 10.1.0.0 255.255.0.0 "
            "10.2.0.0 255.255.0.0\n"
            "crypto map outside_map 5 match address WIDE\n"
            "crypto map outside_map 5 set peer 192.0.2.9\n"
            "crypto map outside_map 5 set transform-set TS\n"
            "crypto map outside_map 10 match"))],
        "diagnosed", "ipsec.map-order"),
    "nat-not-applied": ("asa", [], [NO_SA, config(
        lambda t: without(t, r"nat \(inside\) 0"))],
        "diagnosed", "data.acl-nat-exempt"),
    "nat-wrong": ("asa", [], [config(
        lambda t: re.sub(r"(NONAT .* )10\.2\.0\.0", r"\g<1>10.22.0.0", t))],
        "diagnosed", "data.acl-nat-exempt"),
    "qm-fsm": ("asa", ACTIVE, [ike("MM_ACTIVE"), log(
        BEGIN, PHASE1, "%ASA-3-713902: " + G + "QM FSM error (P2 struct "
        "&0xcc19ed48, mess id 0xfc16eec2)!")],
        "diagnosed", "ipsec.id-mismatch"),
    "proxy-rejected": ("asa", ACTIVE, [ike("MM_ACTIVE", "responder"), log(
        PHASE1, "%ASA-3-713061: " + G + "Rejecting IPSec tunnel: no matching "
        "crypto map entry for remote proxy 10.2.0.0/255.255.0.0/0/0 local "
        "proxy 10.1.0.0/255.255.255.0/0/0 on interface outside")],
        "diagnosed", "ipsec.id-mismatch"),
    "phase2-refused": ("asa", ACTIVE, [ike("MM_ACTIVE"), log(
        BEGIN, PHASE1, "%ASA-5-713068: " + G + "Received non-routine Notify "
        "message: No proposal chosen (14)")],
        "diagnosed", "ipsec.proposal-mismatch"),
    "phase2-unacceptable": ("asa", ACTIVE, [ike("MM_ACTIVE", "responder"), log(
        PHASE1, "%ASA-5-713904: " + G + "All IPSec SA proposals found "
        "unacceptable!")], "diagnosed", "ipsec.proposal-mismatch"),
    "phase1-refused": ("asa", ACTIVE, [NO_SA, log(
        "%%ASA-3-713048: IP = %s, Error processing payload: Payload ID: 1"
        % P)], "diagnosed", "ike.proposal-mismatch"),
    "psk-responder": ("asa", ACTIVE, [ike("MM_WAIT_MSG5", "responder"), log(
        "%ASA-4-713903: " + G + "ERROR, had problems decrypting packet, "
        "probably due to mismatched pre-shared key.  Aborting")],
        "diagnosed", "ike.psk-mismatch"),
    "psk-initiator": ("asa", ACTIVE, [ike("MM_WAIT_MSG6"), log(BEGIN)],
                      "diagnosed", "ike.psk-mismatch"),
    # IKEv2's reasons: a timer and a retry are no refusals
    "v2-auth-missing": ("asa", ACTIVE, [NO_SA, log(V2 % (
        "Failed to receive the AUTH msg before the timer expired"))],
        "diagnosed", "ike.not-established"),
    "v2-other-group": ("asa", ACTIVE, [NO_SA, log(V2 % (
        "The peer's KE payload contained the wrong DH group"))],
        "diagnosed", "ike.not-established"),
    "v2-auth": ("asa", ACTIVE, [NO_SA, log(V2 % (
        "Failed to authenticate the IKE SA"))],
        "diagnosed", "ike.auth-failed"),
    "v2-policy": ("asa", ACTIVE, [NO_SA, log(V2 % (
        "Failed to find a matching policy"))],
        "diagnosed", "ike.proposal-mismatch"),
    "v2-selectors": ("asa", ACTIVE, [NO_SA, log(
        "%%ASA-3-751022: Local: 203.0.113.1 Remote: %s Username:Unknown "
        "Tunnel rejected: Crypto Map Policy not found for remote traffic "
        "selector 10.9.0.0/10.9.0.255/0/65535/0 local traffic selector "
        "10.1.0.0/10.1.0.255/0/65535/0!" % P)],
        "diagnosed", "ipsec.id-mismatch"),
    "v2-no-key": ("asa", ACTIVE, [NO_SA, log(
        "%%ASA-3-751002: Local: 203.0.113.1:500 Remote:%s:500 Username: u/g "
        "No preshared key or trustpoint configured for self in tunnel group "
        "%s" % (P, P))], "diagnosed", "ike.not-configured"),
    "no-response": ("asa", ACTIVE, [ike("MM_WAIT_MSG2"), log(BEGIN)],
                    "diagnosed", "ike.no-response"),
    # the map is on two lines: one that is down is no cause by itself
    "second-line": ("asa", ACTIVE, [
        {"show interface": read("asa/show_interface.txt").replace(
            '"outside", is up, line protocol is up',
            '"outside", is down, line protocol is down')},
        ike("MM_WAIT_MSG2"), log(BEGIN), config(second_line)],
        "diagnosed", "ike.no-response"),
    "second-line-route": ("asa", ACTIVE, [
        {"show route": read("asa/show_route.txt").replace(
            "203.0.113.254, outside", "192.0.2.254, backup")},
        ike("MM_WAIT_MSG2"), log(BEGIN), config(
            lambda t: replaced(second_line(t), "route outside 0.0.0.0 0.0.0.0 "
                               "203.0.113.254", "route backup 0.0.0.0 0.0.0.0 "
                               "192.0.2.254"))],
        "diagnosed", "ike.no-response"),
    # what was mended is told no more, the next fault is
    "mended-then-key": ("asa", ACTIVE, [NO_SA, log_at(
        m22="%%ASA-3-713048: IP = %s, Error processing payload: Payload ID: "
        "1" % P, m30=KEY)], "diagnosed", "ike.psk-mismatch"),
    "two-at-once": ("asa", ACTIVE, [NO_SA, log_at(
        m29="%%ASA-3-713048: IP = %s, Error processing payload: Payload ID: "
        "1" % P, m30=KEY)], "diagnosed", "ike.proposal-mismatch"),
    "mended-config": ("asa", HAND, [NO_SA, log_at(
        m22=KEY, m29="%ASA-5-111008: User 'admin' executed the 'tunnel-group "
        "198.51.100.1 ipsec-attributes' command.")],
        "diagnosed", "ipsec.not-triggered"),
    "another-command": ("asa", HAND, [NO_SA, log_at(
        m22=KEY, m29="%ASA-5-111008: User 'admin' executed the 'logging "
        "buffered informational' command.")],
        "diagnosed", "ike.psk-mismatch"),
    # RFC 5424's stamps are of UTC, this clock is not
    "zulu": ("asa", HAND, [NO_SA, {"show logging": read(
        "asa/show_logging.txt") + "2012-10-30T19:22:10Z: " + KEY + "\n"}],
        "diagnosed", "ike.psk-mismatch"),
    "old-lines": ("asa", HAND, [NO_SA, {"show clock":
                  "17:43:22.339 EDT Tue Oct 30 2012\n"}, log(
        "%ASA-3-713902: " + G + "QM FSM error (P2 struct &0x1, mess id "
        "0x2)!")], "diagnosed", "ipsec.not-triggered"),
    "later-success": ("asa", HAND, [NO_SA, log(
        "%ASA-3-713902: " + G + "QM FSM error (P2 struct &0x1, mess id "
        "0x2)!", "%ASA-5-713120: " + G + "PHASE 2 COMPLETED (msgid=1)")],
        "diagnosed", "ipsec.not-triggered"),
    "no-route": ("asa", [], [NO_SA, config(
        lambda t: without(t, "route outside")), {
            "show route": without(read("asa/show_route.txt"), r"S\*")}],
        "diagnosed", "wan.route-missing"),
    "sysopt": ("asa", [], [config(
        lambda t: replaced(t, "crypto ipsec transform-set TS",
                           "no sysopt connection permit-vpn\n"
                           "crypto ipsec transform-set TS"))],
        "diagnosed", "data.sysopt-missing"),
    "sysopt-permitted": ("asa", ACTIVE, [grown(5, 5), pings(), config(
        lambda t: replaced(t, "crypto ipsec transform-set TS",
                           "no sysopt connection permit-vpn\n"
                           "access-list OUT extended permit ip any any\n"
                           "access-group OUT in interface outside\n"
                           "crypto ipsec transform-set TS"))],
        "healthy", None),
    "one-way": ("asa", ACTIVE, [grown(5, 0)], "diagnosed", "data.one-way"),
    "size": ("asa", ACTIVE, [grown(5, 5), pings(1300)],
             "diagnosed", "data.fragmentation"),
    "large": ("asa", ACTIVE + ["--answer", "symptom=large-fails"],
              [grown(5, 5), config(lambda t: replaced(
                  t, "crypto ipsec transform-set TS",
                  "sysopt connection tcpmss 0\n"
                  "crypto ipsec transform-set TS"))],
              "diagnosed", "data.fragmentation"),
    "peer-same": ("asa", ACTIVE, [ike("MM_WAIT_MSG2"), log(BEGIN),
                                  peer(same)], "diagnosed", "ike.no-response"),
    "peer-key": ("asa", [], [ike("MM_WAIT_MSG6"), peer(same), config(
        lambda t: t.replace("*****", "another-Kagi"))],
        "diagnosed", "ike.psk-mismatch"),
    "peer-hash": ("asa", [], [NO_SA, peer(lambda t: replaced(
        t, " hash sha", " hash md5"))], "diagnosed", "ike.proposal-mismatch"),
    "peer-transform": ("asa", [], [NO_SA, peer(lambda t: replaced(
        t, "esp-3des esp-sha-hmac", "esp-3des esp-md5-hmac"))],
        "diagnosed", "ipsec.proposal-mismatch"),
    "peer-pfs": ("asa", [], [NO_SA, peer(lambda t: without(t, "set pfs"))],
                 "diagnosed", "ipsec.proposal-mismatch"),
    "peer-list": ("asa", [], [NO_SA, peer(lambda t: replaced(
        t, "VPN extended permit ip 10.2.0.0 255.255.255.0",
        "VPN extended permit ip 10.2.0.0 255.255.0.0"))],
        "diagnosed", "ipsec.id-mismatch"),
    "peer-address": ("asa", [], [NO_SA, peer(lambda t: t.replace(
        "set peer 203.0.113.1", "set peer 203.0.113.9").replace(
            "tunnel-group 203.0.113.1", "tunnel-group 203.0.113.9"))],
        "diagnosed", "ike.peer-address-mismatch"),
    "peer-cut": ("asa", HAND, [NO_SA, peer(lambda t: t[:len(t) // 2])],
                 "diagnosed", "ipsec.not-triggered"),
    "pix-key": ("pix", ACTIVE + ["--vpn", "mymap 5"], [{
        "show crypto isakmp sa":
            "Total     : 1\nEmbryonic : 1\n        dst               src   "
            "     state     pending     created\n    198.51.100.1     "
            "203.0.113.1    MM_KEY_EXCH   0           0\n",
        "show crypto ipsec sa": re.sub(
            r"(?ms)^      spi: .*?^        replay[^\n]*\n", "", re.sub(
                "spi: (9a46ecae|a3dc0fc8)", "spi: 0", read(
                    "pix/show_crypto_ipsec_sa.txt")))}],
        "diagnosed", "ike.psk-mismatch"),
    "pix-debug-refused": ("pix", ACTIVE + [
        "--vpn", "mymap 5", "--allow", "disrupt"], [PIX_NO_SA, debug(
            REFUSED)], "diagnosed", "ike.proposal-mismatch"),
    "pix-debug-phase-2": ("pix", ACTIVE + [
        "--vpn", "mymap 5", "--allow", "disrupt"], [PIX_UP, debug(
            REFUSED + ACCEPTED + PHASE2)],
        "diagnosed", "ipsec.proposal-mismatch"),
    "pix-debug-accepted": ("pix", ACTIVE + [
        "--vpn", "mymap 5", "--allow", "disrupt"], [PIX_UP, debug(
            REFUSED + ACCEPTED + PHASE2 +
            "ISAKMP : Checking IPSec proposal 2\n"
            "ISAKMP (0): atts are acceptable.\n")],
        "diagnosed", "ipsec.not-established"),
    "pix-sysopt": ("pix", ["--vpn", "mymap 5"], [config(
        lambda t: without(t, "sysopt connection"), "pix")],
        "diagnosed", "data.sysopt-missing"),
    "pix-split": ("pix", ["--vpn", "mymap 10", "--answer",
                          "clients=outside-fails"], [config(
        lambda t: without(t, "split-tunnel"), "pix")],
        "diagnosed", "data.split-tunnel"),
    "pix-inside-route": ("pix", [
        "--vpn", "mymap 10", "--answer", "clients=inside-fails",
        "--answer", "clients-host=172.16.1.56"], [],
        "diagnosed", "data.route-missing"),
    "pix-way-back": ("pix", [
        "--vpn", "mymap 10", "--answer", "clients=inside-fails",
        "--answer", "clients-host=10.1.1.20", "--answer",
        "inside-route=missing"], [], "diagnosed", "data.route-missing"),
    "pix-clients-healthy": ("pix", [
        "--vpn", "mymap 10", "--answer", "clients=all-pass"], [],
        "healthy", None),
}


# Walks whose proof is in the replies: their saved text says the same.
SAVED = ["qm-fsm", "proxy-rejected", "phase2-refused", "phase2-unacceptable",
         "phase1-refused", "psk-responder", "psk-initiator", "v2-auth",
         "v2-selectors", "v2-auth-missing", "pix-key", "old-lines"]


def texts_of(name):
    base, _, changes, _, _ = WALKS[name]
    texts = {f[:-4].replace("_", " "): read(base + "/" + f)
             for f in os.listdir(os.path.join(TEXTS, base))}
    for change in changes:
        texts.update(change)
    return texts


def analyze(name, tmp):
    path = os.path.join(tmp, name + ".log")
    with open(path, "w", encoding="utf-8") as f:
        for command, text in texts_of(name).items():
            if command.startswith("show ") and "." not in command:
                f.write("ciscoasa# %s\n%s\n" % (command, text))
        f.write("ciscoasa# \n")
    return run([PROGRAM, "analyze", path, "--driver", "cisco-asa",
                "--no-journal", "--json", "--answer", "history=never-worked",
                *without_allow(WALKS[name][1])])


def saved_failures(tmp):
    failed = 0
    for name in SAVED:
        result = analyze(name, tmp)
        if verdict(result) != WALKS[name][3:]:
            failed += 1
            print("FAIL saved %s: wanted %s, got %s\n%s" % (
                name, WALKS[name][3:], verdict(result), told(result)))
    return failed


def walk(name, tmp):
    args = WALKS[name][1]
    folder = os.path.join(tmp, name)
    os.mkdir(folder)
    texts = texts_of(name)
    if "peer" in texts:
        args = [*args, "--peer-config", os.path.join(folder, "peer.txt")]
    for command, text in texts.items():
        path = os.path.join(folder, command.replace(" ", "_") + ".txt")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return check(PROGRAM, "exec:python3 %s %s" % (DEVICE, folder),
                 ["--driver", "cisco-asa", "--enable-file",
                  os.path.join(tmp, "enable"), "--answer",
                  "history=never-worked", *args])


def told(result):
    return "\n".join("    %s %s: %s" % (p["checkpoint"], p["outcome"],
                                        p["because"])
                     for p in result["path"])


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        with open(os.path.join(tmp, "enable"), "w", encoding="utf-8") as f:
            f.write("secret\n")
        names = [name for name in WALKS if ONLY in name]
        # They mostly wait for the next reading of a counter.
        pool = concurrent.futures.ThreadPoolExecutor(16)
        for name, result in zip(names, pool.map(
                lambda name: walk(name, tmp), names)):
            want = WALKS[name][3:]
            got = verdict(result)
            undone = all(c["undone"] and c["verified"]
                         for c in result.get("changes", []))
            undone = undone and ("disrupt" not in WALKS[name][1] or
                                 len(result["changes"][0]["undo"]) == 3)
            passed += got == want and undone
            failed += got != want or not undone
            if not undone:
                print("FAIL %s: changes %s" % (name, result["changes"]))
            if got != want:
                print("FAIL %s: wanted %s, got %s\n%s" % (
                    name, want, got, told(result)))
        failed += 0 if ONLY else saved_failures(tmp)
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
