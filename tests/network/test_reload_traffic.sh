#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Fifty reloads between two policies while traffic flows: downloads in and out, short connections, and a
# stream of forbidden SYNs. No permitted packet may be lost (hardly a TCP segment is sent again, on links
# that lose none), no forbidden one may come through (a capture behind the filter sees none), and
# the counters must add up to what was on the wire.
# shellcheck disable=SC2317 # downloads is called with & only
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" rl

vip=192.0.2.80
reloads=50

# background NAME NAMESPACE COMMAND...: to be ended by finish. The shell that forks becomes the command,
# so the signal goes to the right one.
background() {
	local name=$1 namespace=$2

	shift 2
	nsenter --net="/run/netns/$NET_ID-$namespace" -- "$@" >"$NET_TMP/$name.out" \
		2>"$NET_TMP/$name.err" &
	pids[$name]=$!
	NET_PIDS+=($!)
}

# finish NAME: what it printed is in $NET_TMP/NAME.out then. hping3 counts on SIGINT only.
finish() {
	kill "-$([ "$1" = syns ] && echo INT || echo TERM)" "${pids[$1]}" 2>/dev/null
	wait "${pids[$1]}" 2>/dev/null
}

# Downloads one after the other until told to stop; "DONE WRONG", wrong when a byte was.
downloads() {
	local name=$1 count=0 wrong=0

	shift
	while [ ! -e "$NET_TMP/stop" ]; do
		[ "$("$@" 2>/dev/null | sha256sum)" = "$large" ] || wrong=$((wrong + 1))
		count=$((count + 1))
	done
	echo "$count $wrong" >"$NET_TMP/$name.out"
}

# Behind XDP: what a capture in the Edge sees has passed.
leaks() {
	grep -c 'IP ' "$NET_TMP/leak.out"
}

declare -A pids
net_site
for end in "internet eth0" "edge eth0" "edge eth1" "core eth0"; do
	# shellcheck disable=SC2086 # name and device
	net_plain $end
done
for name in internet edge; do
	# The receiving end of a veth with XDP has a ring of 256 frames: no sender may overrun it. And a
	# probe of the tail (RFC 8985) looks like a loss where there is none.
	on "$name" sh -c 'echo 4096 16384 65536 >/proc/sys/net/ipv4/tcp_wmem; echo 0 >/proc/sys/net/ipv4/tcp_early_retrans'
done
net_still internet eth0 edge eth0
net_still edge eth1 core eth0
server_web edge 80 443
server_ssh edge 22
server_web internet 80 443
server_echo edge tcp:{17617,20022}
head -c 16M /dev/urandom >"$NET_TMP/files/large.bin"
chmod a+r "$NET_TMP/files/large.bin"
large=$(sha256sum <"$NET_TMP/files/large.bin")

for policy in a b; do
	site_copy "$NET_TMP/$policy"
	site_set "$NET_TMP/$policy/zonegate.conf" origin-ports mode off
done
# The second policy has other classes, other rules, other slots; what this test sends means the same.
sed -i 's/^management .*/management = 10.30.0.0\/16 172.16.5.0\/24\nguests = 10.77.0.0\/16 !10.77.1.0\/24/' \
	"$NET_TMP/b/zonegate.conf"
site_set "$NET_TMP/b/zonegate.conf" "rule 3" ports 50000-50500
site_set "$NET_TMP/b/zonegate.conf" "rule 7" enabled no

syns=(internet hping3 -q -n -S -p 20022 -i u1000 -a 203.0.113.8 "$vip")
background leak edge tcpdump -lnni eth0 -Q in "src 203.0.113.8 and dst port 20022"
background syns "${syns[@]}"
sleep 1.5
finish syns
sleep 0.3
tap_true "without the filter, forbidden SYNs come through" test "$(leaks)" -gt 100
finish leak

sent_before=$(net_sent internet eth0)
inner_before=$(net_sent core eth0)
tap_need "first apply" gate edge "$NET_ID" apply -c "$NET_TMP/a/zonegate.conf"
tap_is "nothing was sent meanwhile" "$sent_before" "$(net_sent internet eth0)"

background leak edge tcpdump -lnni eth0 -Q in "src 203.0.113.8 and dst port 20022"
background syns "${syns[@]}"
background short internet "$NET_HERE/burst.py" 4 "$vip" 443 80 22 17617
downloads in client_curl internet --limit-rate 8M "https://$vip/large.bin" &
downloads ssh client_ssh internet 22 "$vip" cat "$NET_TMP/files/large.bin" &
downloads out client_curl edge --limit-rate 8M "https://203.0.113.7/large.bin" &
sleep 1
again=$(net_retransmitted internet edge)
failed=0
low=0
last=0
for ((i = 1; i <= reloads; i++)); do
	policy=$([ $((i % 2)) = 1 ] && echo b || echo a)
	gate edge "$NET_ID" apply -c "$NET_TMP/$policy/zonegate.conf" >>"$NET_TMP/apply.log" 2>&1 ||
		failed=$((failed + 1))
	if [ $((i % 10)) = 0 ]; then
		count=$(gate_count edge "$NET_ID" rule 5 packets_in)
		[ "${count:-0}" -gt "$last" ] || low=$((low + 1))
		last=${count:-0}
	fi
done
tap_is "$reloads reloads" 0 "$failed"
[ "$failed" = 0 ] || sed 's/^/#   /' "$NET_TMP/apply.log" | tail -5
tap_is "rule 5 goes on counting over reloads" 0 "$low"
sleep 0.5
# A busy machine makes TCP send a segment again that was never lost. That the filter lost none is shown
# below: it dropped the forbidden SYNs and nothing else, and its counters add up to what was on the wire.
again=$(($(net_retransmitted internet edge) - again))
echo "# $again TCP segments were sent again"
tap_true "hardly a TCP segment was sent again" test "$again" -lt 100
touch "$NET_TMP/stop"
finish short
read -r count wrong slow <"$NET_TMP/short.out"
tap_is "short connections ($count, $slow of them over 0.9 s): none failed" 0 "$wrong"
tap_true "short connections: enough of them" test "$count" -gt 100
for name in in ssh out; do
	net_wait "downloads to end" test -e "$NET_TMP/$name.out"
	read -r count wrong <"$NET_TMP/$name.out"
	tap_is "downloads, $name ($count): every byte" 0 "$wrong"
done
finish syns
sleep 1
finish leak
tap_is "no forbidden SYN came through" 0 "$(leaks)"
sent=$(sed -n 's/^\([0-9]*\) packets transmitted.*/\1/p' "$NET_TMP/syns.err")
tap_true "forbidden SYNs: enough of them" test "${sent:-0}" -gt 1000
tap_is "every forbidden SYN, and nothing else, was dropped" "$sent" \
	"$(gate_count edge "$NET_ID" drop ingress any)"
tap_is "nothing was dropped on the way out" 0 "$(gate_count edge "$NET_ID" drop egress any)"
tap_is "counters add up to what was on the wire" \
	"$(($(net_sent internet eth0) - sent_before + $(net_sent core eth0) - inner_before))" \
	"$(($(gate_count edge "$NET_ID" rule any packets_in) + $(gate_count edge "$NET_ID" drop ingress any)))"
tap_end
