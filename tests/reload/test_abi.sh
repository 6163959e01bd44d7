#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What another version of zonegate loaded: its maps have another layout, or are not what they were. No
# command takes such an object for its own, and stop takes it off. With the sanitizers' build.
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" ab
ZONEGATE=$(realpath "${ZONEGATE_ASAN:-$ZONEGATE}")

policy both "eth0 eth1"

# The control map of an older build in the place of ours: value_bytes, and the number in its field abi
# shellcheck disable=SC2046 # a byte a word
older_control() {
	bpftool map dump pinned "$PINS/control" >"$NET_TMP/control" 2>&1
	rm "$PINS/control"
	bpftool map create "$PINS/control" type array key 4 value "$1" entries 1 name older &&
		bpftool map update pinned "$PINS/control" key 0 0 0 0 value \
			0 0 0 0 0 0 0 0 "$2" $(printf '0 %.0s' $(seq $(($1 - 9))))
}

# Every command says what is the matter, none dies of it
says_why() {
	local name=$1 command

	for command in status counters confirm; do
		z "$command" >"$NET_TMP/said" 2>&1
		tap_is "$name: $command: status 3" 3 "$?"
		tap_true "$name: $command says why" grep -q 'another\|otherwise' "$NET_TMP/said"
	done
	zc both apply >"$NET_TMP/said" 2>&1
	tap_is "$name: apply refuses" 3 "$?"
	tap_true "$name: apply says what to do" grep -q "zonegate stop" "$NET_TMP/said"
	tap_is "$name: the filter is on" 2 "$(on host ip -o link show | grep -c ' prog/xdp \| xdp ')"
}

stops() {
	tap_true "$1: stop" z stop
	tap_is "$1: nothing is left" "${2:-}" "$(leftovers)"
}

tap_need "apply" zc both apply
tap_true "a control map of 24 bytes, as older builds had it" older_control 24 1
says_why "24 bytes"
stops "24 bytes"

tap_need "apply" zc both apply
tap_true "a control map of ours with another number" older_control 32 1
says_why "another number"
stops "another number"

# A command of that version was cut off as well.
tap_need "apply" zc both apply
older_control 24 1
cp -r "$NET_TMP/state" "$NET_TMP/copy"
mkdir -m 700 "$PINS~next"
bpftool map pin pinned "$PINS/control" "$PINS~next/control"
bpftool prog pin pinned "$PINS/zg_ingress" "$PINS~next/zg_ingress"
says_why "cut off"
stops "cut off"

tap_need "apply" zc both apply
rm "$PINS/events" "$PINS/rule_names"
tap_is "without some of its pins: status 3" 3 "$(z status >/dev/null 2>&1; echo $?)"
stops "without some of its pins"

export ZONEGATE_TC=clsact
tap_need "apply, clsact" zc both apply
older_control 24 1
tap_true "clsact: stop" z stop
tap_is "clsact: no filter is left" "" "$(for nic in eth0 eth1; do on host tc filter show dev "$nic" egress; done)"
tap_is "clsact: nor a hook of XDP" "" "$(leftovers | grep -v clsact)"
tap_is "clsact: packets pass" 3 "$(pings left 192.0.2.10)"
tap_end
