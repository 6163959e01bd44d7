# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The network that the demo and the network tests share: namespaces, links, routes, and the way all of
# it goes again, also when interrupted. Owns every process that it starts. Knows nothing of policies.
#
#   partner -- internet ---- eth0 edge eth1 ---- core -+- servers   10.20.1.0/24
#   198.51.100.0/24  |       192.0.2.10    10.10.0.10  +- trusted   10.20.2.0/24
#   203.0.113.7, .8 -+       192.0.2.80 (virtual)      +- mgmt      10.30.0.0/24
#
# The same in IPv6: internet 2001:db8:7::7 and ::8, edge 2001:db8:1::10 and ::80, fd00:10::10, servers
# fd00:20:1::10, trusted fd00:20:2::50, mgmt fd00:30::5, partner 2001:db8:9::20.
# Use: net_begin NAME, then net_site or own net_namespace and net_link calls; the rest goes by itself.

NET_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NET_ID=
NET_TMP=
NET_INSTANCES=()
NET_NAMESPACES=()
NET_PIDS=()

# net_begin NAME: names this run, and arms the clean-up. Call once, first.
net_begin() {
	[ "$(id -u)" = 0 ] || { echo "network namespaces need root: use sudo" >&2; exit 3; }
	# The last letter keeps the names of run 12 from being the beginning of run 123's.
	NET_ID="zg$1$$x"
	trap net_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	NET_TMP=$(mktemp -d "${TMPDIR:-/tmp}/$NET_ID.XXXXXX")
	# Servers change to users of their own and must still reach their files.
	chmod 711 "$NET_TMP"
	# Copies of policies that apply keeps go with the rest.
	export ZONEGATE_STATE=$NET_TMP/state
	# A machine whose init mounts none, or a container: zonegate refuses to mount one that would go
	# with the container. It stays, as the one of a system does.
	[ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] || mount -t bpf -o mode=700 bpf /sys/fs/bpf
}

