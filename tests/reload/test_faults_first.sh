#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first load with a fault in each of its bpf() calls: it fails and nothing is left, or it comes to
# its end and the NICs are guarded. What a kill leaves, the next command clears away.
# shellcheck disable=SC2317 # the checks are called by name
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" ff
# shellcheck source=tests/reload/faults.sh
. tests/reload/faults.sh

policy one "eth0 eth1"
command -v strace >/dev/null || { tap_skip "faults" "no strace"; tap_end; }

wrong() {
	FAULT_WRONG="$FAULT_WRONG $*"
}

first_load() {
	if [ "$FAULT_STATUS" = 0 ]; then
		[[ $(states) == "guarded guarded "* ]] || wrong "success, but not guarded"
		z stop >/dev/null 2>&1
	fi
	[ -z "$(leftovers)" ] || wrong "status $FAULT_STATUS, left: $(leftovers)"
	# Should it be so, later calls shall not stumble over it.
	z stop >/dev/null 2>&1
}

# In turn: apply after the kill, stop after the kill.
killed_first_load() {
	if [ "$((FAULT_NUMBER % 2))" = 1 ]; then
		zc one apply >"$NET_TMP/next" 2>&1 || wrong "the next apply: $(tail -n 1 "$NET_TMP/next")"
		[[ $(states) == "guarded guarded "* ]] || wrong "the next apply does not guard"
	fi
	z stop >"$NET_TMP/next" 2>&1 || wrong "the next stop: $(tail -n 1 "$NET_TMP/next")"
	[ -z "$(leftovers)" ] || wrong "left: $(leftovers)"
}

NET_INSTANCES+=("host/$INSTANCE")
apply=("$ZONEGATE" apply --instance "$INSTANCE" -c "$NET_TMP/one/zonegate.conf")
each_fault error first_load "${apply[@]}"
each_fault kill killed_first_load "${apply[@]}"
export ZONEGATE_TC=clsact
FAULT_STEP=$((FAULT_STEP * 3))
each_fault error first_load "${apply[@]}"
each_fault kill killed_first_load "${apply[@]}"
tap_end
