#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# One TCP connection that stays, and is asked now and then whether it still carries.
#
# usage: talk.py [--mapped] [--from ADDRESS,PORT] ADDRESS PORT
# answers: "open" when connected; then for each line of the standard input "carries", when the echo of
# it came back within 3 s, or "lost".
"""A connection that is asked whether it lives."""
import argparse
import socket
import sys


def arguments():
    """What is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mapped", action="store_true")
    parser.add_argument("--from", dest="source")
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    return parser.parse_args()


def connect(asked):
    """The connection."""
    six = asked.mapped or ":" in asked.address
    sock = socket.socket(socket.AF_INET6 if six else socket.AF_INET)
    sock.settimeout(3)
    if asked.source:
        address, port = asked.source.split(",")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, int(port)))
    sock.connect((("::ffff:" if asked.mapped else "") + asked.address, asked.port))
    return sock


def carries(sock, word):
    """Whether the word comes back."""
    try:
        sock.sendall(word)
        got = b""
        while word not in got:
            more = sock.recv(4096)
            if not more:
                return False
            got += more
        return True
    except OSError:
        return False


def main():
    """Connects, and answers line by line."""
    sock = connect(arguments())
    print("open", flush=True)
    for number, _ in enumerate(sys.stdin):
        print("carries" if carries(sock, b"word %d;" % number) else "lost", flush=True)


main()
