#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Every row of the tables that an Edge host has, in the right and in the wrong direction, by
# connections over both families; written from the tables' text, not from what the program shows.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" re

vip=192.0.2.80 vip6=2001:db8:1::80 edge=192.0.2.10 edge6=2001:db8:1::10
inner=10.10.0.10 inner6=fd00:10::10 out=203.0.113.7 out6=2001:db8:7::7
protocol_ports="21 80 443 22 10443 10080 17617 17627 17637 19617 19627"
tm_ports="20021 20080 21080 20022 27617 20444"
own=$(echo "$protocol_ports $tm_ports" | tr ' ' '\n' | sed 's/^/tcp:/')
passive="tcp:49999 tcp:50000 tcp:50050 tcp:50100 tcp:50101 tcp:50150 tcp:50200 tcp:50201"

# A port a word; $ports stay unquoted for that.
# shellcheck disable=SC2086
probes() {
	local port

	# 1, 4-13: the Internet to the virtual IP alone.
	for port in $protocol_ports; do
		probe_add internet open "rows 1, 4-13" tcp - $vip $port
		probe_add internet open "rows 1, 4-13" tcp - $vip6 $port
		probe_add servers blocked "rows 1, 4-13: not for the Servers" tcp - $vip $port
		probe_add trusted blocked "rows 1, 4-13: not for the trusted" tcp - $vip $port
		probe_add trusted blocked "rows 1, 4-13: not for the trusted" tcp - $vip6 $port
		probe_add internet blocked "rows 1, 4-13: not the real address" tcp - $edge $port
		probe_add internet blocked "rows 1, 4-13: not the inner address" tcp - $inner $port
	done
	# 3: the site's passive range.
	probe_add internet open "row 3" tcp - $vip 50000 50050 50100
	probe_add internet open "row 3" tcp - $vip6 50000
	probe_add internet blocked "row 3: outside the range" tcp - $vip 49999 50101
	probe_add servers blocked "row 3: not for the Servers" tcp - $vip 50050
	# 14: the trusted network to the Administration Tool.
	probe_add trusted open "row 14" tcp - $inner 444
	probe_add trusted open "row 14" tcp - $edge 444
	probe_add trusted open "row 14" tcp - $inner6 444
	probe_add internet blocked "row 14: not for the Internet" tcp - $edge 444
	probe_add internet blocked "row 14: not for the Internet" tcp - $vip 444
	probe_add mgmt blocked "row 14: not for other zones" tcp - $inner 444
	# 22-28: the Servers to the Edge.
	for port in $tm_ports 1080; do
		probe_add servers open "rows 22-28" tcp - $inner $port
		probe_add servers open "rows 22-28" tcp - $inner6 $port
		probe_add internet blocked "rows 22-28: not for the Internet" tcp - $vip $port
		probe_add internet blocked "rows 22-28: not for the Internet" tcp - $edge $port
		probe_add internet blocked "rows 22-28: not for the Internet" tcp - $edge6 $port
		probe_add trusted blocked "rows 22-28: not for the trusted" tcp - $inner $port
		probe_add mgmt blocked "rows 22-28: not for other zones" tcp - $inner $port
	done
	# 32: data connections to the Edge's own FTP client.
	probe_add internet open "row 32" tcp - $edge 50101 50150 50200
	probe_add internet open "row 32" tcp - $edge6 50150
	probe_add internet blocked "row 32: outside the range" tcp - $edge 50050 50201
	probe_add internet blocked "row 32: not the virtual IP" tcp - $vip 50150
	probe_add servers blocked "row 32: not for the Servers" tcp - $inner 50150

	# 2, 33: data connections of the Edge, to any high port.
	probe_add edge open "row 33" tcp - $out 1024 33333 65535
	probe_add edge open "row 33" tcp - $out6 33333
	probe_add edge open "row 2" tcp $vip $out 1024 33333 65535
	probe_add edge open "row 2" tcp $vip6 $out6 33333
	probe_add edge blocked "rows 2, 33: under 1024" tcp - $out 1023
	probe_add edge blocked "rows 2, 33: under 1024" tcp $vip $out 1023
	# 34-37: the Edge to partners.
	probe_add edge open "rows 34-37" tcp - $out 21 80 443 22
	probe_add edge open "rows 34-37" tcp - $out6 21 80 443 22
	probe_add edge blocked "rows 34-37: not from the virtual IP" tcp $vip $out 21 80 443 22
	probe_add edge blocked "rows 34-37: other ports" tcp - $out 23 25 53 445
	# 38, 39: with the site's ports; they count under the rule with the fewest ports.
	probe_add edge open "row 38" tcp - $out 10080 10443
	probe_add edge open "row 39" tcp - $out 17617 17627
	# 15-20, 29-31 are not here: no process on an Edge opens a connection into the secure network.
	probe_add edge blocked "row 15 is not here" tcp - 10.20.2.50 25
	probe_add edge blocked "rows 17-20 are not here" tcp - 10.20.2.50 44441 44442 44443 389 3268
	probe_add edge blocked "rows 29-31 are not here" tcp - 10.20.1.10 44431 444 8088
	probe_add edge blocked "nothing into the secure network" tcp - 10.20.1.10 22 80 443 20021 50050
	probe_add edge blocked "nothing into the secure network" tcp - fd00:20:1::10 22 443
	probe_add edge blocked "nothing into the secure network" tcp - fd00:20:2::50 389
	probe_add edge blocked "nothing to the management" tcp - 10.30.0.5 22
	# host.csv: what the host itself needs.
	probe_add mgmt open "host-ssh" tcp - $inner 22
	probe_add mgmt open "host-ssh" tcp - $inner6 22
	probe_add trusted blocked "host-ssh: the management alone" tcp - $inner 22
	probe_add servers blocked "host-ssh: the management alone" tcp - $inner 22
	probe_add edge open "host-dns-udp" udp - 10.30.0.53 53
	probe_add edge blocked "host-dns-udp: that one alone" udp - 10.30.0.5 53
	# UDP: no row of the vendor's has it on an Edge.
	probe_add edge blocked "row 16 is not here" udp - 10.20.2.50 162
	probe_add internet blocked "the rows are TCP's" udp - $edge 443 20021
	probe_add servers blocked "the rows are TCP's" udp - $inner 20021 8088
	probe_add edge blocked "the rows are TCP's" udp - $out 443 33333
}

net_site
net_address mgmt eth0 10.30.0.53/24
# shellcheck disable=SC2086
{
	server_echo edge $own $passive tcp:444 tcp:1080 udp:443 udp:20021 udp:8088
	server_echo internet tcp:{21,22,23,25,53,80,443,445,1023,1024,10080,10443,17617,17627,33333,65535} \
		udp:443 udp:33333
	server_echo servers tcp:{22,80,443,444,8088,20021,44431,50050}
	server_echo trusted tcp:{25,389,3268,44441,44442,44443} udp:162
	server_echo mgmt tcp:22 udp:53
}
probes
probe_before
site_copy "$NET_TMP/site"
site_set "$NET_TMP/site/zonegate.conf" origin-ports mode off
tap_need "apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
probe_after ""
tap_end
