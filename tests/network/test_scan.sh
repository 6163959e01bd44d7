#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What an attacker's port scan sees: of all 65,535 ports exactly the permitted ones answer, from each
# side, on each address; and the scans that go round simple filters see no more.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" sc

edge=$NET_ID

# scan NAME TARGET OPTIONS...: the ports that answered
scan() {
	local name=$1 target=$2

	shift 2
	[[ $target != *:* ]] || set -- -6 "$@"
	on "$name" nmap -n -Pn -T5 --max-retries 1 --min-rate 20000 --max-rtt-timeout 200ms \
		--host-timeout 150s "$@" -oX - "$target" 2>/dev/null | tests/network/nmap_ports.py
}

# scan_dropped REASON WHAT NAME TARGET OPTIONS...: nobody answers, and that is the filter's doing
scan_dropped() {
	local reason=$1 what=$2 before after

	shift 2
	before=$(gate_count edge "$edge" drop ingress "$reason")
	tap_is "$what: no answer" none "$(scan "$@")"
	after=$(gate_count edge "$edge" drop ingress "$reason")
	tap_true "$what: counted as $reason" test "${after:-0}" -gt "${before:-0}"
}

net_site
server_web edge "80" "443"
server_ssh edge 22
# So that what is silent is silent by the filter, not by the kernel's own limit.
on edge sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 100000 >/proc/sys/net/ipv4/icmp_msgs_per_sec'
all="-sS -p1-65535"
# shellcheck disable=SC2086 # options
{
	protocols="-sO -p1,6,17,41,47,50,51,89,112,132"
	tap_is "without the filter every port answers" 1-65535 "$(scan internet 192.0.2.80 $all)"
	tap_is "without the filter every protocol answers" "1 6 17 41 47 50-51 89 112 132" \
		"$(scan internet 192.0.2.80 $protocols)"

	site_copy "$NET_TMP/site"
	tap_need "apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"

	vip="21-22 80 443 10080 10443 17617 17627 17637 19617 19627 50000-50100"
	tm="1080 20021-20022 20080 20444 21080 27617"
	tap_is "SYN scan of the virtual IP from the Internet" "$vip" "$(scan internet 192.0.2.80 $all)"
	tap_is "the same over IPv6" "$vip" "$(scan internet 2001:db8:1::80 $all)"
	tap_is "the Edge's address from the Internet" 50101-50200 "$(scan internet 192.0.2.10 $all)"
	tap_is "the Edge's inner address from the Internet" 50101-50200 \
		"$(scan internet 10.10.0.10 $all)"
	tap_is "the Edge from the Servers" "$tm" "$(scan servers 10.10.0.10 $all)"
	tap_is "the Edge from the trusted network" 444 "$(scan trusted 10.10.0.10 $all)"
	tap_is "the virtual IP from the trusted network" none "$(scan trusted 192.0.2.80 $all)"
	tap_is "the Edge from the management" "22 9477" "$(scan mgmt 10.10.0.10 $all)"

	# Ports that are permitted, ports beside them, ports of other zones.
	some="-p21,22,23,79,80,81,443,444,1080,3306,8080,10443,17617,20021,20022,20444,27617,50000,50101"
	allowed="21-22 80 443 10443 17617 50000"
	tap_is "from source port 20" "$allowed" "$(scan internet 192.0.2.80 -sS -g 20 $some)"
	tap_is "from source port 53" "$allowed" "$(scan internet 192.0.2.80 -sS -g 53 $some)"
	tap_is "from source port 443" "$allowed" "$(scan internet 192.0.2.80 -sS -g 443 $some)"
	tap_is "with data in the SYN" "$allowed" \
		"$(scan internet 192.0.2.80 -sS --data-length 100 $some)"
	scan_dropped fragment-tiny "in tiny fragments" internet 192.0.2.80 -sS -f $some
	tap_is "in fragments that hold the TCP header" "$allowed" \
		"$(scan internet 192.0.2.80 -sS --mtu 24 --data-length 64 $some)"
	scan_dropped ip-options "loose source route" internet 192.0.2.80 -sS \
		--ip-options 'L 192.0.2.1' $some
	# Segments of no connection are answered (RST) where a rule permits the port, nowhere else.
	for kind in A W M; do
		tap_is "nmap -s$kind" "$allowed" "$(scan internet 192.0.2.80 "-s$kind" $some)"
	done
	# FIN alone, NULL, XMAS and the like: no stack sends them.
	for kind in F N X; do
		scan_dropped tcp-flags "nmap -s$kind" internet 192.0.2.80 "-s$kind" $some
	done
	for flags in SYNFIN SYNRST FINRST URG PSH; do
		scan_dropped tcp-flags "flags $flags" internet 192.0.2.80 -sS --scanflags $flags $some
	done
	scan_dropped syn-ack-unexpected "SYN-ACK where no connection waits" internet 192.0.2.80 -sS \
		--scanflags SYNACK $some
	scan_dropped no-rule "UDP scan" internet 192.0.2.80 -sU -p53,67,80,123,161,443,500,20021
	scan_dropped no-rule "SCTP scan" internet 192.0.2.80 -sY -p80,443,20021
	tap_is "IP protocols: ping and TCP alone" "1 6" \
		"$(scan internet 192.0.2.80 $protocols)"
}
tap_end
