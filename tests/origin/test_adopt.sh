#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first apply cuts nobody off: connections from before it live on, permitted or not. What is new
# is judged by the policy, also from the same ports.
# shellcheck source=tests/origin/begin.sh
. "$(dirname "$0")/begin.sh" od

net_site
server_echo internet tcp:{22,25,7777}
server_echo servers tcp:22
server_echo partner tcp:22
server_echo edge tcp:{21,9999}
origin_site enforce "203.0.113.7 22: 61000-61009" "! 203.0.113.* *: 28000-28019"

talk_begin edge open --from 192.0.2.10,50001 203.0.113.7 22
talk_begin edge mapped --mapped 203.0.113.7 7777
talk_begin edge six 2001:db8:7::7 22
talk_begin edge unruled 203.0.113.7 25
talk_begin edge inward 10.20.1.10 22
talk_begin partner accepted 192.0.2.80 21
talk_begin partner unasked 192.0.2.10 9999
talk_begin partner unasked6 2001:db8:1::10 9999
talk_begin edge loopback 127.0.0.1 9999
# A SYN that nobody has answered yet.
on internet ip route add blackhole 198.51.100.99
on edge "$ORIGIN_TOOLS/dial.py" --timeout 60 198.51.100.99 22 >"$NET_TMP/half" 2>&1 &
NET_PIDS+=($!)
net_wait "the half-open connection" sh -c "nsenter --net=/run/netns/$NET_ID-edge ss -Htn state syn-sent | grep -q 198.51.100.99"

tap_need "apply" gate edge "$NET_ID" apply -c "$conf"
for talk in open mapped six unruled inward accepted unasked unasked6 loopback; do
	tap_is "$talk: from before the filter, carries" carries "$(talk_ask "$talk")"
done
tap_is "the same forbidden connection, new" filtered \
	"$(echo "tcp - 203.0.113.7 25" | on edge "$NET_HERE/probe.py" --timeout 1 | cut -d ' ' -f 1)"
tap_is "from the same port as the adopted one, toward another" filtered \
	"$(echo "tcp -,50001 198.51.100.20 22" | on edge "$NET_HERE/probe.py" --timeout 1 | cut -d ' ' -f 1)"
tap_is "the same unasked service, new" filtered \
	"$(echo "tcp - 192.0.2.10 9999" | on partner "$NET_HERE/probe.py" --timeout 1 | cut -d ' ' -f 1)"

# As the kernel has them: how many, how many half-open, how many under no rule.
folder=$(find /sys/fs/bpf -name flows -path "*$NET_ID*" | head -n 1)
adopted=$(bpftool -j map dump pinned "$folder" | python3 -c '
import json, sys
flows = [e["formatted"]["value"] for e in json.load(sys.stdin)]
adopted = [f for f in flows if f["adopted"]]
print(len(adopted), sum(f["state"] == 1 for f in adopted), sum(f["slot"] == 0 for f in adopted))')
# open, mapped, six, unruled, inward, unasked, unasked6, half-open; accepted and loopback need none.
tap_is "eight flows, one half-open, four under no rule" "8 1 4" "$adopted"

# The SYN is sent again every second or two, and is a new one to the policy.
repeated() {
	[ "$(drop_count egress origin-port)" -ge 1 ]
}
net_wait "the half-open connection's SYN" repeated
tap_true "the half-open connection's SYN is judged by the policy: outside the line's range" repeated

tap_need "apply again" gate edge "$NET_ID" apply -c "$conf"
for talk in open unruled accepted unasked; do
	tap_is "$talk: after a reload, carries" carries "$(talk_ask "$talk")"
done
tap_end
