#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Ranges that run out: EADDRNOTAVAIL and its count, ports shared toward several destinations, and
# TIME_WAIT, held against what a program meets that binds by itself.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" ox

net_site
server_echo internet tcp:{21,22,80,443}
origin_site assign \
	"203.0.113.7 22: 61000-61003" \
	"203.0.113.* 443: 62000-62001" \
	"203.0.113.8 80: 63000"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"

dial_hold full 203.0.113.7 22 4
tap_is "four connections fill a range of four" "61000 61001 61002 61003" "$(sort "$NET_TMP/full" | tr '\n' ' ' | sed 's/ $//')"
tap_is "the fifth finds none free" EADDRNOTAVAIL "$(dial 203.0.113.7 22)"
tap_is "nor does it without waiting" EADDRNOTAVAIL "$(dial --nonblock 203.0.113.7 22)"
tap_is "nor mapped" EADDRNOTAVAIL "$(dial --mapped 203.0.113.7 22)"
tap_is "counted under the line" 3 "$(line_count 1 exhausted)"
tap_is "and by reason" 3 "$(drop_count connect no-free-port)"
tap_is "zonegate origin says so" "4 4 3" \
	"$(gate edge "$NET_ID" origin --json | python3 -c '
import json, sys
line = json.load(sys.stdin)[0]
print(line["ports"], line["in_use"], line["exhausted"])')"
tap_is "and show origin" "4 0 3 4" "$(gate edge "$NET_ID" show origin --json -c "$conf" | python3 -c '
import json, sys
line = json.load(sys.stdin)[0]
print(line["in_use"], line["time_wait"], line["exhausted"], line["connections"])')"
tap_is "and the metrics" 'zonegate_origin_ports{line="1",state="used"} 4' \
	"$(gate edge "$NET_ID" metrics | grep '^zonegate_origin_ports.*line="1".*used')"
tap_true "a warning: over 80% of the range" sh -c "$(declare -f on); NET_ID=$NET_ID on edge '$ZONEGATE' origin \
	--instance $NET_ID 2>&1 | grep -q 'warning: line 1 uses 4 of its 4'"
dial_release full

# Nobody else's range is smaller for it: the same ports toward another address.
dial_hold seven 203.0.113.7 443 2
dial_hold eight 203.0.113.8 443 2
tap_is "a range holds for each destination" "62000 62000 62001 62001" \
	"$(cat "$NET_TMP/seven" "$NET_TMP/eight" | sort | tr '\n' ' ' | sed 's/ $//')"
tap_is "and is full for each" "EADDRNOTAVAIL EADDRNOTAVAIL" "$(dial 203.0.113.7 443) $(dial 203.0.113.8 443)"
dial_release seven
dial_release eight

# The client closes first: its side waits. With timestamps the port may be taken again (RFC 6191).
tap_is "a port in TIME_WAIT: first" 63000 "$(dial 203.0.113.8 80)"
net_wait "TIME_WAIT" sh -c "nsenter --net=/run/netns/$NET_ID-edge ss -Htan state time-wait | grep -q :63000"
own=$(dial --reuse --from 192.0.2.10,63000 203.0.113.8 80)
net_wait "TIME_WAIT" sh -c "nsenter --net=/run/netns/$NET_ID-edge ss -Htan state time-wait | grep -q :63000"
tap_is "a port in TIME_WAIT: as for a program that binds by itself" "$own" "$(dial 203.0.113.8 80)"
tap_is "and that could connect" 63000 "$own"

on edge sh -c 'echo 0 >/proc/sys/net/ipv4/tcp_timestamps'
origin_lines "203.0.113.8 80: 63001"
tap_need "another port" gate edge "$NET_ID" apply -c "$conf"
tap_is "without timestamps: first" 63001 "$(dial 203.0.113.8 80)"
net_wait "TIME_WAIT" sh -c "nsenter --net=/run/netns/$NET_ID-edge ss -Htan state time-wait | grep -q :63001"
own=$(dial --reuse --from 192.0.2.10,63001 203.0.113.8 80 | cut -d ' ' -f 2)
tap_is "without timestamps: as for a program that binds by itself" "$own" "$(dial 203.0.113.8 80 | cut -d ' ' -f 2)"
tap_is "and that had to wait" EADDRNOTAVAIL "$own"

# Others' sockets in the range are in nobody's way.
on edge sh -c 'echo 1 >/proc/sys/net/ipv4/tcp_timestamps'
origin_lines "203.0.113.7 22: 61000-61001"
tap_need "a range of two" gate edge "$NET_ID" apply -c "$conf"
server_echo edge tcp:61000
tap_is "a port that somebody listens on is passed over" "61001 61001 61001 " \
	"$(for _ in 1 2 3; do grouped curl -s -o /dev/null --http0.9 -w '%{local_port} ' --max-time 1 http://203.0.113.7:22/; done)"
site_set "$conf" policy mode audit
dial_hold two 203.0.113.7 22 1
tap_need "audit" gate edge "$NET_ID" apply -c "$conf"
tap_is "audit: none free, and the system chooses" 0 "$(dial 203.0.113.7 22 2>&1 | within 61000 61001)"
dial_release two
tap_end
