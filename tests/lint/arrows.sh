#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The arrows between the folders of user/ (docs/design.md): a folder includes headers of its own and
# of folders to its left. Only kernel/ includes libbpf and the skeleton, only resolve/ asks the
# network for names, only cli/ prints to standard output. Run from the top of the tree.
set -euo pipefail

declare -A may=(
	[util]=""
	[config]="util"
	[policy]="util config"
	[resolve]="util config policy"
	[compile]="util config policy resolve"
	[judge]="util config policy resolve compile"
	[kernel]="util config policy resolve compile"
	[observe]="util config policy resolve compile judge kernel"
	[service]="util config policy resolve compile judge kernel observe"
	[cli]="util config policy resolve compile judge kernel observe service"
)
status=0

complain() {
	echo "$1: $2" >&2
	status=1
}

# say WHY PATTERN FILES...: every line that matches, which is one too many.
forbid() {
	local why=$1 pattern=$2 hit

	shift 2
	[ $# -gt 0 ] || return 0
	while IFS= read -r hit; do
		complain "$(cut -d: -f1,2 <<<"$hit")" "$why"
	done < <(grep -HnE "$pattern" "$@" || true)
}

for folder in user/*/; do
	own=$(basename "$folder")
	[ -n "${may[$own]+there}" ] || { complain "$folder" "a folder without a place in the order"; continue; }
	while IFS=: read -r file line include; do
		other=${include%%/*}
		[ "$include" != "$other" ] || continue
		[ -n "${may[$other]+there}" ] || continue
		[[ " $own ${may[$own]} " == *" $other "* ]] ||
			complain "$file:$line" "$own/ must not include $include: only ${may[$own]:-nothing}"
	done < <(grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' "$folder"*.[ch] 2>/dev/null |
		sed -E 's/^([^:]+:[0-9]+):[^"]*"([^"]+)".*/\1:\2/')
done

shopt -s nullglob
not_kernel=() not_resolve=() not_cli=() silent=()
for file in user/*/*.[ch]; do
	[[ $file == user/kernel/* ]] || not_kernel+=("$file")
	[[ $file == user/resolve/* ]] || not_resolve+=("$file")
	[[ $file == user/cli/* ]] || not_cli+=("$file")
	[[ $file == user/cli/* || $file == user/service/log.c ]] || silent+=("$file")
done
forbid "only kernel/ knows libbpf" '#[[:space:]]*include[[:space:]]+[<"](bpf/|.*\.skel\.h)' "${not_kernel[@]}"
forbid "only resolve/ asks the network for names" '\b(getaddrinfo(_a)?|gethostbyname2?|res_n?query) *\(' \
	"${not_resolve[@]}"
forbid "only cli/ prints" '(^|[^[:alnum:]_>.])(printf|puts|putchar|vprintf) *\(|\bfprintf *\( *stdout|\bperror *\(' \
	"${not_cli[@]}"
forbid "only cli/ and the service's log talk on stderr" '\bfprintf *\( *stderr' "${silent[@]}"
exit "$status"
