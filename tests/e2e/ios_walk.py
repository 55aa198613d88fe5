#!/usr/bin/python3
"""The document's messages and configurations, each told by a router.

usage: ios_walk.py PROGRAM

A scripted router (ios_fake.py) answers with the replies below; the walk's
verdict must be the one that the document gives for the message. Also: the
enable password, the pager, refused commands, and that no secret is printed.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(sys.argv[1])
SECRET = "Kagi-4711"

CONFIG = """Building configuration...

Current configuration : 1873 bytes
!
version 15.1
service timestamps log datetime msec
!
hostname Branch
!
enable secret 5 $1$abcd$0123456789
!
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key %s address 203.0.113.5
!
crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
 mode tunnel
!
crypto map VPN 10 ipsec-isakmp
 set peer 203.0.113.5
 set transform-set TS
 match address 150
!
interface GigabitEthernet0/0
 ip address 198.51.100.1 255.255.255.0
 crypto map VPN
!
interface GigabitEthernet0/1
 ip address 172.21.113.1 255.255.255.0
!
ip route 0.0.0.0 0.0.0.0 198.51.100.254
!
access-list 150 permit ip 172.21.113.0 0.0.0.255 172.21.114.0 0.0.0.255
!
end
""" % SECRET

VERSION = """Cisco IOS Software, C1900 Software (C1900-UNIVERSALK9-M), \
Version 15.1(4)M8, RELEASE SOFTWARE (fc2)
Branch uptime is 1 day, 8 minutes
System returned to ROM by power-on
Cisco CISCO1941/K9 (revision 1.0) with 491520K/32768K bytes of memory.
Configuration register is 0x2102
"""

ISAKMP = """IPv4 Crypto ISAKMP SA
dst             src             state          conn-id status
%s
IPv6 Crypto ISAKMP SA

"""
NO_STATE = "203.0.113.5     198.51.100.1    MM_NO_STATE          0 ACTIVE\n"

IPSEC = """
interface: GigabitEthernet0/0
    Crypto map tag: VPN, local addr 198.51.100.1

   protected vrf: (none)
   local  ident (addr/mask/prot/port): (172.21.113.0/255.255.255.0/0/0)
   remote ident (addr/mask/prot/port): (172.21.114.0/255.255.255.0/0/0)
   current_peer 203.0.113.5 port 500
     PERMIT, flags={origin_is_acl,}
    #pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0
    #pkts decaps: 0, #pkts decrypt: 0, #pkts verify: 0
    #pkts compressed: 0, #pkts decompressed: 0
    #pkts not compressed: 0, #pkts compr. failed: 0
    #pkts not decompressed: 0, #pkts decompress failed: 0
    #send errors 0, #recv errors 0

     local crypto endpt.: 198.51.100.1, remote crypto endpt.: 203.0.113.5
     path mtu 1500, ip mtu 1500, ip mtu idb GigabitEthernet0/0
     current outbound spi: 0x0(0)
     PFS (Y/N): N, DH group: none

     inbound esp sas:

     inbound ah sas:

     inbound pcp sas:

     outbound esp sas:

     outbound ah sas:

     outbound pcp sas:
"""

LOG = """Syslog logging: enabled (0 messages dropped, 3 messages rate-limited,
                0 flushes, 0 overruns, xml disabled, filtering disabled)

No Active Message Discriminator.

    Console logging: disabled
    Monitor logging: level debugging, 0 messages logged, xml disabled,
                     filtering disabled
    Buffer logging:  level debugging, 22 messages logged, xml disabled,
                    filtering disabled
    Trap logging: level informational, 30 message lines logged

Log Buffer (16384 bytes):
*Mar 27 01:00:00.111: %%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from \
203.0.113.5 failed its sanity check or is malformed
*Mar 28 08:00:00.111: %%SYS-5-CONFIG_I: Configured from console by console
%s
"""

INTERFACES = """GigabitEthernet0/0 is up, line protocol is up 
  Hardware is CN Gigabit Ethernet, address is 0000.0000.0001 (bia 0000.0000.0001)
  Internet address is 198.51.100.1/24
  MTU 1500 bytes, BW 100000 Kbit/sec, DLY 100 usec, 
