#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs the golden cases: each folder beside this script has `commands` (arguments of zonegate, a
# command a line, run in the folder) and `expected` (all that is printed, and the exit statuses).
# Speaks TAP. --update writes `expected` anew.
#
# usage: ZONEGATE=build/zonegate-asan tests/golden/cases.sh [--update]
set -u

zonegate=${ZONEGATE:?the program to test}
here=$(cd "$(dirname "$0")" && pwd)
update=${1:-}
got=$(mktemp)
trap 'rm -f "$got"' EXIT
failed=0

# The size of tables is the compiler's affair.
run_case() {
	local arguments

	while read -r arguments; do
		echo "\$ zonegate $arguments"
		# shellcheck disable=SC2086 # arguments are words
		NO_COLOR=1 LC_ALL=C "$zonegate" $arguments 2>&1
		echo "[exit $?]"
	done <commands | sed 's/[0-9]* KiB of tables/N KiB of tables/'
}

for folder in "$here"/*/; do
	name=$(basename "$folder")
	cd "$folder" || exit 2
	run_case >"$got"
	if [ "$update" = --update ]; then
		cp "$got" expected
		echo "ok - $name written"
	elif difference=$(diff -u expected "$got"); then
		echo "ok - $name"
	else
		echo "not ok - $name"
		while IFS= read -r line; do echo "# $line"; done <<<"$difference"
		failed=1
	fi
done
exit $failed
