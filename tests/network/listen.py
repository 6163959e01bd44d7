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

IP_PKTINFO = 8  # linux/in.h; Python 3.11 does not name it


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


def echo(sock):
    """Sends a datagram back, from the address that it was sent to (ip(7), ipv6(7): PKTINFO)."""
    data, ancillary, _, peer = sock.recvmsg(65536, 256)
    answer = []
    for level, kind, info in ancillary:
        if level == socket.IPPROTO_IP:
            # struct in_pktinfo: interface, local address, destination.
            answer.append((level, kind, bytes(4) + info[8:12] + bytes(4)))
        elif level == socket.IPPROTO_IPV6:
            answer.append((level, kind, info[:16] + bytes(4)))
    sock.sendmsg([data], answer, 0, peer)


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
                if family == socket.AF_INET:
                    sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
                else:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
                keep.append(sock)
                loop.add_reader(sock, echo, sock)
    print("ready", flush=True)
    await asyncio.Event().wait()


soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
asyncio.run(main())
