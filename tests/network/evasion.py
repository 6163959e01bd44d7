#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Sends what an attacker on the Internet side would try, frame by frame, and looks behind the filter
# with a packet socket in the Edge's namespace: what came through, and which reason was counted for
# what did not. Speaks TAP. Runs in the sender's namespace.
#
# usage: evasion.py EDGE-NAMESPACE SENDER-DEVICE EDGE-DEVICE EDGE-MAC COUNTERS-COMMAND...
#        the command prints `zonegate counters --json`; "-": without the filter, all must come through
"""Evasions, sent and watched."""
import ctypes
import json
import os
import socket
import subprocess
import sys
import time

from scapy.all import (  # pylint: disable=no-name-in-module
    ARP, Dot1Q, Ether, ICMP, IP, IPOption_LSRR, IPOption_RR, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, ICMPv6EchoReply, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA,
    ICMPv6ND_Redirect, LLC, Raw, SCTP, TCP, UDP, fragment, fragment6, raw)

ATTACKER, ATTACKER6 = "203.0.113.7", "2001:db8:7::7"
VIP, VIP6, EDGE = "192.0.2.80", "2001:db8:1::80", "192.0.2.10"
TM, WEB = 20022, 443
# Not the ports of the run without the filter: what is half open from there is adopted by apply.
SPORT = 40001 if sys.argv[-1] == "-" else 40002
SYN = {"sport": SPORT, "dport": TM, "flags": "S"}


def four(**fields):
    """An IPv4 header from the attacker."""
    return IP(**{"src": ATTACKER, "dst": VIP, "id": 4711, **fields})


def six(**fields):
    """An IPv6 header from the attacker."""
    return IPv6(**{"src": ATTACKER6, "dst": VIP6, **fields})


def cut(packet, length):
    """The first bytes of a packet, built."""
    return Raw(raw(packet)[:length])


def quoted(source, destination, sport, dport):
    """What an ICMP error says that it is about."""
    return IP(src=source, dst=destination) / TCP(sport=sport, dport=dport, seq=7)