GigabitEthernet0/1 is up, line protocol is up 
  Hardware is CN Gigabit Ethernet, address is 0000.0000.0002 (bia 0000.0000.0002)
  Internet address is 172.21.113.1/24
  MTU 1500 bytes, BW 100000 Kbit/sec, DLY 100 usec, 
"""

ROUTES = """Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       + - replicated route, % - next hop override

Gateway of last resort is 198.51.100.254 to network 0.0.0.0

S*    0.0.0.0/0 [1/0] via 198.51.100.254
      172.21.0.0/16 is variably subnetted, 2 subnets, 2 masks
C        172.21.113.0/24 is directly connected, GigabitEthernet0/1
L        172.21.113.1/32 is directly connected, GigabitEthernet0/1
      198.51.100.0/24 is variably subnetted, 2 subnets, 2 masks
C        198.51.100.0/24 is directly connected, GigabitEthernet0/0
L        198.51.100.1/32 is directly connected, GigabitEthernet0/0
"""

BASE = {
    "show running-config": CONFIG,
    "show startup-config": CONFIG,
    "show version": VERSION,
    "show clock": "*08:08:22.335 UTC Sat Mar 28 2026\n",
    "show crypto isakmp sa": ISAKMP % NO_STATE,
    "show crypto ipsec sa": IPSEC,
    "show logging": LOG % "",
    "show interfaces": INTERFACES,
    "show ip route": ROUTES,
    "show debugging": "",
}


def told(*lines):
    """The log with these lines, just now by the clock."""
    return {"show logging": LOG % "\n".join(
        "*Mar 28 08:07:0%d.335: %s" % (i, line)
        for i, line in enumerate(lines))}


def as_printed(*lines):
    return {"show logging": LOG % "\n".join(lines)}


def config(text):
    return {"show running-config": text}


def changed(old, new):
    assert old in CONFIG, old
    return config(CONFIG.replace(old, new))


def packet(exchange, payloads):
    """A packet from the peer, decrypted: one message of five lines."""
    return ("IKEv2:(SESSION ID = 31,SA ID = 1):Received Packet [From "
            "203.0.113.5:500/To 198.51.100.1:500/VRF i0:f0] \nInitiator SPI "
            ": 1D418169B24BF95A - Responder SPI : A645046F734260C6 Message "
            "id: 1\nIKEv2 %s Exchange RESPONSE \nPayload contents: \n %s "
            % (exchange, payloads),)


V2 = {**changed("crypto ipsec transform-set", """crypto ikev2 proposal P
 encryption aes-cbc-256
 integrity sha256
 group 14
crypto ikev2 keyring KR
 peer FAR
  address 203.0.113.5
  pre-shared-key %s
crypto ikev2 profile V2
 match identity remote address 203.0.113.5 255.255.255.255
 authentication remote pre-share
 authentication local pre-share
 keyring local KR
