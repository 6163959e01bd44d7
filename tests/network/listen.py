#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Listens on many TCP and UDP ports at once and answers each line, or datagram, with its own. What a
# port's real service would say does not matter to the test that uses it.
#
# usage: listen.py [tcp:PORT|udp:PORT|tcp:FIRST-LAST]...     prints "ready" when all listen
"""Echo servers on many ports."""
import asyncio
import resource
import socket
import sys


async def talk(reader, writer):
    """Greets, echoes, and closes when the other side does."""
    try:
        port = writer.get_extra_info("sockname")[1]
        writer.write(b"zonegate-test %d\n" % port)
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class Echo(asyncio.DatagramProtocol):
    """Sends each datagram back."""

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


def ports(words):
    """All (protocol, port) of the arguments."""
    for word in words:
        protocol, _, text = word.partition(":")
        first, _, last = text.partition("-")
        for port in range(int(first), int(last or first) + 1):
            yield protocol, port


async def main():
    """Listens on all, each for IPv4 and IPv6."""
    loop = asyncio.get_running_loop()
    keep = []
    for protocol, port in sorted(set(ports(sys.argv[1:]))):
        kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
        for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            sock = socket.socket(family, kind)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((any_address, port))
            if protocol == "tcp":
                keep.append(await asyncio.start_server(talk, sock=sock))
            else:
                keep.append(await loop.create_datagram_endpoint(Echo, sock=sock))
    print("ready", flush=True)
    await asyncio.Event().wait()


soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
asyncio.run(main())
