#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Native and generic XDP, ordinary and jumbo frames: the same verdicts, whole files, and status says
# which mode is in force.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" mo

# Which mode the kernel says: "xdp" (native) or "xdpgeneric".
attached() {
	on edge ip -o link show "$1" | grep -oE 'xdp(generic|offload)?' | head -n 1
}

net_site
server_web edge 80 443
server_web internet 80 443
server_echo edge tcp:{17617,20022,8080}
server_echo internet tcp:25
head -c 24M /dev/urandom >"$NET_TMP/files/large.bin"
chmod a+r "$NET_TMP/files/large.bin"
large=$(sha256sum <"$NET_TMP/files/large.bin")
site_copy "$NET_TMP/site"

probe_add internet open "permitted" tcp - 192.0.2.80 17617 443
probe_add internet open "permitted" tcp - 2001:db8:1::80 17617
probe_add internet blocked "forbidden" tcp - 192.0.2.80 20022 8080
probe_add internet blocked "forbidden" tcp - 2001:db8:1::80 20022
probe_add servers open "permitted" tcp - 10.10.0.10 20022
probe_add edge open "permitted" tcp - 203.0.113.7 443
probe_add edge blocked "forbidden" tcp - 203.0.113.7 25
probe_before

for mtu in 1500 9000; do
	for end in "internet eth0" "edge eth0" "edge eth1" "core eth0"; do
		# shellcheck disable=SC2086 # name and device
		set -- $end
		on "$1" ip link set "$2" mtu "$mtu"
	done
	for mode in native generic auto; do
		name="$mode, MTU $mtu"
		site_set "$NET_TMP/site/zonegate.conf" host xdp_mode "$mode"
		tap_need "$name: apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
		expected=$([ "$mode" = generic ] && echo xdpgeneric || echo xdp)
		tap_is "$name: attached so to eth0" "$expected" "$(attached eth0)"
		tap_is "$name: and to eth1" "$expected" "$(attached eth1)"
		tap_true "$name: status says so" grep -q "$([ "$mode" = generic ] && echo generic || echo native)" \
			<<<"$(gate edge "$NET_ID" status 2>&1)"
		probe_after "$name"
		tap_is "$name: HTTPS in, every byte" "$large" \
			"$(client_curl internet https://192.0.2.80/large.bin | sha256sum)"
		tap_is "$name: HTTPS out, every byte" "$large" \
			"$(client_curl edge "https://[2001:db8:7::7]/large.bin" | sha256sum)"
		tap_true "$name: stop" gate edge "$NET_ID" stop
	done
done
tap_end