crypto ipsec transform-set""" % SECRET), "show crypto isakmp sa": ISAKMP % ""}
V2["show running-config"] = V2["show running-config"].replace(
    " set transform-set TS\n", " set transform-set TS\n set ikev2-profile V2\n")

# What the router says, and what it means: (name, replies, finding or outcome).
CASES = [
    ("invalid local address", as_printed(
        "1d00h: IPSEC(validate_proposal): invalid local address 10.2.0.2",
        "1d00h: ISAKMP (0:3): atts not acceptable. Next payload is 0",
        "1d00h: ISAKMP (0:3): SA not acceptable!"), "ipsec.map-not-applied"),
    ("invalid local address, named in the map", {
        **told("IPSEC(validate_proposal): invalid local address 10.2.0.2"),
        **changed("crypto map VPN 10", "crypto map VPN local-address "
                  "GigabitEthernet0/1\ncrypto map VPN 10")},
     "ike.local-address-wrong"),
    ("sanity check", as_printed(
        "1d00H:%CRPT0-4-IKMP_BAD_MESSAGE: IKE message from 203.0.113.5 "
        "failed its sanity check or is malformed"), "ike.psk-mismatch"),
    ("main mode failed", as_printed(
        "1d00h: ISAKMP (0:1): atts are not acceptable. Next payload is 0",
        "1d00h: ISAKMP (0:1); no offers accepted!",
        "1d00h: ISAKMP (0:1): SA not acceptable!",
        "1d00h: %CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed "
        "with peer at 203.0.113.5"), "ike.proposal-mismatch"),
    ("main mode failed, without debugging", told(
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed with "
        "peer at 203.0.113.5"), "ike.proposal-mismatch"),
    ("proxy identities", as_printed(
        "1d00h: IPSec(validate_transform_proposal): proxy identities not "
        "supported", "1d00h: ISAKMP: IPSec policy invalidated proposal",
        "1d00h: ISAKMP (0:2): SA not acceptable!"), "ipsec.id-mismatch"),
    ("transform proposal", as_printed(
        "1d00h: IPsec (validate_proposal): transform proposal",
        "(port 3, trans 2, hmac_alg 2) not supported",
        "1d00h: ISAKMP (0:2) : atts not acceptable. Next payload is 0",
        "1d00h: ISAKMP (0:2) SA not acceptable"), "ipsec.proposal-mismatch"),
    ("no keys, a stranger", as_printed(
        "1d00h: ISAKMP: No cert, and no keys (public or pre-shared) with "
        "remote peer 198.51.100.2"), "ike.peer-address-mismatch"),
    ("no keys, this peer", told(
        "ISAKMP: No cert, and no keys (public or pre-shared) with remote "
        "peer 203.0.113.5"), "ike.peer-address-mismatch"),
    ("peer address not found", told(
        "IPSEC(validate_proposal_request): proposal part #1,",
        "IPSEC(validate_transform_proposal): peer address 203.0.113.5 not "
        "found"), "ipsec.map-order"),
    ("invalid proxy ids", told("IPSEC(initialize_sas): invalid proxy IDs"),
     "ipsec.id-mismatch"),
    ("reserved not zero", told(
        "ISAKMP: reserved not zero on payload 5!"), "ike.psk-mismatch"),
    ("policy 65535 refused as well", told(
        "ISAKMP (0:1): Checking ISAKMP transform 1 against priority 1 policy",
        "ISAKMP (0:1): Hash algorithm offered does not match policy!",
        "ISAKMP (0:1): atts are not acceptable. Next payload is 0",
        "ISAKMP (0:1): Checking ISAKMP transform 1 against priority 65535 "
        "policy",
        "ISAKMP (0:1): Encryption algorithm offered does not match policy!",
        "ISAKMP (0:1): atts are not acceptable. Next payload is 0",
        "ISAKMP (0:1): no offers accepted!",
        "ISAKMP (0:1): phase 1 SA not acceptable!"),
     "ike.proposal-mismatch"),
    ("all proposals unacceptable", told(
        "ISAKMP: all IPSec SA proposals found unacceptable"),
     "ipsec.proposal-mismatch"),
    ("QM FSM error", told("ISAKMP: QM FSM error (P2 struct &0x1), mess id"),
     "ipsec.id-mismatch"),
    ("no engine takes it", told(
        "crypto_engine_select_crypto_engine: can't handle any more"),
     "device.crypto-unsupported"),
    # IKEv2, as debug crypto ikev2 prints it
    ("IKEv2, the child is refused", {**V2, **told(*packet(
        "IKE_AUTH", "VID IDr AUTH NOTIFY(NO_PROPOSAL_CHOSEN)"))},
     "ipsec.proposal-mismatch"),
    ("IKEv2, the selectors are refused", {**V2, **told(*packet(
        "IKE_AUTH", "VID IDr AUTH NOTIFY(TS_UNACCEPTABLE)"))},
     "ipsec.id-mismatch"),
    ("IKEv2, the authentication is refused", {**V2, **told(*packet(
        "IKE_AUTH", "NOTIFY(AUTHENTICATION_FAILED)"))}, "ike.auth-failed"),
    ("IKEv2, no policy of ours fits", {**V2, **told(*packet(
        "IKE_SA_INIT", "SA KE N VID"), "IKEv2-ERROR:(SESSION ID = 31,SA ID = "
        "1):Received Policies: : Failed to find a matching policyProposal 1:  "
        "ENCRYPTION: 3DES PRF: SHA512 INTEGRITY: SHA512 DH GROUP: "
        "DH_GROUP_384_ECP/Group 20")}, "ike.proposal-mismatch"),
    # the configuration alone
    ("NAT without exemption", config(CONFIG.replace(
        " crypto map VPN\n", " ip nat outside\n crypto map VPN\n").replace(
            "172.21.113.1 255.255.255.0\n",
            "172.21.113.1 255.255.255.0\n ip nat inside\n").replace(
                "!\nend", "ip nat inside source list 1 interface "
                "GigabitEthernet0/0 overload\naccess-list 1 permit "
                "172.21.113.0 0.0.0.255\n!\nend")), "data.acl-nat-exempt"),
    ("the list is missing", changed(
        "access-list 150 permit ip 172.21.113.0 0.0.0.255 172.21.114.0 "
        "0.0.0.255\n", ""), "ipsec.access-list-missing"),
    ("the set is missing", changed("transform-set TS esp", "transform-set "
                                   "OTHER esp"), "ipsec.proposal-reference"),
    ("the map is nowhere", {**changed("\n crypto map VPN\n", "\n"),
                            "show crypto ipsec sa": ""},
     "ipsec.map-not-applied"),
    ("the map is on the inside", changed(
        " crypto map VPN\n!\ninterface GigabitEthernet0/1\n",
        "!\ninterface GigabitEthernet0/1\n crypto map VPN\n"),
     "ipsec.map-not-applied"),
    ("the key is another peer's", changed("address 203.0.113.5\n!",
                                          "address 203.0.113.9\n!"),
     "ike.peer-address-mismatch"),
    ("no key and no policy", changed(CONFIG[
        CONFIG.index("crypto isakmp policy"):CONFIG.index("crypto ipsec tr")],
        ""), "ike.not-configured"),
    ("an earlier entry is wider", config(CONFIG.replace(
        "crypto map VPN 10", "crypto map VPN 5 ipsec-isakmp\n set peer "
        "203.0.113.9\n set transform-set TS\n match address 151\n"
        "crypto map VPN 10").replace(
            "!\nend", "access-list 151 permit ip 172.21.0.0 0.0.255.255 "
            "172.21.0.0 0.0.255.255\n!\nend")), "ipsec.map-order"),
    ("UDP 500 filtered", {"show running-config": CONFIG.replace(
        " crypto map VPN\n", " ip access-group 101 in\n crypto map VPN\n")
        .replace("!\nend", "access-list 101 permit esp any any\n"
                 "access-list 101 deny udp any any eq isakmp\n!\nend")},
     "ike.udp500-blocked"),
    ("the WAN is shut down", {
        "show interfaces": INTERFACES.replace(
            "GigabitEthernet0/0 is up, line protocol is up",
            "GigabitEthernet0/0 is administratively down, line protocol is "
            "down")}, "wan.interface-shutdown"),
    ("the link is down", {
        "show interfaces": INTERFACES.replace(
            "GigabitEthernet0/0 is up, line protocol is up",
            "GigabitEthernet0/0 is down, line protocol is down")},
     "wan.link-down"),
    ("no route", {"show ip route": ROUTES.replace(
        "S*    0.0.0.0/0 [1/0] via 198.51.100.254\n", "").replace(
            "198.51.100.254 to network 0.0.0.0", "not set"),
        **changed("ip route 0.0.0.0 0.0.0.0 198.51.100.254\n", "")},
     "wan.route-missing"),
    ("an image without encryption", {
        "show version": VERSION.replace("UNIVERSALK9", "IPBASE"),
        "show running-config": CONFIG[:CONFIG.index("crypto isakmp")] +
        CONFIG[CONFIG.index("interface Gi"):].replace(" crypto map VPN\n",
                                                      ""),
        "show crypto isakmp sa": None, "show crypto ipsec sa": None},
     "device.crypto-unsupported"),
]

# A peer's configuration, and what it proves.
PEER = CONFIG.replace("203.0.113.5", "PEER").replace(
    "198.51.100.1 ", "203.0.113.5 ").replace("PEER", "198.51.100.1").replace(
    "172.21.113.0 0.0.0.255 172.21.114.0 0.0.0.255",
    "172.21.114.0 0.0.0.255 172.21.113.0 0.0.0.255").replace(
        "172.21.113.1", "172.21.114.1")
PEERS = [
    ("another key", PEER.replace(SECRET, "Another-1"), "ike.psk-mismatch"),
    ("another hash", PEER.replace(" hash sha256", " hash md5"),
     "ike.proposal-mismatch"),
    ("another group", PEER.replace(" group 14", " group 2"),
     "ike.proposal-mismatch"),
    ("another transform", PEER.replace("esp-aes 256", "esp-3des"),
     "ipsec.proposal-mismatch"),
    ("another list", PEER.replace("172.21.113.0 0.0.0.255\n",
                                  "host 172.21.113.9\n"),
     "ipsec.id-mismatch"),
    ("another peer", PEER.replace("set peer 198.51.100.1",
                                  "set peer 198.51.100.7"),
     "ike.peer-address-mismatch"),
]


def check(replies, *args, fake=()):
    with tempfile.TemporaryDirectory() as folder:
        for command, text in {**BASE, **replies}.items():
            if text is not None:
                name = command.replace(" ", "_") + ".txt"
                with open(os.path.join(folder, name), "w",
                          encoding="utf-8") as f:
                    f.write(text)
        target = "exec:%s %s/ios_fake.py %s %s" % (
            sys.executable, HERE, folder, " ".join(fake))
        done = subprocess.run(
            [PROGRAM, "check", target, "--driver", "cisco-ios", "--json",
             "--no-journal", "--answer", "history=never-worked", *args],
            capture_output=True, text=True, timeout=60, check=False)
    assert SECRET not in done.stdout + done.stderr, "a secret was printed"
    return json.loads(done.stdout or "{}")


def verdict(result):
    found = result.get("findings") or [{}]
    return found[0].get("id") or result.get("outcome")


def told_as(name, result, want):
    if verdict(result) == want:
        return 0
    last = (result.get("path") or [{}])[-1]
    print("FAIL %s: wanted %s, got %s at %s: %s" % (
        name, want, verdict(result), last.get("checkpoint"),
        last.get("because")))
    return 1


def peer_cases():
    failed = 0
    for name, text, want in PEERS:
        with tempfile.NamedTemporaryFile("w", suffix=".cfg") as f:
            f.write(text)
            f.flush()
            failed += told_as("peer: " + name,
                              check({}, "--peer-config", f.name), want)
    return failed


def session_cases():
    """The enable password and short pages change nothing."""
    with tempfile.NamedTemporaryFile("w") as f:
        f.write("high-pass\n")
        f.flush()
        name, replies, want = CASES[3]
        result = check(replies, "--enable-file", f.name,
                       fake=("--enable", "high-pass", "--rows", "5"))
        failed = told_as("enable, pages of 5 lines: " + name, result, want)
        result = check(replies, "--enable-file", f.name,
                       fake=("--enable", "another"))
        failed += told_as("enable refused", result, "open")
    return failed


# A tunnel whose outside is in a VRF: nothing of it is in the global table.
FRONT = {
    "show running-config": CONFIG.replace(
        "interface GigabitEthernet0/0\n", """interface Tunnel0
 ip address 10.0.0.1 255.255.255.252
 tunnel source GigabitEthernet0/0
 tunnel mode ipsec ipv4
 tunnel destination 203.0.113.5
 tunnel vrf WAN
 tunnel protection ipsec profile P
