#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What is tried inside each kernel: load of every program, packet tests, attach native and generic, the egress hook this
# kernel has, reload under traffic, VLAN devices and bonding. The guarded host is the guest itself, the Internet a
# namespace. Closes with 'N passed, N failed'.
set -u
hook=$1 # tcx or clsact: what this kernel is to have
config=/payload/site/zonegate.conf
passed=0 failed=0
zonegate() { /payload/zonegate -c "$config" "$@"; }
outside() { nsenter --net=/run/netns/out "$@"; }

check() { # NAME COMMAND...: passes when the command does
	local name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/  # /' /tmp/check | tail -n 20
	fi
}
fails() { ! "$@"; }
fetch() { outside timeout 5 busybox wget -q -O /dev/null "http://192.0.2.10:$1/"; }
closed() { fails outside timeout 2 busybox wget -q -O /dev/null "http://192.0.2.10:$1/"; }
status_has() { zonegate status --json | tr -d ' \n' | grep -q "$1"; }

site() { # INTERFACE XDP_MODE
	sed -e "s/@INTERFACE@/$1/" -e "s/@MODE@/$2/" /payload/site/zonegate.conf.in >"$config"
}

# A guarded device and its way outside, both with the demo's addresses.
wire() { # INSIDE OUTSIDE
	ip addr add 192.0.2.10/24 dev "$1"
	ip link set "$1" up
	outside ip addr add 192.0.2.1/24 dev "$2"
	outside ip link set "$2" up
}
unwire() {
	ip addr flush dev "$1"
	outside ip addr flush dev "$2"
}

# Every program under 50,000 instructions processed; the figures are printed.
verified() {
	local worst=0 line
	while read -r line; do
		echo "# $line"
		local count=${line##* }
		[ "$count" -gt "$worst" ] && worst=$count
	done < <(/payload/verified /sys/fs/bpf/zonegate)
	[ "$worst" -gt 0 ] && [ "$worst" -lt 50000 ]
}

under_reload() { # 10 reloads while pages are fetched and a closed port is tried: none lost, none through
	local lost=0 through=0
	(for _ in 1 2 3 4 5 6 7 8 9 10; do zonegate apply >/dev/null 2>&1 || echo reload >>/tmp/lost; done) &
	local reloads=$!
	while kill -0 $reloads 2>/dev/null; do
		fetch 443 || lost=$((lost + 1))
		outside timeout 1 busybox nc -w 1 192.0.2.10 20022 </dev/null >/dev/null 2>&1 && through=$((through + 1))
	done
	wait $reloads
	echo "lost $lost through $through"
	[ "$lost" = 0 ] && [ "$through" = 0 ] && [ ! -e /tmp/lost ]
}

nothing_left() {
	[ -z "$(ls -A /sys/fs/bpf)" ] && ! tc qdisc show | grep -q clsact && ! ip link show | grep -q xdp
}

ip netns add out
ip link add v0 type veth peer name v1 netns out
outside ip link set lo up
mkdir -p /tmp/www && echo hello >/tmp/www/index.html
for port in 443 20022; do busybox httpd -p $port -h /tmp/www; done

wire v0 v1
check "without the filter the closed port answers" fetch 20022
for mode in native generic; do
	site v0 $mode
	check "$mode: apply" zonegate apply
	check "$mode: status says so" status_has "$mode"
	check "$mode: egress by $hook" status_has "$hook"
	[ $mode = native ] && { check "programs within the verifier's budget" verified; verified | grep '^#'; }
	check "$mode: a permitted port answers" fetch 443
	check "$mode: a forbidden port does not" closed 20022
	check "$mode: reload under traffic" under_reload
	check "$mode: stop" zonegate stop
	check "$mode: nothing is left behind" nothing_left
done

# A VLAN device on the guarded NIC: the filter on the parent judges the tagged packets.
unwire v0 v1
ip link add link v0 name v0.7 type vlan id 7
outside ip link add link v1 name v1.7 type vlan id 7
ip link set v0 up
outside ip link set v1 up
wire v0.7 v1.7
ethtool -K v0 rxvlan off >/dev/null 2>&1
site v0 native
check "vlan: apply on the parent" zonegate apply
check "vlan: a permitted port answers" fetch 443
check "vlan: a forbidden port does not" closed 20022
check "vlan: stop" zonegate stop
ip link del v0.7
outside ip link del v1.7

# Bonding: the bond is guarded, not its slaves.
ip link set v0 down
ip link add b0 type bond mode active-backup miimon 100
ip link set v0 master b0
ip link set b0 up
# apply refuses LRO, which Linux 6.1 turns on for a bond: what is judged would not be what was on the wire.
ethtool -K b0 lro off >/dev/null 2>&1
wire b0 v1
sleep 1
site b0 native
check "bond: apply native" zonegate apply
check "bond: a permitted port answers" fetch 443
check "bond: a forbidden port does not" closed 20022
check "bond: stop" zonegate stop
ip link del b0
check "nothing is left behind" nothing_left

if [ -x /payload/packets ]; then
	(cd /payload && ./packets) >/tmp/packets 2>&1
	status=$?
	check "packet tests: $(grep -c '\[       OK \]' /tmp/packets) cases, $(grep '^packets:' /tmp/packets | tr '\n' ' ')" [ "$status" = 0 ]
	grep '\[  FAILED  \]' /tmp/packets | head -n 20
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
