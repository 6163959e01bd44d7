#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""Long TCP connections: a server that says everything back, and a client that holds many of them and
says a line over each again and again, until told to stop (SIGTERM). Knows no policy.

usage: hold.py serve ADDRESS PORT | hold.py hold ADDRESS PORT CONNECTIONS SECONDS-BETWEEN-LINES
"""
import selectors
import signal
import socket
import sys
import time

PATIENCE_S = 30.0


class Ended:
    def __init__(self):
        self.now = False
        signal.signal(signal.SIGTERM, self.set)

    def set(self, *_):
        self.now = True


def serve(address, port):
    ended = Ended()
    select = selectors.DefaultSelector()
    listener = socket.create_server((address, port), backlog=1024)
    listener.setblocking(False)
    select.register(listener, selectors.EVENT_READ)
    while not ended.now:
        for key, _ in select.select(0.5):
            if key.fileobj is listener:
                peer, _ = listener.accept()
                peer.setblocking(False)
                select.register(peer, selectors.EVENT_READ)
                continue
            try:
                said = key.fileobj.recv(4096)
                if said:
                    key.fileobj.sendall(said)
                    continue
            except OSError:
                pass
            select.unregister(key.fileobj)
            key.fileobj.close()


class Held:
    """One connection: what it waits for, since when."""

    def __init__(self, peer, number):
        self.peer = peer
        self.number = number
        self.round = 0
        self.waits = b""
        self.since = 0.0

    def say(self, now):
        self.round += 1
        self.waits = b"%d %d\n" % (self.number, self.round)
        self.since = now
        self.peer.sendall(self.waits)

    def hear(self):
        said = self.peer.recv(4096)
        if not said or not self.waits.startswith(said):
            raise OSError("closed, or something else came back")
        self.waits = self.waits[len(said):]


def hold(address, port, count, between):
    ended = Ended()
    select = selectors.DefaultSelector()
    lost, exchanges, longest = 0, 0, 0.0
    idle, end_by = [], None
    for number in range(count):
        peer = socket.create_connection((address, port), PATIENCE_S)
        peer.setblocking(False)
        held = Held(peer, number)
        select.register(peer, selectors.EVENT_READ, held)
        idle.append((0.0, held))
    open_ones = {held for _, held in idle}
    print("open", len(open_ones), flush=True)
    begin = time.monotonic()
    idle = [(begin + between * i / count, held) for i, (_, held) in enumerate(idle)]

    def lose(held, why):
        nonlocal lost
        lost += 1
        print("lost", held.number, why, file=sys.stderr, flush=True)
        select.unregister(held.peer)
        held.peer.close()
        open_ones.discard(held)

    while open_ones:
        now = time.monotonic()
        if ended.now and end_by is None:
            end_by = now + PATIENCE_S
        waiting = [held for held in open_ones if held.waits]
        if end_by is not None and (not waiting or now > end_by):
            break
        while idle and idle[0][0] <= now and end_by is None:
            held = idle.pop(0)[1]
            try:
                held.say(now)
            except OSError as error:
                lose(held, error)
        for key, _ in select.select(0.02):
            held = key.data
            try:
                held.hear()
            except OSError as error:
                lose(held, error)
                continue
            now = time.monotonic()
            if not held.waits:
                longest = max(longest, now - held.since)
                exchanges += 1
                idle.append((now + between, held))
        for held in waiting:
            if held.waits and held in open_ones and now - held.since > PATIENCE_S:
                lose(held, "no answer")
    lost += sum(1 for held in open_ones if held.waits)
    print("held", count, "lost", lost, "lines", exchanges, "longest_ms", int(longest * 1000), flush=True)


if sys.argv[1] == "serve":
    serve(sys.argv[2], int(sys.argv[3]))
else:
    hold(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