!
interface GigabitEthernet0/0
 ip vrf forwarding WAN
""").replace(" crypto map VPN\n", "").replace(
        "crypto map VPN 10 ipsec-isakmp\n set peer 203.0.113.5\n",
        "crypto ipsec profile P\n").replace(" match address 150\n", "")
    .replace("ip route 0.0.0.0 0.0.0.0 198.51.100.254",
             "ip route vrf WAN 0.0.0.0 0.0.0.0 198.51.100.254\n"
             "ip route 172.21.114.0 255.255.255.0 Tunnel0"),
    "show interfaces": INTERFACES + """Tunnel0 is up, line protocol is down
  Hardware is Tunnel
  Internet address is 10.0.0.1/30
  MTU 17878 bytes, BW 100 Kbit/sec, DLY 50000 usec,
""",
    "show ip route": """Codes: L - local, C - connected, S - static, R - RIP

Gateway of last resort is not set

      172.21.0.0/16 is variably subnetted, 3 subnets, 2 masks
C        172.21.113.0/24 is directly connected, GigabitEthernet0/1
L        172.21.113.1/32 is directly connected, GigabitEthernet0/1
S        172.21.114.0/24 is directly connected, Tunnel0
""",
    "show crypto ipsec sa": IPSEC.replace(
        "GigabitEthernet0/0\n    Crypto map tag: VPN",
        "Tunnel0\n    Crypto map tag: Tunnel0-head-0"),
}
# Two lines; the tunnel's source is the address of the second.
TWO_LINES = {
    "show running-config": FRONT["show running-config"].replace(
        " tunnel vrf WAN\n", "").replace(" ip vrf forwarding WAN\n", "")
    .replace("ip route vrf WAN ", "ip route ").replace(
        "tunnel source GigabitEthernet0/0", "tunnel source 192.0.2.9")
    .replace("interface GigabitEthernet0/1\n", """interface GigabitEthernet0/2
 ip address 192.0.2.9 255.255.255.0
