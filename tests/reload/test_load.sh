#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# From nothing to guarded and back: what a first load leaves in the kernel, how it reads, what it
# refuses, and that stop leaves nothing. With the sanitizers' build.
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" ld
ZONEGATE=$(realpath "${ZONEGATE_ASAN:-$ZONEGATE}")

# refused NAME PATTERN COMMAND...: status 3, the pattern on stderr
refused() {
	local name=$1 pattern=$2

	shift 2
	"$@" >/dev/null 2>"$NET_TMP/said"
	tap_is "$name: status 3" 3 "$?"
	tap_true "$name: says so" grep -qE "$pattern" "$NET_TMP/said"
}

policy one eth0
policy both "eth0 eth1"
policy gone "eth0 eth7"

tap_is "the bare command, nothing in force: status 0" 0 "$(on host "$ZONEGATE" --instance "$INSTANCE" \
	>"$NET_TMP/said" 2>&1; echo $?)"
tap_true "and how to begin" grep -q 'zonegate apply' "$NET_TMP/said"
tap_is "counters, nothing in force: status 3" 3 "$(z counters >/dev/null 2>&1; echo $?)"
tap_is "stop, nothing in force: status 0" 0 "$(z stop >/dev/null 2>&1; echo $?)"

refused "a NIC that is not there" "eth7" zc gone apply
tap_is "nothing is left of that" "" "$(leftovers)"
tap_true "--allow-missing guards the others" zc gone apply --allow-missing
tap_is "the NIC is guarded" guarded "$(status nics.0.state)"
tap_true "stop" z stop
tap_is "leaves nothing" "" "$(leftovers)"

tap_true "apply for two NICs" zc both apply
tap_is "the first is guarded" "eth0 guarded" "$(status nics.0.name) $(status nics.0.state)"
tap_is "the second is guarded" "eth1 guarded" "$(status nics.1.name) $(status nics.1.state)"
tap_is "natively" native "$(status nics.0.xdp)"
tap_is "the pin folder is root's alone" 700 "$(stat -c %a "$PINS")"
tap_is "and so are the pins" 600 "$(stat -c %a "$PINS"/* | sort -u)"
tap_is "ping from the left" 3 "$(pings left 192.0.2.10)"
tap_is "ping from the right" 3 "$(pings right 198.51.100.10)"
tap_is "is counted" 6 "$(counted ping)"

tap_true "bpftool reads rule names" sh -c "bpftool -j map dump pinned $PINS/rule_names |
	python3 -c 'import json, sys; v = [e[\"formatted\"][\"value\"] for e in json.load(sys.stdin)]
