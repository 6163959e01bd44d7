#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A trunk: the outer NIC carries its addresses in a VLAN, then in a VLAN inside a service VLAN (QinQ).
# The filter on the trunk judges what is inside the tags, in both directions; a VLAN device as the
# guarded NIC does too. A NIC that hides tags from XDP is refused with what to set.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" vl

# move FROM TO: the Internet's and the Edge's addresses of the link change device
move() {
	local name

	for name in internet edge; do
		on "$name" ip address flush dev "$1" scope global
	done
	net_address internet "$2" 192.0.2.1/24 2001:db8:1::1/64
	net_address edge "$2" 192.0.2.10/24 192.0.2.80/24 2001:db8:1::10/64 2001:db8:1::80/64
	net_route internet "192.0.2.0/24 dev $2 src 203.0.113.7" "2001:db8:1::/64 dev $2 src 2001:db8:7::7"
	net_route edge "default via 192.0.2.1 src 192.0.2.10" "default via 2001:db8:1::1 src 2001:db8:1::10"
}

# devices PARENT NAME PROTOCOL ID: on both ends
devices() {
	local name

	for name in internet edge; do
		on "$name" ip link add link "$1" name "$2" type vlan proto "$3" id "$4"
		on "$name" ip link set "$2" up
	done
}

conversation() {
	tap_is "$1: HTTPS in, every byte" "$large" \
		"$(client_curl internet https://192.0.2.80/large.bin | sha256sum)"
	tap_is "$1: HTTPS out, every byte" "$large" \
		"$(client_curl edge "https://[2001:db8:7::7]/large.bin" | sha256sum)"
	tap_is "$1: FTP active" "hello from the other side" \
		"$(client_lftp internet active 192.0.2.80 hello.txt 2>&1)"
}

net_site
if ! on edge ip link add link eth0 name try type vlan id 9 2>/dev/null; then
	tap_skip "VLAN and QinQ" "this kernel has no VLAN devices (CONFIG_VLAN_8021Q)"
	tap_end
fi
on edge ip link del try
server_web edge 80 443
server_ftp edge 21 50000-50100
server_web internet 80 443
server_echo edge tcp:{17617,20022,8080}
server_echo internet tcp:25
head -c 1M /dev/urandom >"$NET_TMP/files/large.bin"
chmod a+r "$NET_TMP/files/large.bin"
large=$(sha256sum <"$NET_TMP/files/large.bin")
site_copy "$NET_TMP/site"
conf=$NET_TMP/site/zonegate.conf
site_set "$conf" host xdp_mode native

probe_add internet open "permitted" tcp - 192.0.2.80 17617 443
probe_add internet open "permitted" tcp - 2001:db8:1::80 17617
probe_add internet blocked "forbidden" tcp - 192.0.2.80 20022 8080
probe_add internet blocked "forbidden" tcp - 2001:db8:1::80 20022
probe_add edge open "permitted" tcp - 203.0.113.7 443
probe_add edge open "permitted" tcp - 2001:db8:7::7 443
probe_add edge blocked "forbidden" tcp - 203.0.113.7 25
probe_add edge blocked "forbidden" tcp - 2001:db8:7::7 25

devices eth0 eth0.100 802.1Q 100
move eth0 eth0.100
probe_before
conversation "VLAN without the filter"
# Fresh veth devices hand the tag over beside the packet, where XDP does not see it.
tap_is "a NIC that strips tags: apply is refused with status 3" 3 \
	"$(gate edge "$NET_ID" apply -c "$conf" >/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "and says what to set" grep -q "rxvlan off" "$NET_TMP/said"
tap_true "nothing is left behind" test ! -e "/sys/fs/bpf/$NET_ID"
for name in internet edge; do
	on "$name" ethtool -K eth0 txvlan off rxvlan off tx-vlan-stag-hw-insert off \
		rx-vlan-stag-hw-parse off >/dev/null
done
tap_need "with rxvlan off: apply" gate edge "$NET_ID" apply -c "$conf"
probe_after "VLAN"
conversation "VLAN"
tap_true "stop" gate edge "$NET_ID" stop

devices eth0 eth0.200 802.1ad 200
for name in internet edge; do
	on "$name" ip link set eth0 mtu 1504
	on "$name" ip link set eth0.200 mtu 1504
done
devices eth0.200 inner 802.1Q 7
for name in internet edge; do
	on "$name" ip link set inner mtu 1500
	on "$name" ethtool -K eth0.200 txvlan off rxvlan off >/dev/null 2>&1
done
move eth0.100 inner
probe_before
conversation "QinQ without the filter"
tap_need "QinQ: apply" gate edge "$NET_ID" apply -c "$conf"
probe_after "QinQ"
conversation "QinQ"
tap_true "stop" gate edge "$NET_ID" stop

# The VLAN device itself: generic XDP is all it has, and auto says so.
move inner eth0.100
probe_before
site_set "$conf" host interfaces "eth0.100 eth1"
site_set "$conf" host xdp_mode auto
tap_need "a VLAN device as the guarded NIC: apply" gate edge "$NET_ID" apply -c "$conf"
tap_true "status says generic" grep -q generic <<<"$(gate edge "$NET_ID" status 2>&1)"
probe_after "VLAN device"
conversation "VLAN device"
tap_end