!
interface GigabitEthernet0/1
"""),
    "show interfaces": FRONT["show interfaces"].replace(
        "GigabitEthernet0/0 is up, line protocol is up",
        "GigabitEthernet0/0 is down, line protocol is down") +
    """GigabitEthernet0/2 is up, line protocol is up
  Hardware is CN Gigabit Ethernet, address is 0000.0000.0003 (bia 0000.0000.0003)
  Internet address is 192.0.2.9/24
  MTU 1500 bytes, BW 100000 Kbit/sec, DLY 100 usec,
""",
    "show crypto ipsec sa": FRONT["show crypto ipsec sa"],
    "show ip route": None,
}
# The map is on both of two lines, and the first is down.
BOTH_LINES = {
    "show running-config": CONFIG.replace(
        "interface GigabitEthernet0/1\n", """interface GigabitEthernet0/2
 ip address 192.0.2.9 255.255.255.0
 crypto map VPN
!
interface GigabitEthernet0/1
"""),
    "show interfaces": TWO_LINES["show interfaces"], "show ip route": None,
}
PING = """Type escape sequence to abort.
Sending 5, 100-byte ICMP Echos to 203.0.113.5, timeout is 2 seconds:
%s
Success rate is %d percent (%d/5)%s
"""


def front_cases():
    """The peer is asked for where it is: in the VRF."""
    result = check({**FRONT, "ping 203.0.113.5": PING % (".....", 0, 0, ""),
                    "ping vrf WAN 203.0.113.5": PING % (
                        "!!!!!", 100, 5, ", round-trip min/avg/max = 1/2/4 "
                        "ms")}, "--allow", "active")
    asked = {p["checkpoint"]: p["outcome"] for p in result["path"]}
    if asked.get("ping-peer") != "normal" or asked.get("wan-route") != "normal":
        print("FAIL the peer in a VRF: %s" % asked)
        return 1
    # it answers a ping and no IKE; the way there was not read
    return told_as("the peer in a VRF", result, "open")


REPLAY = "%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection id=1"
SPI = """      spi: 0x%d(%d)
        transform: esp-aes esp-sha-hmac ,
        in use settings ={Tunnel, }
        sa timing: remaining key lifetime (k/sec): (4/3500)
        IV size: 16 bytes
        replay detection support: Y
        Status: ACTIVE
