#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs the fuzzers one after the other: first what is in the tree (corpus and regressions), then, for
# FUZZ_SECONDS, what they come up with from there. New inputs stay in FUZZ_DIR/grown, so that a later
# run goes on where this one ended; a crash stays in FUZZ_DIR/crashes and is shown.
#
# environment: FUZZ_DIR (the programs), FUZZ (targets), FUZZ_SECONDS (0: the tree's inputs alone)
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/network/tap.sh
. tests/network/tap.sh

export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

replay() { # TARGET
	local inputs=() count

	mapfile -t inputs < <(find "tests/fuzz/corpus/$1" "tests/fuzz/regressions/$1" -type f 2>/dev/null | sort)
	count=${#inputs[@]}
	if [ "$count" = 0 ]; then
		tap_fail "$1: there is a corpus"
	elif "$FUZZ_DIR/fuzz_$1" -timeout=20 "${inputs[@]}" >"$log" 2>&1; then
		tap_pass "$1: $count inputs of the tree"
	else
		tap_fail "$1: $count inputs of the tree" "$(tail -n 40 "$log")"
	fi
}

fuzz() { # TARGET
	local crashes=$FUZZ_DIR/crashes/$1 grown=$FUZZ_DIR/grown/$1 dictionary=tests/fuzz/dict/$1.dict runs

	mkdir -p "$crashes" "$grown"
	[ -e "$dictionary" ] || dictionary=
	if "$FUZZ_DIR/fuzz_$1" -max_total_time="$FUZZ_SECONDS" -timeout=20 -rss_limit_mb=4096 -max_len=8192 \
		-print_final_stats=1 -artifact_prefix="$crashes/" ${dictionary:+"-dict=$dictionary"} \
		"$grown" "tests/fuzz/corpus/$1" >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		tap_pass "$1: $runs inputs in $FUZZ_SECONDS s, nothing found"
	else
		tap_fail "$1: nothing found" "$(grep -v '^#\|NEW_FUNC' "$log" | tail -n 60)"
	fi
}

for target in $FUZZ; do
	replay "$target"
	[ "${FUZZ_SECONDS:-0}" = 0 ] || fuzz "$target"
done
tap_end