net_end() {
	local status=$? instance name pid group=

	trap '' INT TERM HUP
	trap - EXIT
	for instance in "${NET_INSTANCES[@]}"; do
		on "${instance%%/*}" "$ZONEGATE" stop --instance "${instance#*/}" >/dev/null 2>&1
	done
	for pid in "${NET_PIDS[@]}"; do
		kill "$pid" 2>/dev/null
	done
	for name in "${NET_NAMESPACES[@]}"; do
		# What servers forked and clients left: everything in there is ours.
		for pid in $(ip netns pids "$NET_ID-$name" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
		ip netns del "$NET_ID-$name" 2>/dev/null
	done
	wait 2>/dev/null
	# Should stop itself be what is broken, the NICs are gone, and so go the pins.
	[ -z "$NET_ID" ] || rm -rf "/sys/fs/bpf/$NET_ID"* "/run/zonegate/$NET_ID"*
	[ ! -d "${group:=$(findmnt -rn -t cgroup2 -o TARGET | head -n 1)/$NET_ID}" ] || rmdir "$group"
	[ -z "$NET_TMP" ] || rm -rf "$NET_TMP"
	exit "$status"
}

# on NAME COMMAND...: runs it there. Not `ip netns exec`: that remounts /sys, and pins seem gone.
on() {
	local name=$1

	shift
	nsenter --net="/run/netns/$NET_ID-$name" -- "$@"
}

# net_spawn NAME LOG COMMAND...: the same in the background, its words to $NET_TMP/LOG.log.
net_spawn() {
	local name=$1 log=$NET_TMP/$2.log

	shift 2
	nsenter --net="/run/netns/$NET_ID-$name" -- "$@" >>"$log" 2>&1 </dev/null &
	NET_PIDS+=($!)
	disown $!
}

# net_wait WHAT COMMAND...: until the command is true, at most 10 s.
net_wait() {
	local what=$1 tries

	shift
	for ((tries = 0; tries < 200; tries++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	echo "waited in vain for $what" >&2
	return 1
}

net_namespace() {
	local name

	for name in "$@"; do
		ip netns add "$NET_ID-$name"
		NET_NAMESPACES+=("$name")
		# Addresses are usable at once: nobody else is on these links.
		on "$name" sh -c 'cd /proc/sys/net/ipv6/conf && echo 0 >all/accept_dad &&
			echo 0 >default/accept_dad && echo 0 >default/accept_ra &&
			echo 0 >default/router_solicitations'
		on "$name" ip link set lo up
	done
}

# net_link A DEVICE-IN-A B DEVICE-IN-B
net_link() {
	ip link add name "$2" netns "$NET_ID-$1" type veth peer name "$4" netns "$NET_ID-$3"
	on "$1" ip link set "$2" up
	on "$3" ip link set "$4" up
}

# net_address NAME DEVICE ADDRESS/LENGTH...
net_address() {
	local name=$1 device=$2 address

	shift 2
	for address in "$@"; do
		case $address in
		*:*) on "$name" ip address add "$address" dev "$device" nodad ;;
		*) on "$name" ip address add "$address" dev "$device" ;;
		esac
	done
}

# net_route NAME ROUTE...: one route an argument
net_route() {
	local name=$1 route

	shift
	for route in "$@"; do
		# shellcheck disable=SC2086 # a route is several words
		on "$name" ip route replace $route
	done
}

net_forward() {
	on "$1" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# The whole site of the picture above.
net_site() {
	net_namespace partner internet edge core servers trusted mgmt
	net_link internet eth0 edge eth0
	net_link internet eth1 partner eth0
	net_link edge eth1 core eth0
	net_link core eth1 servers eth0
	net_link core eth2 trusted eth0
	net_link core eth3 mgmt eth0

	net_address internet eth0 192.0.2.1/24 2001:db8:1::1/64
	net_address internet eth1 198.51.100.1/24 2001:db8:9::1/64
	net_address internet lo 203.0.113.7/32 203.0.113.8/32 2001:db8:7::7/128 2001:db8:7::8/128
	net_address partner eth0 198.51.100.20/24 2001:db8:9::20/64
	net_address edge eth0 192.0.2.10/24 192.0.2.80/24 2001:db8:1::10/64 2001:db8:1::80/64
	net_address edge eth1 10.10.0.10/24 fd00:10::10/64
	net_address core eth0 10.10.0.1/24 fd00:10::1/64
	net_address core eth1 10.20.1.1/24 fd00:20:1::1/64
	net_address core eth2 10.20.2.1/24 fd00:20:2::1/64
	net_address core eth3 10.30.0.1/24 fd00:30::1/64
	net_address servers eth0 10.20.1.10/24 10.20.1.11/24 fd00:20:1::10/64
	net_address trusted eth0 10.20.2.50/24 fd00:20:2::50/64
	net_address mgmt eth0 10.30.0.5/24 fd00:30::5/64
	net_forward internet
	net_forward core

	# What comes from the Internet comes from beyond the link.
	net_route internet "192.0.2.0/24 dev eth0 src 203.0.113.7" \
		"2001:db8:1::/64 dev eth0 src 2001:db8:7::7" "10.0.0.0/8 via 192.0.2.10" \
		"fd00::/8 via 2001:db8:1::10"
	net_route partner "default via 198.51.100.1" "default via 2001:db8:9::1"
	net_route edge "default via 192.0.2.1 src 192.0.2.10" \
		"default via 2001:db8:1::1 src 2001:db8:1::10" \
		"10.0.0.0/8 via 10.10.0.1" "fd00::/8 via fd00:10::1"
	net_route core "default via 10.10.0.10" "default via fd00:10::10"
	net_route servers "default via 10.20.1.1" "default via fd00:20:1::1"
	net_route trusted "default via 10.20.2.1" "default via fd00:20:2::1"
	net_route mgmt "default via 10.30.0.1" "default via fd00:30::1"
}

# ---- zonegate in a namespace ----

# gate NAME INSTANCE COMMAND...: and its filter goes with the run. One namespace, one instance or more.
gate() {
	local name=$1 instance=$2

	shift 2
	[[ " ${NET_INSTANCES[*]} " == *" $name/$instance "* ]] || NET_INSTANCES+=("$name/$instance")
	on "$name" "$ZONEGATE" "$1" --instance "$instance" "${@:2}"
}

# A cgroup of this run's own, so that no other process of the machine is under the policy's cgroup
# programs. Prints its path; nothing without cgroup v2.
net_cgroup() {
	local root

	root=$(findmnt -rn -t cgroup2 -o TARGET | head -n 1)
	[ -n "$root" ] || return 0
	mkdir -p "$root/$NET_ID" && echo "$root/$NET_ID"
}

# gate_count NAME INSTANCE drop|rule|line ...: one number of the counters (counters.py)
gate_count() {
	local name=$1 instance=$2

	shift 2
	gate "$name" "$instance" counters --json 2>/dev/null | "$NET_HERE/counters.py" "$@"
}

# ---- for tests that count packets ----

# net_still NAME DEVICE NAME DEVICE: both ends of a link know each other's address for good, and say
# nothing by themselves: no ARP, no IPv6.
net_still() {
	local round address mac name=$1 device=$2 other=$3 peer=$4

	for round in 1 2; do
		on "$name" sh -c "echo 1 >/proc/sys/net/ipv6/conf/$device/disable_ipv6"
		mac=$(on "$other" ip -o link show "$peer" | sed 's/.*link.ether \([0-9a-f:]*\).*/\1/')
		for address in $(on "$other" ip -o -4 address show dev "$peer" | awk '{ sub("/.*", "", $4); print $4 }'); do
			on "$name" ip neigh replace "$address" lladdr "$mac" nud permanent dev "$device"
		done
		[ "$round" = 2 ] || { name=$3 device=$4 other=$1 peer=$2; }
	done
}

# net_sent NAME DEVICE [bytes]: packets that the device has sent so far; on a veth, what its peer has got
net_sent() {
	on "$1" ip -s -o link show "$2" |
		sed "s/.*TX:[^\\\\]*\\\\ *\\([0-9]*\\) *\\([0-9]*\\).*/\\$([ "${3:-}" = bytes ] && echo 1 || echo 2)/"
}

# net_retransmitted NAME...: TCP segments that had to be sent again, in all of them
net_retransmitted() {
	local name

	for name in "$@"; do
		on "$name" nstat -asz TcpRetransSegs | awk '$1 == "TcpRetransSegs" { print $2 }'
	done | awk '{ sum += $1 } END { print sum + 0 }'
}

# No segmentation by the device: a packet that is counted is a packet on the wire.
net_plain() {
	on "$1" ethtool -K "$2" tso off gso off gro off >/dev/null 2>&1
}