"""
UP = {"show crypto isakmp sa": ISAKMP % NO_STATE.replace("MM_NO_STATE",
                                                         "QM_IDLE"),
      "show crypto ipsec sa": IPSEC.replace(
          "     inbound esp sas:\n", "     inbound esp sas:\n" + SPI % (1, 1))
      .replace("     outbound esp sas:\n", "     outbound esp sas:\n" +
               SPI % (2, 2)).replace("spi: 0x0(0)", "spi: 0x2(2)")}
# Two entries for one peer: the SAs of the first are none of the second's.
TWINS = {**UP, "show running-config": CONFIG.replace(
    "!\ninterface GigabitEthernet0/0", """crypto map VPN 20 ipsec-isakmp
 set peer 203.0.113.5
 set transform-set TS
 match address 151
!
interface GigabitEthernet0/0""", 1).replace(
    "!\nend", "access-list 151 permit ip 172.21.113.0 0.0.0.255 10.9.0.0 "
    "0.0.255.255\n!\nend"),
         "show crypto ipsec sa": UP["show crypto ipsec sa"] + "\n" +
         IPSEC[IPSEC.index("   protected vrf"):].replace(
             "172.21.114.0/255.255.255.0", "10.9.0.0/255.255.0.0")}
SILENT = ["--answer", "ping-by-hand=silent", "--answer", "other-host=answers"]
# One reading of each, as somebody saved it: (name, replies, arguments, verdict)
SAVED = [
    ("state MM_KEY_EXCH", {"show crypto isakmp sa": ISAKMP % NO_STATE.replace(
        "MM_NO_STATE", "MM_KEY_EXCH")}, [], "ike.psk-mismatch"),
    ("state MM_KEY_EXCH, no log", {
        "show crypto isakmp sa": ISAKMP % NO_STATE.replace(
            "MM_NO_STATE", "MM_KEY_EXCH"), "show logging": None}, [], "open"),
    ("state MM_NO_STATE", {}, [], "open"),
    ("state MM_NO_STATE, compared", {}, SILENT, "wan.peer-unreachable"),
    ("an attempt that is over", {"show crypto isakmp sa": ISAKMP %
     NO_STATE.replace("ACTIVE", "ACTIVE (deleted)")}, SILENT,
     "wan.peer-unreachable"),
    # it came as far as the keys once: no attempt that nobody answered
    ("what is left of an SA", {"show crypto isakmp sa": ISAKMP %
     NO_STATE.replace("   0 ACTIVE", "1005 ACTIVE (deleted)")}, SILENT,
     "open"),
    ("a peer's first entry", TWINS, ["--vpn", "VPN 10"], "open"),
    ("a peer's second entry", TWINS, ["--vpn", "VPN 20"],
     "ipsec.not-established"),
    ("of one of a peer's entries", {**TWINS, **told(
        "ISAKMP:(1001):found peer pre-shared key matching 203.0.113.5",
        "IPSEC(ipsec_process_proposal): proxy identities not supported")},
     ["--vpn", "VPN 20"], "ipsec.not-established"),
    ("main mode failed", told(
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main Mode failed with "
        "peer at 203.0.113.5"), [], "ike.proposal-mismatch"),
    ("nothing tried", {"show crypto isakmp sa": ISAKMP % ""}, [], "open"),
    ("SAs, no growth", UP, [], "open"),
    ("SAs, all passes by hand", UP, ["--answer", "symptom=all-pass"], "open"),
    ("SAs, one replayed packet", {**UP, **told(REPLAY)}, [], "open"),
    ("SAs, replays come again", {**UP, **told(REPLAY, REPLAY)}, [],
     "data.replay-drop"),
    ("SAs, nothing ever came", {**UP, "show crypto ipsec sa": UP[
        "show crypto ipsec sa"].replace("encaps: 0", "encaps: 50")},
     ["--answer", "symptom=all-fail"], "data.one-way"),
]


def saved_cases():
    """The same router, its replies in a terminal's log."""
    failed = 0
    for name, replies, args, want in SAVED + [
            ("another line is down", TWO_LINES, [], "open"),
            ("one of two lines is down", {**BOTH_LINES}, [], "open")]:
        with tempfile.NamedTemporaryFile("w", suffix=".log") as f:
            for command, text in {**BASE, **replies}.items():
                if text is None or command == "show debugging":
                    continue
                # a page that ends with the reply's last words
                pager = " --More-- " + "\b" * 9 + " " * 8 + "\b" * 9 \
                    if text.endswith("\nend\n") else ""
                f.write("Branch#%s\n%s%s\n" % (command, text, pager))
            f.write("Branch#\n")
            f.flush()
            done = subprocess.run(
                [PROGRAM, "analyze", f.name, "--driver", "cisco-ios",
                 "--json", "--no-journal", "--answer",
                 "history=never-worked", *args], capture_output=True,
                text=True, timeout=60, check=False)
        failed += told_as("saved: " + name, json.loads(done.stdout or "{}"),
                          want)
    return failed


def main():
    failed = saved_cases()
    for name, replies, want in CASES:
        args = ["--vpn", "203.0.113.5"] if want == "ipsec.map-order" else []
        failed += told_as(name, check(replies, *args), want)
    failed += peer_cases() + session_cases() + front_cases()
    print("%d cases, %d failed" % (len(CASES) + len(PEERS) + len(SAVED) + 5,
                                    failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
