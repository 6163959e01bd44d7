#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# [origin-ports] mode = assign: which sockets get a port, from which range, and which are left alone.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" oa

net_site
server_web internet "80" ""
server_echo internet tcp:{21,22,443} udp:5000
server_echo edge tcp:444
origin_site assign \
	"203.0.113.7 22: 61000-61019" \
	"203.0.113.8 *: 62000-62019" \
	"203.0.113.7 443: 0" \
	"! 203.0.113.* *: 28000-28019"
tap_true "without the filter the system chooses" sh -c "echo $(dial 203.0.113.7 22) | grep -qv '^610[01].\$'"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"

tap_is "Python, blocking" 3 "$(dial 203.0.113.7 22 3 | within 61000 61019)"
tap_is "Python, non-blocking" 3 "$(dial --nonblock 203.0.113.7 22 3 | within 61000 61019)"
tap_is "an IPv6 socket with a mapped destination" 3 "$(dial --mapped 203.0.113.7 22 3 | within 61000 61019)"
tap_is "the same, non-blocking" 3 "$(dial --mapped --nonblock 203.0.113.7 22 3 | within 61000 61019)"
tap_is "the line of the other address" 3 "$(dial 203.0.113.8 443 3 | within 62000 62019)"
tap_is "IPv6, by the line with '!'" 3 "$(dial 2001:db8:7::7 22 3 | within 28000 28019)"
tap_is "curl" 1 "$(grouped curl -s -o /dev/null -w '%{local_port}\n' --max-time 5 http://203.0.113.8/hello.txt |
	within 62000 62019)"
tap_is "a socket bound to an address alone, its port left open" 1 \
	"$(dial --from 192.0.2.10 --late 203.0.113.7 22 | within 61000 61019)"
tap_is "the same, mapped" 1 "$(dial --from 192.0.2.10 --late --mapped 203.0.113.7 22 | within 61000 61019)"
tap_is "assigned ports are counted" 21 "$(line_count any assigned)"
tap_is "and so are the connections" 21 "$(line_count any connections)"
tap_is "none of them was a violation" 0 "$(line_count any violations)"

tap_is "the whole range is used in the end" 20 "$(for _ in 1 2 3 4 5 6 7; do
	dial 203.0.113.7 22 20
done | sort -u | within 61000 61019)"

tap_is "org_ports 0: the system chooses" 0 "$(dial 203.0.113.7 443 | within 61000 62999)"
tap_is "a bound socket is left alone, and egress drops what is outside" "5555 ETIMEDOUT" \
	"$(dial --from 192.0.2.10,5555 --reuse 203.0.113.7 22)"
tap_true "which is a violation of the line" test "$(line_count 1 violations)" -ge 1
tap_is "a socket bound inside the range connects" 61007 "$(dial --from 192.0.2.10,61007 --reuse 203.0.113.7 22)"
tap_is "loopback is left alone" 0 "$(dial 127.0.0.1 444 | within 28000 28019)"
tap_is "IPv6 loopback is left alone" 0 "$(dial ::1 444 | within 28000 28019)"
tap_is "the host's own address is left alone" 0 "$(dial 192.0.2.80 444 | within 28000 28019)"
tap_is "UDP is left alone" 0 "$(dial --udp 203.0.113.8 5000 | within 62000 62019)"
tap_is "a program outside the group is left alone" 0 \
	"$(on edge "$ORIGIN_TOOLS/dial.py" 203.0.113.7 22 | within 61000 61019)"

before=$(drop_count connect no-rule)
tap_is "what no rule lets out is refused at once" "EPERM" "$(dial 203.0.113.7 25)"
tap_is "mapped as well" "EPERM" "$(dial --mapped 203.0.113.7 25)"
tap_is "IPv6 as well" "EPERM" "$(dial 2001:db8:7::7 25)"
tap_is "and from the Edge into the secure network" "EPERM" "$(dial 10.20.1.10 22)"
tap_is "which is counted" "$((before + 4))" "$(drop_count connect no-rule)"

dial_hold long 203.0.113.7 22
tap_is "a held connection has its port" 1 "$(within 61000 61019 <"$NET_TMP/long")"
origin_lines "203.0.113.7 22: 63000-63009"
tap_need "reload with another range" gate edge "$NET_ID" apply -c "$conf"
tap_is "new connections leave from the new range" 5 "$(dial 203.0.113.7 22 5 | within 63000 63009)"
tap_is "the held one lives" 1 "$(on edge ss -Htn state established "sport = :$(cat "$NET_TMP/long")" | wc -l)"
dial_release long

site_set "$conf" origin-ports mode enforce
tap_need "mode = enforce" gate edge "$NET_ID" apply -c "$conf"
tap_is "enforce assigns nothing: egress drops" ETIMEDOUT "$(dial 203.0.113.7 22 | cut -d ' ' -f 2)"
tap_is "and refuses what no rule lets out" EPERM "$(dial 203.0.113.7 25)"
site_set "$conf" policy mode audit
tap_need "[policy] mode = audit" gate edge "$NET_ID" apply -c "$conf"
tap_is "audit refuses nothing" ECONNREFUSED "$(dial 203.0.113.7 25 | cut -d ' ' -f 2)"

tap_need "stop" gate edge "$NET_ID" stop
tap_is "after stop nothing is assigned" 0 "$(dial 203.0.113.7 22 3 | within 63000 63009)"
tap_end
