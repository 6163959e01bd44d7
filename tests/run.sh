#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs test programs that speak TAP ("ok ...", "not ok ...", "ok ... # SKIP why"), one after the
# other, shows what they say and closes with "N passed, N failed[, N skipped]" on a line of its own.
# Knows nothing of what they test. A program that dies without saying "not ok" is a failure.
#
# usage: tests/run.sh [--timeout SECONDS] PROGRAM...       exit 1 when anything failed
set -u

timeout_s=300
if [ "${1:-}" = --timeout ]; then
	timeout_s=$2
	shift 2
fi
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ $# -gt 0 ] || { echo "run.sh: no test programs" >&2; exit 2; }
for program in "$@"; do
	echo "# $program"
	begin=$SECONDS
	# --foreground: an interrupt at the terminal reaches the program, which then cleans up.
	CMOCKA_MESSAGE_OUTPUT=TAP timeout --foreground -k 20 "$timeout_s" "$program" 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	read -r p f s < <(awk '
		/^ok .*# *[Ss][Kk][Ii][Pp]/ { s++; next }
		/^ok / { p++ }
		/^not ok / { f++ }
		END { print p + 0, f + 0, s + 0 }' "$log")
	if [ "$status" = 124 ]; then
		echo "not ok - $program ended within $timeout_s s"
		f=$((f + 1))
	elif [ "$status" != 0 ] && [ "$f" = 0 ]; then
		echo "not ok - $program ended well (status $status)"
		f=1
	elif [ $((p + f + s)) = 0 ]; then
		echo "not ok - $program said what it tested"
		f=1
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	echo "# $program: $((SECONDS - begin)) s"
done
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
