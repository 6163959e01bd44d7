#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# No room for the copies of a policy: it comes into force all the same, apply says that no copies are kept,
# and the service does not go back to the policy whose copies it has still. Two commands at once.
# shellcheck source=tests/service/begin.sh
. "$(dirname "$0")/begin.sh" dk

export ZONEGATE_STATE=$NET_TMP/small
mkdir "$ZONEGATE_STATE"
mount -t tmpfs -o size=256k,mode=700 tmpfs "$ZONEGATE_STATE" || { tap_skip "a full disk" "no tmpfs here"; tap_end; }
trap 'status=$?; umount -l "$NET_TMP/small" 2>/dev/null; (exit "$status"); net_end' EXIT

fill() {
	dd if=/dev/zero of="$ZONEGATE_STATE/rubbish" bs=4k 2>/dev/null
	! echo more 2>/dev/null >"$ZONEGATE_STATE/more"
}

# A new address of the host is what the service follows by itself.
other_address() {
	net_address host eth0 "192.0.2.$1/24"
	sleep 1
}

policy closed eth0
policy open eth0
for name in closed open; do
	printf '[policy]\nicmp_echo = off\n' >>"$NET_TMP/$name/zonegate.conf"
done
sed -i '/^ping/d' "$NET_TMP/closed/rows.csv"
# Something to copy that a full disk has no room for.
seq 1 3000 | sed 's/^/# /' >>"$NET_TMP/open/rows.csv"

service_start closed
tap_is "the service: pings are dropped" 0 "$(pings left 192.0.2.10)"
tap_true "the disk is full" fill
zc open apply >"$NET_TMP/said" 2>&1
tap_is "apply on a full disk: status 0" 0 "$?"
tap_is "the policy is in force" "guarded 3" "$(status nics.0.state) $(pings left 192.0.2.10)"
tap_true "that no copies are kept is said" grep -q "no copies of the policy" "$NET_TMP/said"
other_address 60
tap_is "the service does not go back to the policy before" 3 "$(pings left 192.0.2.10)"
service_ends TERM
rm "$ZONEGATE_STATE/rubbish"
tap_true "with room again: apply" zc open apply
service_start open
tap_is "the service takes it over" 3 "$(pings left 192.0.2.10)"

# A trial without copies, confirmed.
fill
tap_true "a trial on a full disk" zc closed apply --confirm 60 --force

tap_true "confirmed" zc closed confirm
other_address 61
tap_is "the service does not go back either" 0 "$(pings left 192.0.2.10)"
service_ends TERM
rm "$ZONEGATE_STATE/rubbish"

# Killed between the flip and the copies' new name: at the rename after that which puts the old ones aside.
tap_true "apply" zc closed apply
if command -v strace >/dev/null; then
	on host strace -f -qq -o "$NET_TMP/trace" -e trace=renameat2 -e inject=renameat2:signal=KILL:when=2 \
		"$ZONEGATE" apply --instance "$INSTANCE" -c "$NET_TMP/open/zonegate.conf" >/dev/null 2>&1
	tap_true "apply is killed before its copies are in place" grep -q 'killed by SIGKILL' "$NET_TMP/trace"
	tap_is "its policy is in force" 3 "$(pings left 192.0.2.10)"
	service_start open
	other_address 62
	tap_is "the service does not go back from that" 3 "$(pings left 192.0.2.10)"
	service_ends TERM
else
	tap_skip "killed before its copies are in place" "no strace"
fi

# Two at once: one at a time has the folder of copies.
tap_true "apply" zc open apply
exec 8>>"$ZONEGATE_STATE/$INSTANCE/lock"
flock 8
tap_is "while another apply copies: status 3" 3 "$(zc closed apply >"$NET_TMP/said" 2>&1; echo $?)"
tap_true "which is said" grep -q "another zonegate command" "$NET_TMP/said"
tap_is "nothing is changed" 3 "$(pings left 192.0.2.10)"
tap_true "a dry run only looks" zc closed apply --dry-run
exec 8>&-
commands=()
for n in 1 2 3 4 5 6; do
	zc "$([ $((n % 2)) = 0 ] && echo open || echo closed)" apply >"$NET_TMP/both.$n" 2>&1 &
	commands+=($!)
done
wait "${commands[@]}"
tap_true "of six at once, one came through" grep -lq "^zonegate: .*guarded\|eth0" "$NET_TMP"/both.*
in_force=$(pings left 192.0.2.10)
service_start open
other_address 63
tap_is "the copies are those of what is in force" "$in_force" "$(pings left 192.0.2.10)"
service_ends TERM

# A read-only place for the copies.
mount -o remount,ro "$ZONEGATE_STATE"
tap_true "apply with copies on a read-only file system" zc closed apply
tap_is "is in force" 0 "$(pings left 192.0.2.10)"
tap_true "stop" z stop
tap_is "nothing is left" "" "$(leftovers)"
tap_end
