# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bpf() calls that fail, or at which the command is killed, one after the other: strace's injection.
# Knows nothing of what has to be true afterwards.
# shellcheck disable=SC2034 # read by the checks
# Environment: FAULT_STEP, every which call is tried (1: all); the first one changes from run to run.

FAULT_STEP=${FAULT_STEP:-1}

# faulty error|kill NUMBER PROGRAM ARGUMENT...: runs it in the host's namespace with that fault
faulty() {
	local kind=$1 number=$2 inject

	shift 2
	case $kind in
	error) inject=error=ENOMEM ;;
	kill) inject=signal=KILL ;;
	esac
	on host strace -f -qq -e trace=bpf -e "inject=bpf:$inject:when=$number" -o "$NET_TMP/trace" \
		"$@" >/dev/null 2>"$NET_TMP/said"
}

# Did the fault happen? When the command made fewer calls, all have been tried.
fault_happened() {
	grep -qE 'INJECTED|killed by SIGKILL' "$NET_TMP/trace"
}

# each_fault KIND CHECK COMMAND...: the command with a fault in its 1st, 1 + STEP, ... bpf() call; CHECK
# says in FAULT_WRONG what is not as it should be. One line of TAP for all.
each_fault() {
	local kind=$1 check=$2 number tried=0 bad=0 first=

	shift 2
	number=$((1 + RANDOM % FAULT_STEP))
	while [ "$number" -lt 2000 ]; do
		faulty "$kind" "$number" "$@"
		FAULT_STATUS=$?
		fault_happened || break
		tried=$((tried + 1))
		FAULT_WRONG=
		FAULT_NUMBER=$number
		$check
		if [ -n "$FAULT_WRONG" ]; then
			bad=$((bad + 1))
			first=${first:-call $number: $FAULT_WRONG; $(tail -n 2 "$NET_TMP/said" | tr '\n' ' ')}
		fi
		number=$((number + FAULT_STEP))
	done
	# The last run had no fault: what it did is undone by the check as well.
	FAULT_WRONG=
	FAULT_NUMBER=0
	$check
	if [ "$tried" -lt 3 ]; then
		tap_fail "$kind in $check" "only $tried faults happened: $(cat "$NET_TMP/said")"
	elif [ "$bad" = 0 ]; then
		tap_pass "$check: $kind in each of $tried bpf() calls"
	else
		tap_fail "$check: $kind in each of $tried bpf() calls" "$bad wrong; $first"
	fi
}
