#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Makes short TCP connections to a server that answers, one after the other in several workers, until
# SIGTERM; then says how many there were, how many failed, and how many took so long that a packet
# must have been lost and sent again (the first retransmission of a SYN is after 1 s, of data after
# 0.2 s).
#
# usage: burst.py WORKERS ADDRESS PORT...      prints "DONE FAILED SLOW"
"""Short connections, counted."""
import asyncio
import signal
import socket
import sys
import time

GREETING = b"zonegate burst\r\n\r\n"
SLOW_S = 0.9


async def one(loop, address, port):
    """A connection with a byte each way."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, (address, port))
        await loop.sock_sendall(sock, GREETING)
        if not await loop.sock_recv(sock, 100):
            raise OSError("closed without a byte")


async def worker(counts, stop, address, ports):
    """Connections until told to stop."""
    loop = asyncio.get_running_loop()
    number = 0
    while not stop.is_set():
        begin = time.monotonic()
        try:
            await asyncio.wait_for(one(loop, address, ports[number % len(ports)]), 5)
        except (OSError, asyncio.TimeoutError) as error:
            counts["failed"] += 1
            print(f"failed: {error!r}", file=sys.stderr)
        counts["done"] += 1
        counts["slow"] += time.monotonic() - begin > SLOW_S
        number += 1
        await asyncio.sleep(0.005)


async def main():
    """All workers, until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    counts = {"done": 0, "failed": 0, "slow": 0}
    ports = [int(port) for port in sys.argv[3:]]
    await asyncio.gather(*(worker(counts, stop, sys.argv[2], ports)
                           for _ in range(int(sys.argv[1]))))
    print(counts["done"], counts["failed"], counts["slow"])


asyncio.run(main())
