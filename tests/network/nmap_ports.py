#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Which ports answered, from nmap's XML (-oX) on standard input: all that are neither "filtered" nor
# "open|filtered", as sorted ranges on one line; "none" when none did.
"""Ports that answered a scan."""
import sys
import xml.etree.ElementTree as ElementTree

SILENT = ("filtered", "open|filtered")


def expand(text):
    """All numbers of "1-3,7"."""
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def answered(root):
    """Port numbers, also those that nmap sums up."""
    for port in root.iter("port"):
        if port.find("state").get("state") not in SILENT:
            yield int(port.get("portid"))
    for extra in root.iter("extraports"):
        if extra.get("state") not in SILENT:
            for reason in extra.iter("extrareasons"):
                yield from expand(reason.get("ports", ""))


def ranges(numbers):
    """The numbers as "1-3 7"."""
    out = []
    for number in sorted(set(numbers)):
        if out and out[-1][1] == number - 1:
            out[-1][1] = number
        else:
            out.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in out) or "none"


print(ranges(answered(ElementTree.fromstring(sys.stdin.read()))))