def cases():
    """(name, reason, ethertype or None for a whole frame, packets). Reason None: it passes."""
    yield "SYN to a permitted port", None, 0x0800, [four() / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "SYN to a TM port", "no-rule", 0x0800, [four() / TCP(**SYN)]
    yield "SYN to a TM port, IPv6", "no-rule", 0x86dd, [six() / TCP(**SYN)]
    yield "SYN to a TM port, one VLAN tag", "no-rule", None, [Dot1Q(vlan=5) / four() / TCP(**SYN)]
    yield "SYN, three VLAN tags", "vlan-depth", None, [
        Dot1Q(vlan=1) / Dot1Q(vlan=2) / Dot1Q(vlan=3) / four() / TCP(**{**SYN, "dport": WEB})]
    yield "ACK to a TM port", "no-flow", 0x0800, [four() / TCP(**{**SYN, "flags": "A"})]
    yield "RST to a TM port", "no-flow", 0x0800, [four() / TCP(**{**SYN, "flags": "R"})]
    yield "SYN-ACK", "syn-ack-unexpected", 0x0800, [
        four() / TCP(sport=443, dport=SPORT, flags="SA")]
    yield "UDP to a permitted TCP port", "no-rule", 0x0800, [four() / UDP(sport=53, dport=WEB)]
    yield "UDP as if from a resolver", "no-rule", 0x0800, [
        four() / UDP(sport=53, dport=40000) / b"answer"]
    yield "SCTP", "no-rule", 0x0800, [four() / SCTP(sport=1, dport=WEB)]
    yield "IP in IP", "no-rule", 0x0800, [four() / IP(src=ATTACKER, dst="10.20.1.10") / TCP(**SYN)]
    for flags in ("", "F", "FPU", "SF", "SR", "FR", "P", "U"):
        yield f"TCP flags '{flags}' to a permitted port", "tcp-flags", 0x0800, [
            four() / TCP(sport=SPORT, dport=WEB, flags=flags)]
    yield "port 0", "port-zero", 0x0800, [four() / TCP(sport=0, dport=WEB, flags="S")]
    yield "doff under 5", "bad-tcp", 0x0800, [
        four() / TCP(sport=SPORT, dport=WEB, flags="S", dataofs=4)]
    yield "doff past the packet", "bad-tcp", 0x0800, [
        four() / TCP(sport=SPORT, dport=WEB, flags="S", dataofs=15)]
    yield "ihl under 5", "bad-ipv4", 0x0800, [four(ihl=4) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "total length past the frame", "bad-ipv4", 0x0800, [
        four(len=900) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "reserved flag", "bad-ipv4", 0x0800, [
        four(flags="evil") / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "cut inside TCP", "truncated", 0x0800, [cut(four(len=32) / TCP(**SYN), 32)]
    yield "cut inside IPv4", "truncated", 0x0800, [cut(four() / TCP(**SYN), 12)]
    yield "loose source route", "ip-options", 0x0800, [
        four(options=[IPOption_LSRR(routers=["10.20.1.10"])]) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "record route", "ip-options", 0x0800, [
        four(options=[IPOption_RR(routers=["0.0.0.0"] * 3)]) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "land", "land", 0x0800, [four(src=VIP) / TCP(sport=WEB, dport=WEB, flags="S")]
    for source, reason in (("127.0.0.1", "martian-source"), ("0.0.0.0", "martian-source"),
                           ("224.0.0.1", "martian-source"), ("255.255.255.255", "martian-source"),
                           (EDGE, "spoofed-local"), ("10.20.1.10", "spoofed-interface"),
                           ("10.20.2.50", "spoofed-interface")):
        yield f"from {source}", reason, 0x0800, [
            four(src=source) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "to an address in no zone", "not-local", 0x0800, [
        four(dst="192.0.2.99") / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "to 255.255.255.255", "not-local", 0x0800, [
        four(dst="255.255.255.255") / UDP(sport=68, dport=67)]

    whole = four() / TCP(**SYN) / (b"x" * 64)
    first = fragment(whole, 40)
    yield "first fragment to a TM port", "no-rule", 0x0800, first[:1]
    yield "later fragments without their first", "fragment-orphan", 0x0800, first[1:]
    yield "first fragment of 8 bytes", "fragment-tiny", 0x0800, [
        cut(four(flags="MF", len=28) / TCP(**SYN), 28)]
    yield "fragment that overlaps the TCP header", "fragment-overlap", 0x0800, [
        four(frag=1, proto=6) / Raw(raw(TCP(**SYN))[8:])]
    yield "ping of death", "bad-fragment", 0x0800, [four(frag=8189, proto=17) / Raw(b"x" * 64)]
    good = fragment(four(id=4712) / TCP(**{**SYN, "dport": WEB}) / (b"x" * 64), 40)
    yield "fragments of a permitted segment", None, 0x0800, good
    yield "IPv6: first fragment to a TM port", "no-rule", 0x86dd, [
        six() / IPv6ExtHdrFragment(m=1, id=1) / TCP(**SYN) / (b"x" * 20)]
    yield "IPv6: atomic fragment to a TM port", "no-rule", 0x86dd, [
        six() / IPv6ExtHdrFragment(id=2) / TCP(**SYN)]
    yield "IPv6: reserved byte of the fragment header", "no-rule", 0x86dd, [
        six() / IPv6ExtHdrFragment(res1=77, id=2) / TCP(**SYN)]
    yield "IPv6: later fragment that looks like a permitted port", "fragment-orphan", 0x86dd, [
        six() / IPv6ExtHdrFragment(offset=100, id=3, nh=6) /
        Raw(raw(TCP(sport=SPORT, dport=WEB, flags="S")))]
    yield "IPv6: header chain not all in the first fragment", "fragment-tiny", 0x86dd, [
        six() / IPv6ExtHdrFragment(m=1, id=4, nh=60) / Raw(bytes([6, 1, 1, 4, 0, 0, 0, 0]))]
    yield "IPv6: two fragment headers", "bad-fragment", 0x86dd, [
        six() / IPv6ExtHdrFragment(id=5) / IPv6ExtHdrFragment(id=6) / TCP(**SYN)]
    yield "IPv6: hidden behind destination options", "no-rule", 0x86dd, [
        six() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / TCP(**SYN)]
    yield "IPv6: seven extension headers", "extension-headers", 0x86dd, [
        six() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() /
        IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / IPv6ExtHdrDestOpt() / TCP(**{**SYN, "dport": WEB})]
    yield "IPv6: hop-by-hop that is not first", "extension-headers", 0x86dd, [
        six() / IPv6ExtHdrDestOpt() / IPv6ExtHdrHopByHop() / TCP(**{**SYN, "dport": WEB})]
    yield "IPv6: routing header type 0", "routing-header", 0x86dd, [
        six() / IPv6ExtHdrRouting(type=0, addresses=["fd00:20:1::10"]) /
        TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "IPv6: payload past the frame", "bad-ipv6", 0x86dd, [
        six(plen=900) / TCP(sport=SPORT, dport=WEB, flags="S")]
    yield "IPv6: jumbogram's length 0", "bad-ipv6", 0x86dd, [
        six(plen=0) / TCP(sport=SPORT, dport=WEB, flags="S")]

    yield "ICMP redirect", "icmp-redirect", 0x0800, [
        four(dst=EDGE) / ICMP(type=5, code=1, gw=ATTACKER) / quoted(EDGE, "8.8.8.8", 1, 2)]
    yield "ICMP error about a connection that is not ours", "icmp-unrelated", 0x0800, [
        four(dst=EDGE) / ICMP(type=3, code=1) / quoted(EDGE, ATTACKER, 1234, 80)]
    yield "ICMP error that quotes somebody else", "icmp-unrelated", 0x0800, [
        four() / ICMP(type=3, code=4) / quoted("192.0.2.99", ATTACKER, WEB, SPORT)]
    yield "ICMP error about an accepted service", None, 0x0800, [
        four() / ICMP(type=3, code=4, nexthopmtu=1400) / quoted(VIP, ATTACKER, WEB, SPORT)]
    yield "ICMP error that quotes too little", "bad-icmp", 0x0800, [
        four() / ICMP(type=3, code=4) / Raw(b"E\0\0\x28")]
    yield "echo reply that nobody asked for", "no-flow", 0x0800, [four() / ICMP(type=0, id=5)]
    yield "echo reply that nobody asked for, IPv6", "no-flow", 0x86dd, [six() / ICMPv6EchoReply(id=5)]
    yield "timestamp request", "icmp-type", 0x0800, [four() / ICMP(type=13)]
    yield "neighbour advertisement from afar", "nd-invalid", 0x86dd, [
        six(hlim=64) / ICMPv6ND_NA(tgt=VIP6)]
    yield "router advertisement from a global address", "nd-invalid", 0x86dd, [
        six(hlim=255) / ICMPv6ND_RA()]
    yield "neighbour solicitation with hop limit 255", None, 0x86dd, [
        six(hlim=255) / ICMPv6ND_NS(tgt=VIP6)]
    yield "IPv6 redirect", "icmp-redirect", 0x86dd, [
        six(hlim=255) / ICMPv6ND_Redirect(tgt=ATTACKER6, dst="2001:db8::1")]

    yield "LLC", "llc", None, [LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(b"spanning tree")]
    yield "an unknown ethertype", "ethertype-unknown", 0x88b5, [Raw(b"x" * 46)]
    yield "ARP for another kind of network", "bad-arp", 0x0806, [
        Raw(b"\0\6" + raw(ARP(psrc="192.0.2.1", pdst=EDGE))[2:])]
    yield "ARP", None, 0x0806, [ARP(psrc="192.0.2.1", pdst=EDGE)]


def frames(ethertype, packets, own, edge):
    """Whole frames. Without an ethertype the packet's own first header decides."""
    for packet in packets:
        ether = Ether(src=own, dst=edge)
        if isinstance(packet, LLC):
            body = raw(packet)
            yield raw(ether)[:12] + len(body).to_bytes(2, "big") + body
        elif ethertype is None:
            yield raw(ether / packet)
        else:
            yield raw(ether)[:12] + ethertype.to_bytes(2, "big") + raw(packet)


def watch(namespace, device):
    """A packet socket behind the filter, in another namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, 0):
        raise OSError(ctypes.get_errno(), "setns")
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((device, 0))
    if libc.setns(home, 0):
        raise OSError(ctypes.get_errno(), "setns")
    sock.settimeout(0.15)
    return sock


def came_through(sock, sent):
    """How many of the sent frames the socket saw. The socket strips no byte but a VLAN tag."""
    wanted = {frame[:12] + frame[16:] if frame[12:14] == b"\x81\x00" else frame for frame in sent}
    seen = 0
    end = time.monotonic() + 0.15
    try:
        while time.monotonic() < end and seen < len(sent):
            data, address = sock.recvfrom(65536)
            if address[2] != socket.PACKET_OUTGOING:
                seen += data in wanted or data in sent
    except TimeoutError:
        pass
    return seen


def counters(command):
    """{reason: packets} dropped on ingress."""
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {entry["reason"]: entry["packets"] for entry in json.loads(text)["drops"]
            if entry["hook"] == "ingress"}


def main(namespace, device, edge_device, edge, *command):
    """All cases, as TAP."""
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((device, 0))
    own = ":".join(f"{byte:02x}" for byte in out.getsockname()[4])
    unfiltered = command == ("-",)
    sock = watch(namespace, edge_device)
    before = {} if unfiltered else counters(command)
    number = failed = 0
    for name, reason, ethertype, packets in cases():
        sent = list(frames(ethertype, packets, own, edge))
        for frame in sent:
            out.send(frame)
        seen = came_through(sock, sent)
        number += 1
        if unfiltered:
            good = seen == len(sent)
            said = f"{seen} of {len(sent)} frames arrived"
        else:
            now = counters(command)
            grown = {key: now[key] - before.get(key, 0) for key in now if now[key] != before.get(key, 0)}
            before = now
            good = (seen == len(sent) and not grown if reason is None
                    else seen == 0 and grown == {reason: len(sent)})
            said = f"{seen} of {len(sent)} frames came through, counted: {grown or 'no drop'}"
        failed += not good
        print(f"{'ok' if good else 'not ok'} - {name}: {reason or 'passes'}", flush=True)
        if not good:
            print(f"#   {said}", flush=True)
    return failed > 0


sys.exit(main(*sys.argv[1:]))
