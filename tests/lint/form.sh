#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# What clang-format does not see: the licence line, the length of files, marks of unfinished work,
# paths of one developer's machine. Run from the top of the tree.
set -euo pipefail

status=0
complain() {
	echo "$*" >&2
	status=1
}

mapfile -t files < <(git ls-files --cached --others --exclude-standard |
	while IFS= read -r file; do [ -f "$file" ] && echo "$file"; done)
for file in "${files[@]}"; do
	case $file in
	vmlinux/vmlinux.h) continue ;;
	*.c | *.h | *.sh | *.py | .ci/run) ;;
	*) continue ;;
	esac
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier:' ||
		complain "$file:1: no SPDX-License-Identifier line"
	lines=$(wc -l <"$file")
	[ "$lines" -le 500 ] || echo "$file: warning: $lines lines, over 500: more than one subject?" >&2
done

# The marks are written so that this file does not find itself.
mark='(TO''DO|FIX''ME|XX''X)'
home='(^|[^[:alnum:]._/-])/(wo''rk|ho''me|us''r/local/src)/'
while IFS= read -r hit; do
	complain "$hit"
done < <(printf '%s\0' "${files[@]}" | xargs -0 grep -InHE "\\b$mark\\b|$home" | cut -c 1-160 || true)
exit "$status"
