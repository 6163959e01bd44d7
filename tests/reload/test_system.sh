#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What the system around the filter may do to a command: no BPF file system, or one that cannot be written,
# another command at the same time, a kill on the way into a trial. The old policy stays whole, nothing is
# left of a first load, and what has to be done is said.
# shellcheck source=tests/reload/begin.sh
. "$(dirname "$0")/begin.sh" sy
# shellcheck source=tests/reload/faults.sh
. tests/reload/faults.sh

policy old "eth0 eth1"
policy new "eth0 eth1" "web,world,host,HTTPS,443,inbound,x"
mkdir "$NET_TMP/fs" "$NET_TMP/none" "$NET_TMP/own"
trap 'status=$?; umount -l "$NET_TMP/fs" "$NET_TMP/own" 2>/dev/null; (exit "$status"); net_end' EXIT

# left_over FOLDER: of a first load there
left_over() {
	# The kernel's own files are in each BPF file system.
	find "$1" -mindepth 1 -maxdepth 1 ! -name '*.debug' 2>/dev/null
	leftovers
}

# ---- the BPF file system ----

export ZONEGATE_BPFFS=$NET_TMP/none
# In a mount namespace of its own, what zonegate mounted would vanish: it must refuse.
unshare --mount nsenter --net="/run/netns/$NET_ID-host" "$ZONEGATE" apply --instance "$INSTANCE" \
	-c "$NET_TMP/old/zonegate.conf" >/dev/null 2>"$NET_TMP/said"
tap_is "no BPF file system, and one mounted here would vanish: status 3" 3 "$?"
tap_true "with what to do" grep -q "ZONEGATE_BPFFS" "$NET_TMP/said"
tap_is "nothing is left" "" "$(left_over "$NET_TMP/none")"
tap_is "stop has nothing to do there" 0 "$(z stop >/dev/null 2>&1; echo $?)"

# Where mounts stay, also when the first process hides its namespaces, apply mounts one itself.
export ZONEGATE_BPFFS=$NET_TMP/own
if [ "$(head -n 1 /proc/self/mountinfo)" = "$(head -n 1 /proc/1/mountinfo)" ]; then
	tap_true "no BPF file system, and mounts stay: apply" zc old apply
	tap_is "it is mounted" bpf_fs "$(stat -f -c %T "$NET_TMP/own")"
	tap_is "the NICs are guarded" "guarded guarded" "$(states | cut -d' ' -f1-2)"
	tap_true "stop" z stop
	umount "$NET_TMP/own"
else
	tap_skip "apply mounts a BPF file system" "these tests run in a mount namespace of their own"
fi

export ZONEGATE_BPFFS=$NET_TMP/fs
tap_need "a BPF file system" mount -t bpf -o mode=700 bpf "$NET_TMP/fs"
mount -o remount,ro "$NET_TMP/fs"
zc old apply >/dev/null 2>"$NET_TMP/said"
tap_is "read-only, the first load: status 3" 3 "$?"
tap_true "says where" grep -q "$NET_TMP/fs/.*Read-only" "$NET_TMP/said"
tap_is "nothing is left" "" "$(left_over "$NET_TMP/fs")"
mount -o remount,rw "$NET_TMP/fs"
tap_true "writable again: apply" zc old apply
old=$(status policy.hash)
mount -o remount,ro "$NET_TMP/fs"
# The kernel opens no pin for writing there, and a map cannot be changed otherwise.
zc new apply >/dev/null 2>"$NET_TMP/said"
tap_is "read-only, a reload: status 3" 3 "$?"
tap_true "says where" grep -q "$NET_TMP/fs/.*Read-only" "$NET_TMP/said"
tap_is "the policy before is in force" 3 "$(pings left 192.0.2.10)"
tap_is "read-only, stop: status 3" 3 "$(z stop >/dev/null 2>"$NET_TMP/said"; echo $?)"
mount -o remount,rw "$NET_TMP/fs"
tap_is "writable again: it is the policy of before" "guarded guarded $old" "$(states)"
tap_true "apply" zc new apply
new=$(status policy.hash)
tap_true "stop" z stop
tap_is "nothing is left" "" "$(left_over "$NET_TMP/fs")"
umount "$NET_TMP/fs"
unset ZONEGATE_BPFFS

