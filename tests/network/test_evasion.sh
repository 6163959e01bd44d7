#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What goes round simple filters, frame by frame (evasion.py), and floods: nothing but what is permitted
# comes through, each frame is counted under its own reason, and service goes on meanwhile.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" ev

net_site
server_echo edge tcp:{443,20022}
# The test's own frames alone on this link.
on internet sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
on internet ip neigh replace 192.0.2.80 lladdr "$(on edge ip -o link show eth0 |
	sed 's/.*ether \([0-9a-f:]*\).*/\1/')" nud permanent dev eth0
mac=$(on edge ip -o link show eth0 | sed 's/.*ether \([0-9a-f:]*\).*/\1/')
# The Edge answers what it is sent; the answers must not come back as more frames.
on internet nft -f - <<'END'
table inet quiet { chain out { type filter hook output priority 0; tcp flags rst drop; icmp type destination-unreachable drop; }; }
END
evasions() {
	on internet "$NET_HERE/evasion.py" "$NET_ID-edge" eth0 eth0 "$mac" "$@"
}

if ! evasions - >"$NET_TMP/before" 2>&1; then
	grep -A1 '^not ok' "$NET_TMP/before" | sed 's/^/# /'
	tap_fail "without the filter all of it arrives" "$(tail -n 5 "$NET_TMP/before")"
	tap_end
fi
tap_pass "without the filter all of it arrives"
site_copy "$NET_TMP/site"
tap_need "apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
evasions nsenter --net="/run/netns/$NET_ID-edge" "$ZONEGATE" counters --json --instance "$NET_ID" \
	>"$NET_TMP/after" 2>&1
status=$?
cat "$NET_TMP/after"
[ "$status" = 0 ] || TAP_FAILED=$((TAP_FAILED + 1))

# A flood of forbidden SYNs from forged sources makes no state and does not keep others out.
flows_before=$(gate edge "$NET_ID" status --json 2>/dev/null | grep -o '"flows": *[0-9]*')
on internet timeout 3 hping3 -q -n --flood --rand-source -S -p 20022 192.0.2.80 >/dev/null 2>&1 &
sleep 0.5
for try in 1 2 3; do
	said=$(echo "tcp - 192.0.2.80 443" | on internet "$NET_HERE/probe.py")
	tap_is "service under a flood of forged SYNs, try $try" open "${said%% *}"
done
wait
tap_is "the flood made no flow" "$flows_before" \
	"$(gate edge "$NET_ID" status --json 2>/dev/null | grep -o '"flows": *[0-9]*')"
tap_true "the flood was counted" test "$(gate_count edge "$NET_ID" drop ingress any)" -gt 10000
tap_end
