#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# all.sh FOLDER PAYLOAD SERIES...: fetches and boots each kernel and sums up. tcx came with Linux 6.6.
set -u
folder=$1 payload=$2
shift 2
here=$(dirname "$0")
passed=0 failed=0
for series; do
	echo "# Linux $series"
	root=$("$here/fetch.sh" "$series" "$folder") || exit 3
	hook=tcx
	[ "$(printf '%s\n6.6\n' "$series" | sort -V | head -n 1)" = "$series" ] && hook=clsact
	log=$folder/$series.log
	"$here/boot.sh" "$root" "$payload" "./guest.sh $hook" | tee "$log"
	status=${PIPESTATUS[0]}
	read -r p f < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' "$log" | tail -n 1)
	passed=$((passed + ${p:-0}))
	failed=$((failed + ${f:-1}))
	[ "$status" = 0 ] || [ "${f:-0}" != 0 ] || failed=$((failed + 1))
	[ "$status" = 97 ] && echo "# dmesg shows a fault" && failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