# ---- two commands at once ----

tap_true "apply" zc old apply
commands=()
for n in 1 2 3 4 5 6 7 8; do
	case $((n % 4)) in
	0) z counters ;;
	1) zc old apply ;;
	2) zc new apply ;;
	3) z confirm ;;
	esac >/dev/null 2>"$NET_TMP/said.$n" &
	commands+=($!)
done
wait "${commands[@]}"
tap_is "many commands at once: a whole policy is in force" 1 "$(states |
	grep -cE "^guarded guarded ($old|$new)\$")"
tap_is "those that came second said so, and nothing else failed" "" "$(grep -h 'error:\|another' "$NET_TMP"/said.? |
	grep -v 'another zonegate command')"
tap_is "no work is left" "" "$(ls -d "$PINS~next" 2>/dev/null)"
tap_true "the next apply" zc old apply
commands=()
for n in 1 2 3; do
	z stop >"$NET_TMP/stop.$n" 2>&1 &
	commands+=($!)
	zc old apply >/dev/null 2>&1 &
	commands+=($!)
done
wait "${commands[@]}"
z stop >/dev/null 2>&1
tap_is "stop and apply at once: nothing is left after stop" "" "$(leftovers)"

# ---- a kill on the way into a trial ----

command -v strace >/dev/null || { tap_skip "a kill on the way into a trial" "no strace"; tap_end; }
tap_true "apply" zc old apply
first=1 on_trial=0 not_yet=0 wrong=
for ((number = first; number < 400; number += on_trial ? 25 : 5)); do
	faulty kill "$number" "$ZONEGATE" apply --confirm 5 --instance "$INSTANCE" -c "$NET_TMP/new/zonegate.conf"
	fault_happened || break
	now=$(states)
	if [[ "$(z status 2>/dev/null)" == *"NOT CONFIRMED"* ]]; then
		on_trial=$((on_trial + 1))
		[ "$now" = "guarded guarded $new" ] || wrong="$wrong call $number: on trial is '$now'"
		sleep 5.3
	else
		not_yet=$((not_yet + 1))
	fi
	[ "$(states)" = "guarded guarded $old" ] || wrong="$wrong call $number: in force is '$(states)'"
	[ "$(z confirm 2>&1 | grep -c 'nothing waits\|too late')" = 1 ] || wrong="$wrong call $number: confirm"
done
tap_is "killed at bpf() calls of apply --confirm ($not_yet before the flip, $on_trial behind): the policy before is in force, at the latest when the time is up" "" "$wrong"
tap_true "some before the flip, some behind" test "$not_yet" -gt 2 -a "$on_trial" -gt 1
tap_is "the last one came to its end: on trial" "guarded guarded $new" "$(states)"
sleep 5.3
tap_is "the policy before is back" "guarded guarded $old" "$(states)"
tap_true "the next apply is free" zc new apply
z stop >/dev/null 2>&1

# A first load on trial, killed before it was published: until the next command it may filter, but not
# for longer than the trial.
calls=0
faulty kill 100000 "$ZONEGATE" apply --confirm 5 --instance "$INSTANCE" -c "$NET_TMP/old/zonegate.conf"
calls=$(wc -l <"$NET_TMP/trace")
z stop >/dev/null 2>&1
faulty kill $((calls - 1)) "$ZONEGATE" apply --confirm 5 --instance "$INSTANCE" -c "$NET_TMP/old/zonegate.conf"
sleep 5.3
on left nc -z -w 1 192.0.2.10 81 >/dev/null 2>&1
tap_is "a first load on trial that was killed: all passes after its time" 0 "$(on left timeout 2 \
	bash -c 'exec 3<>/dev/tcp/192.0.2.10/81' 2>&1 | grep -vc refused)"
tap_true "stop clears it away" z stop
tap_is "nothing is left" "" "$(leftovers)"
tap_end
