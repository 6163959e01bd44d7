#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# A reload, a replacement of the programs and a stop with a fault in each of their bpf() calls: the old
# policy is in force or the new one, whole; flows and counters go on; the next command works.
# shellcheck disable=SC2317 # the checks are called by name
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" fr
# shellcheck source=tests/reload/faults.sh
. tests/reload/faults.sh

policy old "eth0 eth1"
policy new eth0 "web,world,host,HTTPS,443,inbound,x"
policy grown "eth0 eth1" "web,world,host,HTTPS,443,inbound,x"
# More flows than the maps of the old policy hold, and many more rules: a new object.
for n in {1..400}; do
	echo "r$n,world,host,tcp,$((2000 + n)),inbound,x"
done >>"$NET_TMP/grown/rows.csv"
command -v strace >/dev/null || { tap_skip "faults" "no strace"; tap_end; }

wrong() {
	FAULT_WRONG="$FAULT_WRONG $*"
}

# The same program of another build: a name in its debug information differs.
other_build() {
	python3 - "$ZONEGATE" "$NET_TMP/zonegate-other" <<'END'
import sys
data = open(sys.argv[1], "rb").read()
assert data.count(b"\0ready_ns\0") > 0
open(sys.argv[2], "wb").write(data.replace(b"\0ready_ns\0", b"\0ready_nz\0"))
END
	chmod 755 "$NET_TMP/zonegate-other"
}

# old_or_new HASH-OF-NEW NICS-OF-NEW: what is in force is one of them and guards its NICs
old_or_new() {
	local now

	now=$(states)
	case $now in
	"guarded guarded $old" | "$2 $1") ;;
	# Before the hooks of NICs that are not listed any more are taken off, and after.
	"guarded guarded $1") ;;
	# Between its two hooks: the new policy does not guard that NIC, the next apply lets it go.
	"$2 hook-lost $1") ;;
	*) wrong "in force is '$now'" ;;
	esac
	[ "$FAULT_STATUS" != 0 ] || [ "${now##* }" = "$1" ] || wrong "success, but '$now'"
}

back_to_old() {
	local pinged

	zc old apply >"$NET_TMP/next" 2>&1 || wrong "the next apply: $(tail -n 1 "$NET_TMP/next")"
	[ "$(status policy.hash)" = "$old" ] || wrong "the next apply did not take"
	[ ! -e "$PINS~next" ] || wrong "$PINS~next is left"
	# Every hook runs what is pinned, and the counters that are shown are the ones it counts in.
	pinged=$(counted ping)
	[ "$pinged" -ge "$PINGED" ] || wrong "ping counted $pinged after $PINGED"
	[ "$(pings left 192.0.2.10)" = 3 ] || wrong "no answer from eth0"
	PINGED=$((pinged + 3))
	[ "$(counted ping)" = "$PINGED" ] || wrong "ping counted $(counted ping), not $PINGED"
}

reload() {
	old_or_new "$new" guarded
	back_to_old
}

replacement() {
	old_or_new "$grown" "guarded guarded"
	back_to_old
	# The next one shall replace again.
	z stop >/dev/null 2>&1
	zc old apply >/dev/null 2>&1
	PINGED=0
}

upgrade() {
	old_or_new "$old" "guarded guarded"
	back_to_old
}

stopping() {
	z stop >"$NET_TMP/next" 2>&1 || wrong "the next stop: $(tail -n 1 "$NET_TMP/next")"
	[ -z "$(leftovers)" ] || wrong "left: $(leftovers)"
	zc old apply >/dev/null 2>&1
}

hash_of() {
	zc "$1" apply >/dev/null 2>&1
	status policy.hash
}

NET_INSTANCES+=("host/$INSTANCE")
other_build
new=$(hash_of new) grown=$(hash_of grown) old=$(hash_of old)
tap_true "three policies" test "$new" != "$old" -a "$grown" != "$old" -a -n "$old"
PINGED=$(counted ping)

command=(apply --instance "$INSTANCE" -c)
each_fault error reload "$ZONEGATE" "${command[@]}" "$NET_TMP/new/zonegate.conf"
each_fault kill reload "$ZONEGATE" "${command[@]}" "$NET_TMP/new/zonegate.conf"
each_fault error upgrade "$NET_TMP/zonegate-other" "${command[@]}" "$NET_TMP/old/zonegate.conf"
each_fault kill upgrade "$NET_TMP/zonegate-other" "${command[@]}" "$NET_TMP/old/zonegate.conf"
z stop >/dev/null 2>&1
zc old apply >/dev/null 2>&1
PINGED=0
FAULT_STEP=$((FAULT_STEP * 2))
each_fault error replacement "$ZONEGATE" "${command[@]}" "$NET_TMP/grown/zonegate.conf"
each_fault kill replacement "$ZONEGATE" "${command[@]}" "$NET_TMP/grown/zonegate.conf"
FAULT_STEP=$(((FAULT_STEP + 7) / 8))
each_fault error stopping "$ZONEGATE" stop --instance "$INSTANCE"
each_fault kill stopping "$ZONEGATE" stop --instance "$INSTANCE"
z stop >/dev/null 2>&1
tap_is "nothing is left" "" "$(leftovers)"
tap_end
