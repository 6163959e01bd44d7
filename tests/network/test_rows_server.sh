#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The other side: a Server host as the guarded one, with all shipped tables. Rows 15-20 and 22-28 open,
# 29-31 both ways with another Server, the rest is not here. Written from the tables' text.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" rs

own=10.20.1.10 own6=fd00:20:1::10 peer=10.20.3.11 peer6=fd00:20:3::11
edge=10.10.0.10 edge6=fd00:10::10 trusted=10.20.2.50 mail=10.30.0.25 snmp=10.30.0.5

site_write() {
	mkdir -p "$1"
	{
		echo "[host]"
		echo "interfaces = eth0"
		echo "zones = servers"
		echo "[zones]"
		echo "edge = 192.0.2.10 $edge $edge6"
		echo "edge-vip = 192.0.2.80"
		echo "servers = 10.20.1.10-10.20.1.19 $own6 $peer $peer6"
		echo "trusted = 10.20.2.0/24 fd00:20:2::/64"
		echo "mail = $mail"
		echo "snmp = $snmp"
		echo "internet = any !private"
		echo "[components]"
		echo "zones = edge edge-vip servers"
		echo "[rules]"
		echo "tables = $(find "$PWD/configs/tables" -name '*.csv' ! -name host.csv | sort | tr '\n' ' ')"
		echo "[policy]"
		echo "icmp_echo = 10/s"
	} >"$1/zonegate.conf"
}

probes() {
	probe_add servers open "row 15" tcp - $mail 25
	probe_add servers open "row 16" udp - $snmp 162
	probe_add servers open "rows 17-20" tcp - $trusted 44441 44442 44443 389 3268
	probe_add servers open "rows 17-20" tcp - fd00:20:2::50 389 3268
	probe_add servers open "rows 22-28" tcp - $edge 20021 20080 21080 20022 27617 20444 1080
	probe_add servers open "rows 22-28" tcp - $edge6 20021 20444 1080
	probe_add servers open "rows 29-31, opened here" tcp - $peer 44431 444 8088 8090 8093
	probe_add servers open "row 31, opened here" udp - $peer 8088 8093
	probe_add servers open "rows 29-31, opened here" tcp - $peer6 44431 444 8093
	probe_add peer open "rows 29-31, opened there" tcp - $own 44431 444 8088 8090 8093
	probe_add peer open "row 31, opened there" udp - $own 8088 8093
	probe_add peer open "rows 29-31, opened there" tcp - $own6 44431 444 8093

	probe_add servers blocked "row 15: one port" tcp - $mail 26
	probe_add servers blocked "row 15: the mail zone alone" tcp - $trusted 25
	probe_add servers blocked "row 16 is UDP" tcp - $snmp 162
	probe_add servers blocked "rows 17-20: no others" tcp - $trusted 390 44444 443
	probe_add servers blocked "rows 22-28: no others" tcp - $edge 20023 22 443 1081
	probe_add servers blocked "row 31: no others" tcp - $peer 8087 8094
	probe_add servers blocked "rows 34-37 are the Edge's" tcp - 203.0.113.7 21 22 80 443
	probe_add peer blocked "rows 22-28: no TM port here" tcp - $own 20021 1080
	probe_add peer blocked "row 31: no others" tcp - $own 8087 8094
	probe_add trusted blocked "row 14 is the Edge's" tcp - $own 444
	probe_add trusted blocked "rows 17-20 are not for the way back" tcp - $own 389 44441
	probe_add edge blocked "nothing from the DMZ" tcp - $own 22 443 444 44431 8088 20021
	probe_add edge blocked "nothing from the DMZ" tcp - $own6 444
	probe_add internet blocked "nothing from the Internet" tcp - $own 443 444
}

net_site
net_namespace peer
net_link core eth4 peer eth0
net_address core eth4 10.20.3.1/24 fd00:20:3::1/64
net_address peer eth0 $peer/24 $peer6/64
net_route peer "default via 10.20.3.1" "default via fd00:20:3::1"
net_address mgmt eth0 $mail/24
on edge sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
server_echo servers tcp:{22,389,443,444,1080,8087-8094,20021,44431,44441} udp:8088 udp:8093
server_echo peer tcp:{444,8087-8094,44431} udp:8088 udp:8093
server_echo edge tcp:{22,443,1080,1081,20021,20022,20023,20080,21080,27617,20444}
server_echo trusted tcp:{25,389,390,443,3268,44441-44444}
server_echo mgmt tcp:{25,26,162} udp:162
server_echo internet tcp:{21,22,80,443}

probes
probe_before
site_write "$NET_TMP/site"
tap_need "apply" gate servers "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
probe_after ""
tap_end
