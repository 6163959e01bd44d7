#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What a guarded host needs to live (ARP, neighbour discovery, ping within its rate), what outlives the
# command that loaded it, and what happens to a policy in force when the next one is refused.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" al

answer() {
	local said

	said=$(echo "tcp - $2 $3" | on "$1" "$NET_HERE/probe.py")
	echo "${said%% *}"
}

forget_neighbours() {
	local name

	for name in internet edge; do
		on "$name" ip neigh flush dev eth0
		on "$name" ip -6 neigh flush dev eth0
	done
}

# replies COUNT NAME ADDRESS: how many of so many pings at once came back
replies() {
	on "$2" ping -q -c "$1" -i 0.01 -W 1 "$3" 2>/dev/null | grep -o '[0-9]* received' | cut -d ' ' -f 1
}

net_site
server_echo edge tcp:{443,20022}
server_echo internet tcp:443
site_copy "$NET_TMP/site"
conf=$NET_TMP/site/zonegate.conf
site_set "$conf" origin-ports mode off
site_set "$conf" policy icmp_echo 10/s
tap_is "without the filter: forbidden port" open "$(answer internet 192.0.2.80 20022)"
tap_is "without the filter: 100 pings" 100 "$(replies 100 internet 192.0.2.10)"
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"

forget_neighbours
tap_is "ARP works from outside" open "$(answer internet 192.0.2.80 443)"
forget_neighbours
tap_is "and from the Edge" open "$(answer edge 203.0.113.7 443)"
forget_neighbours
tap_is "neighbour discovery works from outside" open "$(answer internet 2001:db8:1::80 443)"
forget_neighbours
tap_is "and from the Edge" open "$(answer edge 2001:db8:7::7 443)"
tap_is "ping" 1 "$(replies 1 internet 192.0.2.10)"
sleep 1.2
count=$(replies 100 internet 192.0.2.10)
tap_true "of 100 pings in a second about ten are answered: $count" test "$count" -ge 5 -a "$count" -le 30
count=$(replies 100 internet 2001:db8:1::10)
tap_true "the same in IPv6: $count" test "$count" -ge 5 -a "$count" -le 30
tap_true "the others were counted" test "$(gate_count edge "$NET_ID" drop ingress icmp-echo-rate)" -gt 100

# The filter outlives its command.
tap_is "no process of ours is left in the namespace" "" \
	"$(for pid in $(ip netns pids "$NET_ID-edge"); do cat "/proc/$pid/comm"; done | grep zonegate)"
tap_is "it holds all the same" filtered "$(answer internet 192.0.2.80 20022)"
tap_false "the kernel refuses to take the XDP program off" on edge ip link set dev eth0 xdp off
on edge ip link set eth0 down
on edge ip link set eth0 up
net_route edge "default via 192.0.2.1 src 192.0.2.10"
net_wait "the link" test "$(answer internet 192.0.2.80 443)" = open
tap_is "it holds after the NIC was down and up" "filtered open" \
	"$(answer internet 192.0.2.80 20022) $(answer internet 192.0.2.80 443)"
tap_is "its pins are for root alone" 700 "$(stat -c %a "/sys/fs/bpf/$NET_ID")"
programs=$(bpftool prog show 2>/dev/null)
tap_true "bpftool shows the programs by name" grep -qE 'name [a-z_]*(ingress|xdp)' <<<"$programs"
map=$(find "/sys/fs/bpf/$NET_ID" -name '*flow*' ! -name 'link*' | head -n 1)
tap_true "there is a pinned flow table" test -n "$map"
answer edge 203.0.113.7 443 >/dev/null
tap_true "bpftool dumps it by field names" grep -q '"[a-z_]*":' <<<"$(bpftool map dump pinned "$map" 2>/dev/null)"

# A refused policy leaves the one in force.
cp "$conf" "$NET_TMP/site/broken.conf"
site_set "$NET_TMP/site/broken.conf" zones servers 10.20.1.999
tap_is "a policy with errors: status 1" 1 \
	"$(gate edge "$NET_ID" apply -c "$NET_TMP/site/broken.conf" >/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "with its place" grep -qE 'broken.conf:[0-9]+:[0-9]+: error' "$NET_TMP/said"
tap_is "the old one holds" "filtered open" \
	"$(answer internet 192.0.2.80 20022) $(answer internet 192.0.2.80 443)"
cp "$conf" "$NET_TMP/site/absent.conf"
site_set "$NET_TMP/site/absent.conf" host interfaces "eth0 eth1 eth7"
tap_is "a NIC that is not there: status 3" 3 \
	"$(gate edge "$NET_ID" apply -c "$NET_TMP/site/absent.conf" >/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "named" grep -q eth7 "$NET_TMP/said"
tap_is "the old one holds" "filtered open" \
	"$(answer internet 192.0.2.80 20022) $(answer internet 192.0.2.80 443)"
tap_is "no such command: status 2" 2 "$(gate edge "$NET_ID" aply >/dev/null 2>&1; echo $?)"
tap_true "stop" gate edge "$NET_ID" stop
tap_is "and all is open again" open "$(answer internet 192.0.2.80 20022)"
tap_is "a first apply that fails leaves nothing behind" "3 no" \
	"$(gate edge "$NET_ID" apply -c "$NET_TMP/site/absent.conf" >/dev/null 2>&1; echo $?) $(
		[ -e "/sys/fs/bpf/$NET_ID" ] && echo yes || echo no)"
tap_is "and no program on a NIC" "" "$(on edge ip -o link show | grep -o 'xdp[a-z]*')"
tap_end
