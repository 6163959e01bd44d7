#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Conservation: on links that carry nothing but the test's IP packets, rules and drop reasons add up to
# what was on the wire, in packets and in bytes, each way. And each connection counts under the rule
# with the fewest ports.
# shellcheck disable=SC2317 # tries is called through delta
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" co

rule() {
	gate_count edge "$NET_ID" rule "$@"
}

# delta RULE COMMAND...: how many connections the command added to the rule
delta() {
	local number=$1 before

	shift
	before=$(rule "$number" connections)
	"$@" >/dev/null 2>&1
	echo "$(($(rule "$number" connections) - before))"
}

# tries COUNT NAME QUESTION: as many connections
tries() {
	local number

	for ((number = 0; number < $1; number++)); do
		echo "$3"
	done | on "$2" "$NET_HERE/probe.py" | grep -c '^open'
}

# Both links together, FIELD packets or bytes.
wire_in() {
	echo "$(($(net_sent internet eth0 "$1") + $(net_sent core eth0 "$1")))"
}

wire_out() {
	echo "$(($(net_sent edge eth0 "$1") + $(net_sent edge eth1 "$1")))"
}

net_site
for end in "internet eth0" "edge eth0" "edge eth1" "core eth0"; do
	# shellcheck disable=SC2086 # name and device
	net_plain $end
done
net_still internet eth0 edge eth0
net_still edge eth1 core eth0
server_web edge 80 "443 444 10443"
server_ssh edge 22
server_ftp edge 21 50000-50100
server_echo edge tcp:{17617,20022,33333}
server_web internet 80 443
server_echo internet tcp:{25,33333}
site_copy "$NET_TMP/site"
conf=$NET_TMP/site/zonegate.conf
site_set "$conf" origin-ports mode off
# The tables as shipped: row 3 holds the ports of many other rows.
sed -i '/^\[rule 3\]/,/^ports/d' "$conf"

site_set "$conf" host xdp_mode native
in_packets=$(wire_in packets) in_bytes=$(wire_in bytes)
out_packets=$(wire_out packets) out_bytes=$(wire_out bytes)
tap_need "apply" gate edge "$NET_ID" apply -c "$conf"

tap_is "all are 0 at first" "0 0" "$(rule any packets_in) $(gate_count edge "$NET_ID" drop ingress any)"
tap_is "AS2 counts as AS2, not under row 3's range" 20 \
	"$(delta 7 tries 20 internet "tcp - 192.0.2.80 10443")"
tap_is "PeSIT counts as PeSIT" 10 "$(delta 9 tries 10 internet "tcp - 192.0.2.80 17617")"
tap_is "a port of no other row counts under row 3" 10 \
	"$(delta 3 tries 10 internet "tcp - 192.0.2.80 33333")"
tap_is "and nothing else does" 10 "$(rule 3 connections)"
tap_is "TM streaming counts under its row" 10 "$(delta 25 tries 10 servers "tcp - 10.10.0.10 20022")"
tap_is "row 14" 5 "$(delta 14 tries 5 trusted "tcp - 10.10.0.10 444")"
tap_is "own connections: HTTPS" 10 "$(delta 36 tries 10 edge "tcp - 203.0.113.7 443")"
tap_is "own connections: high ports" 10 "$(delta 33 tries 10 edge "tcp - 203.0.113.7 33333")"
tap_is "own connections that no rule permits count under none" 0 \
	"$(delta any tries 3 edge "tcp - 203.0.113.7 25")"

client_curl internet https://192.0.2.80/hello.txt >/dev/null
client_curl internet ftp://192.0.2.80/hello.txt >/dev/null
client_lftp internet active 192.0.2.80 hello.txt >/dev/null
client_ssh internet 22 192.0.2.80 head -c 3000000 /dev/zero >/dev/null
client_curl edge https://203.0.113.7/hello.txt >/dev/null
on internet nmap -n -Pn --send-ip -sS -T5 --max-retries 0 -p1-1500 192.0.2.80 >/dev/null 2>&1
on internet nmap -n -Pn --send-ip -sX -T5 --max-retries 0 -p1-500 192.0.2.80 >/dev/null 2>&1
on internet nmap -n -Pn --send-ip -sU -T5 --max-retries 0 -p1-200 192.0.2.10 >/dev/null 2>&1
on trusted nmap -n -Pn --send-ip -sA -T5 --max-retries 0 -p1-500 10.10.0.10 >/dev/null 2>&1
echo "tcp - 10.20.1.10 22" | on edge "$NET_HERE/probe.py" >/dev/null
sleep 0.5

tap_is "in: rules and drops add up to the packets on the wire" "$(($(wire_in packets) - in_packets))" \
	"$(($(rule any packets_in) + $(gate_count edge "$NET_ID" drop ingress any)))"
# A veth pair whose receiver runs XDP counts bytes without the 14 of Ethernet (skb->len, after
# eth_type_trans()); zonegate counts whole frames.
tap_is "in: and to the bytes" \
	"$(($(wire_in bytes) - in_bytes + 14 * ($(wire_in packets) - in_packets)))" \
	"$(($(rule any bytes_in) + $(gate_count edge "$NET_ID" drop ingress any bytes)))"
tap_is "out: rules add up to the packets on the wire" "$(($(wire_out packets) - out_packets))" \
	"$(rule any packets_out)"
tap_is "out: and to the bytes" "$(($(wire_out bytes) - out_bytes))" "$(rule any bytes_out)"
tap_true "in: drops were counted" test "$(gate_count edge "$NET_ID" drop ingress any)" -gt 1000
tap_true "out: drops were counted" test "$(gate_count edge "$NET_ID" drop egress no-rule)" -gt 1
tap_end
