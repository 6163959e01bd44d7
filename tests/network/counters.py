#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Picks numbers out of `zonegate counters --json` on standard input.
#
# usage: counters.py drop HOOK REASON [FIELD]  packets, or bytes, dropped for it ("any": for all reasons)
#        counters.py rule RULE FIELD       of a rule, all its roles ("any": of all rules)
#        counters.py line LINE FIELD       of a tcpoport line
#        counters.py list                  all that is not 0, a line each, for people
"""Numbers of the counters."""
import json
import sys


def matches(wanted, have):
    """Whether an entry is asked for."""
    return wanted in ("any", str(have))


def main(kind, *words):
    """The sum of what matches."""
    text = sys.stdin.read()
    if not text:
        sys.exit(1)  # no filter is loaded; the command has said so
    counters = json.loads(text)
    if kind == "list":
        for group in ("rules", "drops", "origin"):
            for entry in counters[group]:
                if any(isinstance(v, int) and v and k != "line" for k, v in entry.items()):
                    print(group, entry)
        return
    if kind == "drop":
        field = words[2] if len(words) > 2 else "packets"
        total = sum(entry[field] for entry in counters["drops"]
                    if matches(words[0], entry["hook"]) and matches(words[1], entry["reason"]))
    elif kind == "rule":
        total = sum(entry[words[1]] for entry in counters["rules"]
                    if matches(words[0], entry["rule"]))
    else:
        total = sum(entry[words[1]] for entry in counters["origin"]
                    if matches(words[0], entry["line"]))
    print(total)


main(*sys.argv[1:])
