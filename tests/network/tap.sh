# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What a network test says: TAP lines, and tables of probes that are tried without the filter (where
# each must succeed, or it would prove nothing) and with it. Knows the tools of net.sh, no policy.

TAP_COUNT=0
TAP_FAILED=0

tap_pass() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1"
}

# tap_fail NAME [WHY...]
tap_fail() {
	TAP_COUNT=$((TAP_COUNT + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $1"
	shift
	[ $# = 0 ] || printf '%s\n' "$*" | sed 's/^/#   /'
}

tap_skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

# tap_is NAME EXPECTED ACTUAL
tap_is() {
	if [ "$2" = "$3" ]; then
		tap_pass "$1"
	else
		tap_fail "$1" "expected: $2"$'\n'"happened: $3"
	fi
}

# tap_true NAME COMMAND...; tap_false: the command must fail
tap_true() {
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		tap_pass "$name"
	else
		tap_fail "$name" "failed ($?): $* "$'\n'"$said"
	fi
}

tap_false() {
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		tap_fail "$name" "succeeded: $* "$'\n'"$said"
	else
		tap_pass "$name"
	fi
}

tap_end() {
	echo "1..$TAP_COUNT"
	exit "$((TAP_FAILED > 0))"
}

# For what a test cannot go on without.
tap_need() {
	local name=$1 said

	shift
	if ! said=$("$@" 2>&1); then
		tap_fail "$name" "failed: $* "$'\n'"$said"
		tap_end
	fi
}

# ---- tables of probes ----

PROBE_FROM=() PROBE_EXPECT=() PROBE_LABEL=() PROBE_QUESTION=() PROBE_BEFORE=()

probe_clear() {
	PROBE_FROM=() PROBE_EXPECT=() PROBE_LABEL=() PROBE_QUESTION=() PROBE_BEFORE=()
}

# probe_add NAME open|blocked LABEL PROTOCOL SOURCE DESTINATION PORT...
probe_add() {
	local port

	for port in "${@:7}"; do
		PROBE_FROM+=("$1") PROBE_EXPECT+=("$2")
		PROBE_LABEL+=("$3, $1 $4 $5 -> $6 $port")
		PROBE_QUESTION+=("$4 $5 $6 $port $((${#PROBE_QUESTION[@]}))")
	done
}

# Answers of all probes, one a line, in the order of the table.
probe_answers() {
	local name number

	for name in $(printf '%s\n' "${PROBE_FROM[@]}" | sort -u); do
		for number in "${!PROBE_FROM[@]}"; do
			[ "${PROBE_FROM[number]}" != "$name" ] || echo "${PROBE_QUESTION[number]}"
		done | on "$name" "$NET_HERE/probe.py" --timeout "${PROBE_TIMEOUT:-1.5}"
	done | sort -n -k 6 | cut -d ' ' -f 1
}

# Without the filter: remembers that each works.
probe_before() {
	mapfile -t PROBE_BEFORE < <(probe_answers)
}

# probe_after [PREFIX]: with the filter, and says so
probe_after() {
	local number happened after prefix=${1:+$1: }

	mapfile -t after < <(probe_answers)
	for number in "${!PROBE_FROM[@]}"; do
		case ${after[number]} in
		filtered | denied) happened=blocked ;;
		*) happened=${after[number]} ;;
		esac
		if [ "${PROBE_BEFORE[number]:-}" != open ]; then
			tap_fail "$prefix${PROBE_LABEL[number]}" \
				"proves nothing: without the filter it was ${PROBE_BEFORE[number]:-not tried}"
		else
			tap_is "$prefix${PROBE_LABEL[number]}: ${PROBE_EXPECT[number]}" \
				"${PROBE_EXPECT[number]}" "$happened"
		fi
	done
}
