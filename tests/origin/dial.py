#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Opens TCP connections as programs do, and says from which port each left. Knows nothing of what
# should be.
#
# usage: dial.py [OPTIONS] ADDRESS PORT [COUNT]
#   --nonblock   connect() does not wait
#   --mapped     an IPv6 socket to ::ffff:ADDRESS, as Java does
#   --from A[,P] bind() to address A, port P or the system's choice
#   --late       bind() to the address alone, the port later (IP_BIND_ADDRESS_NO_PORT)
#   --reuse      SO_REUSEADDR before that
#   --udp        a UDP socket
#   --hold       keeps the connections until the standard input ends
# answer: a line for each: "PORT", or the name of connect()'s error; "PORT ERROR" when a bound
# socket's connect() failed. With --hold "ready" at the end.
"""Connections, and the ports they leave from."""
import argparse
import errno
import select
import socket
import sys

IP_BIND_ADDRESS_NO_PORT = 24


def arguments():
    """What is asked for."""
    parser = argparse.ArgumentParser()
    for flag in ("nonblock", "mapped", "late", "reuse", "udp", "hold"):
        parser.add_argument("--" + flag, action="store_true")
    parser.add_argument("--from", dest="source")
    parser.add_argument("--timeout", type=float, default=1.5)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("count", type=int, nargs="?", default=1)
    return parser.parse_args()


def prepare(asked, family):
    """A socket as it is before connect()."""
    sock = socket.socket(family, socket.SOCK_DGRAM if asked.udp else socket.SOCK_STREAM)
    sock.settimeout(asked.timeout)
    if asked.reuse:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if asked.late:
        sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    if asked.source:
        address, _, port = asked.source.partition(",")
        sock.bind((("::ffff:" if asked.mapped else "") + address, int(port or 0)))
    return sock


def dial(asked):
    """One connection: the socket, or None; and the answer's line."""
    six = asked.mapped or ":" in asked.address
    target = ("::ffff:" if asked.mapped else "") + asked.address
    sock = prepare(asked, socket.AF_INET6 if six else socket.AF_INET)
    if asked.nonblock:
        sock.setblocking(False)
    try:
        code = sock.connect_ex((target, asked.port))
        if code == errno.EINPROGRESS:
            select.select([], [sock], [], asked.timeout)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not code and not sock_is_connected(sock):
                code = errno.ETIMEDOUT
    except OSError as error:
        code = error.errno
    port = sock.getsockname()[1]
    if not code:
        return sock, str(port)
    sock.close()
    name = "ETIMEDOUT" if code == errno.EAGAIN else errno.errorcode[code]
    return None, f"{port} {name}" if port else name


def sock_is_connected(sock):
    """Whether the handshake is over."""
    try:
        sock.getpeername()
        return True
    except OSError:
        return False


def part(sock):
    """Closes first, and in peace: unread bytes would make it a reset, which leaves no TIME_WAIT."""
    try:
        sock.settimeout(1)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(4096):
            pass
    except OSError:
        pass
    sock.close()


def main():
    """Dials, and keeps what it has when asked to."""
    asked, kept = arguments(), []
    for _ in range(asked.count):
        sock, line = dial(asked)
        print(line, flush=True)
        if asked.hold and sock:
            kept.append(sock)
        elif sock:
            part(sock)
    if asked.hold:
        print("ready", flush=True)
        sys.stdin.read()
        for sock in kept:
            part(sock)


main()
