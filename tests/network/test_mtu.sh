#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A real path with a small MTU behind a router: transfers to it live on the ICMP errors that the
# router sends, about accepted services and about own connections, in both families.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" mt

# A minimum of patience: without the ICMP error nothing of size arrives at all.
get() {
	client_curl "$1" --max-time 6 "$2" 2>/dev/null | sha256sum
}

put() {
	on edge ssh -F none -q -i "$NET_TMP/user_key" -o BatchMode=yes -o ConnectTimeout=3 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@$1" sha256sum \
		<"$NET_TMP/files/large.bin" 2>/dev/null
}

forget() {
	on edge ip route flush cache
	on edge ip -6 route flush cache
}

# The path MTU that the Edge has learned to an address.
learned() {
	on edge ip route get "$1" | grep -o 'mtu [0-9]*'
}

net_site
on internet ip link set eth1 mtu 1280
# The far end does not know: its own link is 1500, so its SYNs ask for large segments.
# The router says what it has to say as often as it has to.
on internet sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit'
server_web edge 80 443
server_ssh partner 22
head -c 2M /dev/urandom >"$NET_TMP/files/large.bin"
chmod a+r "$NET_TMP/files/large.bin"
large=$(sha256sum <"$NET_TMP/files/large.bin")

# The test can fail: with the errors kept away nothing arrives.
on edge nft -f - <<'END'
table inet black { chain in { type filter hook input priority 0;
	icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }; }
END
tap_is "without ICMP errors the transfer hangs" no \
	"$([ "$(get partner https://192.0.2.80/large.bin)" = "$large" ] && echo yes || echo no)"
on edge nft delete table inet black
forget
tap_is "without the filter it works" "$large" "$(get partner https://192.0.2.80/large.bin)"
forget

site_copy "$NET_TMP/site"
tap_need "apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
for address in 192.0.2.80 "[2001:db8:1::80]"; do
	tap_is "in: HTTPS to $address over the small path" "$large" \
		"$(get partner "https://$address/large.bin")"
done
tap_is "the Edge has learned the path" "mtu 1280" "$(learned 198.51.100.20)"
tap_is "and in IPv6" "mtu 1280" "$(learned 2001:db8:9::20)"
forget
for address in 198.51.100.20 2001:db8:9::20; do
	tap_is "out: SSH to $address over the small path" "${large% *} -" "$(put $address)"
done
tap_is "the Edge has learned the path again" "mtu 1280" "$(learned 198.51.100.20)"
tap_is "no ICMP error was dropped" 0 "$(gate_count edge "$NET_ID" drop ingress icmp-unrelated)"
tap_end
