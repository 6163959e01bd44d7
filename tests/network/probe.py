#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Tries many connections at once and says what came of each. The network tests' eye: it sees what a
# client would see, and knows nothing of what should be.
#
# usage: probe.py [--timeout SECONDS] <QUESTIONS
# question: PROTOCOL SOURCE[,PORT] DESTINATION PORT [WORDS...]     SOURCE "-": the system's choice
# answer:   RESULT and the question, in the order of the questions:
#   open      TCP: connected and bytes came; UDP: the datagram came back
#   closed    refused: the packet arrived, nobody listens (RST, port unreachable)
#   filtered  nothing came back
#   denied    connect() itself failed (EPERM, EACCES): refused on this host
#   noport    connect() found no free local port (EADDRNOTAVAIL)
#   mute      TCP: connected, but no byte came
#   ERROR     anything else, by errno's name
"""Parallel connection probes."""
import asyncio
import errno
import socket
import struct
import sys

GREETING = b"zonegate probe\r\n\r\n"
RESULTS = {
    errno.ECONNREFUSED: "closed", errno.ECONNRESET: "closed", errno.EPERM: "denied",
    errno.EACCES: "denied", errno.EADDRNOTAVAIL: "noport", errno.ETIMEDOUT: "filtered",
}


async def exchange(protocol, source, target, port):
    """One try, without a time limit. Answers the result's word."""
    loop = asyncio.get_running_loop()
    address, _, source_port = source.partition(",")
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    connected = False
    with socket.socket(family, kind) as sock:
        sock.setblocking(False)
        try:
            if address != "-" or source_port:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                any_address = "::" if family == socket.AF_INET6 else "0.0.0.0"
                sock.bind((any_address if address == "-" else address, int(source_port or 0)))
            if protocol == "tcp":
                # Closing leaves no TIME_WAIT, so that a fixed local port can be used again.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await loop.sock_connect(sock, (target, port))
            connected = True
            await loop.sock_sendall(sock, GREETING)
            await loop.sock_recv(sock, 100)
            return "open"
        except asyncio.CancelledError:
            return "mute" if connected and protocol == "tcp" else "filtered"
        except OSError as error:
            # A server that hangs up on the greeting was reached all the same.
            if connected and protocol == "tcp":
                return "open"
            return RESULTS.get(error.errno) or errno.errorcode.get(error.errno, "EUNKNOWN")


async def probe(question, gate, timeout):
    """One question to its answer."""
    protocol, source, target, port = question.split()[:4]
    async with gate:
        task = asyncio.ensure_future(exchange(protocol, source, target, int(port)))
        done, _ = await asyncio.wait({task}, timeout=timeout)
        if not done:
            task.cancel()
        return await task


async def main():
    """All questions of standard input, 400 at a time."""
    timeout = float(sys.argv[2]) if sys.argv[1:2] == ["--timeout"] else 1.5
    questions = [line.strip() for line in sys.stdin if line.strip()]
    gate = asyncio.Semaphore(400)
    answers = await asyncio.gather(*(probe(question, gate, timeout) for question in questions))
    for answer, question in zip(answers, questions):
        print(answer, question)


asyncio.run(main())
