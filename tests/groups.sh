#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs groups of tests (make targets), each to its end also when one before it failed, and shows
# the runners' own closing lines ("N passed, N failed") together at the end, where they are seen.
# Of a group with runners inside runners the last line counts. Counts nothing itself.
#
# usage: tests/groups.sh TARGET...       MAKE and BUILD from the environment; exit 1 when one failed
set -u

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

failed=()
for group in "$@"; do
	echo "=== $group"
	begin=$SECONDS
	${MAKE:-make} --no-print-directory ${BUILD:+"BUILD=$BUILD"} "$group" 2>&1 | awk -v keep="$folder/$group" '
		/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { print > keep; next }
		{ print; fflush() }'
	if [ "${PIPESTATUS[0]}" != 0 ]; then
		failed+=("$group")
		echo "=== $group FAILED"
	elif [ ! -s "$folder/$group" ]; then
		failed+=("$group")
		echo "=== $group FAILED: it closed without saying what passed"
	fi
	echo "=== $group: $((SECONDS - begin)) s"
done
echo
[ ${#failed[@]} = 0 ] || echo "groups that failed: ${failed[*]}"
for group in "$@"; do
	echo "$group:"
	tail -n 1 "$folder/$group" 2>/dev/null || echo "  no closing line"
done
[ ${#failed[@]} = 0 ]