sys.exit(not any(e[\"name\"] == \"ping\" and e[\"file_line\"][0] == 3 for e in v))'"
tap_true "bpftool reads NICs" sh -c "bpftool map dump pinned $PINS/nics | grep -q '\"name\": \"eth1\"'"
tap_true "bpftool reads the control word" sh -c \
	"bpftool map dump pinned $PINS/control | grep -q '\"events_per_s\"'"
tap_true "bpftool reads nodes" sh -c "bpftool map dump pinned $PINS/nodes | grep -q '\"child_base\"'"
tap_true "bpftool reads flows" sh -c "bpftool map dump pinned $PINS/flows >/dev/null"
tap_true "bpftool knows the program by its name" sh -c \
	"bpftool prog show pinned $PINS/zg_ingress | grep -q 'name zg_ingress'"

on host ip link set dev eth0 xdp off 2>/dev/null
tap_is "the pinned link holds the NIC" 3 "$(pings left 192.0.2.10)"
tap_is "and XDP is still there" guarded "$(status nics.0.state)"

# One command at a time.
exec 9>"/run/zonegate/$INSTANCE.lock"
flock 9
refused "while another command is at it" "another zonegate command" zc both apply
exec 9>&-

tap_true "a policy with fewer NICs" zc one apply
tap_is "lets the other go" 1 "$(z status --json | grep -c '"ifindex"')"
tap_is "without a trace" "" "$(on host ip -o link show eth1 | grep -o xdp)"
tap_true "and back" zc both apply
tap_is "it is guarded again" guarded "$(status nics.1.state)"

tap_is "in 'ip netns exec' the pins are out of sight, and that is said" 3 "$(ip netns exec \
	"$NET_ID-host" "$ZONEGATE" apply --instance "$INSTANCE" -c "$NET_TMP/both/zonegate.conf" \
	>/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "with the way out" grep -q nsenter "$NET_TMP/said"
refused "another namespace" "another network namespace" on left "$ZONEGATE" apply \
	--instance "$INSTANCE" -c "$NET_TMP/one/zonegate.conf"

tap_true "stop" z stop
tap_is "leaves nothing of two NICs" "" "$(leftovers)"

# What the NIC hides from the filter.
if on host ip link add link eth0 name eth0.7 type vlan id 7 2>/dev/null; then
	if on host ethtool -k eth0 | grep -q 'rx-vlan-offload: on'; then
		refused "a NIC that takes VLAN tags off" "ethtool -K eth0 rxvlan off" zc one apply
		tap_is "nothing is left of that either" "" "$(leftovers)"
	fi
	on host ethtool -K eth0 rxvlan off 2>/dev/null
	tap_true "with the tags left on it is guarded" zc one apply
	tap_true "stop" z stop
	on host ip link del eth0.7
else
	tap_skip "a NIC that takes VLAN tags off" "no VLAN devices here"
fi

# Generic, clsact.
policy generic eth0
sed -i 's/^zones = host$/&\nxdp_mode = generic/;t;' "$NET_TMP/generic/zonegate.conf"
awk '/xdp_mode/ && seen++ { next } { print }' "$NET_TMP/generic/zonegate.conf" >"$NET_TMP/c" &&
	mv "$NET_TMP/c" "$NET_TMP/generic/zonegate.conf"
tap_true "xdp_mode = generic" zc generic apply
tap_is "is used" generic "$(status nics.0.xdp)"
tap_is "and passes what a rule permits" 3 "$(pings left 192.0.2.10)"
tap_true "stop" z stop
export ZONEGATE_TC=clsact
tap_true "clsact" zc both apply
tap_is "is used" clsact "$(status nics.0.tc)"
tap_is "and whole" "guarded guarded" "$(status nics.0.state) $(status nics.1.state)"
tap_is "and passes replies" 3 "$(pings left 192.0.2.10)"
tap_true "a reload over it" zc both apply
tap_true "stop" z stop
tap_is "takes the qdisc away that it made" "" "$(leftovers)"
on host tc qdisc add dev eth0 clsact
tap_true "on a qdisc of somebody else's" zc both apply
tap_true "stop" z stop
tap_is "leaves that one" 1 "$(on host tc qdisc show | grep -c clsact)"
on host tc qdisc del dev eth0 clsact
unset ZONEGATE_TC

# The device goes and comes.
tap_true "apply" zc both apply
on host ip link del eth0
tap_is "a NIC that went away shows" device-gone "$(status nics.0.state)"
tap_is "the other is guarded all the while" 3 "$(pings right 198.51.100.10)"
refused "apply without it" "eth0" zc both apply
tap_is "the other still is" guarded "$(status nics.1.state)"
net_link host eth0 left eth0
net_address host eth0 192.0.2.10/24
net_address left eth0 192.0.2.1/24
tap_true "apply when it is back" zc both apply
tap_is "guards it again" "guarded guarded" "$(status nics.0.state) $(status nics.1.state)"
tap_is "and it passes what a rule permits" 3 "$(pings left 192.0.2.10)"
on host ip link set eth1 down
on host ip link set eth1 name wan1
on host ip link set wan1 up
policy renamed "eth0 wan1"
tap_true "apply after a NIC was renamed" zc renamed apply
tap_is "keeps its link" "wan1 guarded" "$(status nics.1.name) $(status nics.1.state)"
tap_true "under the new name" test -e "$PINS/link_xdp_wan1" -a ! -e "$PINS/link_xdp_eth1"
tap_true "stop" z stop
tap_is "leaves nothing" "" "$(leftovers)"
tap_end
