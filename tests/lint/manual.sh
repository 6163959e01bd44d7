#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The manual pages against the tables in the code, both ways: commands and options (zonegate.8), sections,
# keys and codes of warnings (zonegate.conf.5). Owns how the two are read. Run from the top of the tree.
set -euo pipefail

page8=docs/zonegate.8 page5=docs/zonegate.conf.5
commands_c=user/cli/commands.c arguments_c=user/cli/arguments.c
settings_c=user/policy/settings.c override_c=user/policy/override.c
status=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

complain() {
	echo "$*" >&2
	status=1
}

# plain FILE: requests are kept, the marks of fonts and the quotes are not. A hyphen is a hyphen.
plain() {
	sed -E 's/\\-/-/g; s/\\f[A-Z]//g; s/"//g' "$1"
}

# compare WHAT IN_CODE PAGE IN_PAGE: two files of one name a line. Nothing read is a fault of this script.
compare() {
	local name

	sort -u -o "$2" "$2"
	sort -u -o "$4" "$4"
	[ -s "$2" ] || complain "manual.sh: found no $1 in the code"
	[ -s "$4" ] || complain "manual.sh: found no $1 in $3"
	while read -r name; do complain "$3: $1 '$name' is not in it"; done < <(comm -23 "$2" "$4")
	while read -r name; do complain "$3: $1 '$name' is not in the code"; done < <(comm -13 "$2" "$4")
}

# ---- zonegate.8: "COMMAND" and "COMMAND OPTION" ----
plain "$page8" | sed -n '/^\.SH COMMANDS/,/^\.SH EXIT/p' | awk '
	/^\.(TP|PP)/ { head = 1; next }
	head && /^\.B[IR]? [a-z]/ { command = $2; print command > names }
	{ head = 0 }
	command { while (match($0, /(^|[^[:alnum:]-])--?[a-z][a-z-]*/)) {
			option = substr($0, RSTART, RLENGTH)
			sub(/^[^-]*/, "", option)
			print command, option > options
			$0 = substr($0, RSTART + RLENGTH) } }
' names="$folder/page.commands" options="$folder/page.options"
tr '\n' ' ' <"$commands_c" | grep -oE '\{"[a-z]+",[[:space:]]+"[^"]*"' | sed -E 's/[{",]+/ /g' |
	awk '{ print $1 > names; for (i = 2; i <= NF; i++) { count = split($i, words, /[][|]/)
		for (j = 1; j <= count; j++) if (words[j] ~ /^--?[a-z]/) print $1, words[j] > options } }' \
		names="$folder/code.commands" options="$folder/code.options"
compare command "$folder/code.commands" "$page8" "$folder/page.commands"
compare option "$folder/code.options" "$page8" "$folder/page.options"

# What a command takes is in its line of the table: option_flag() and the like know no other.
grep -hoE 'option_(flag|value)\(context, "[^"]+"' user/cli/*.c | sed -E 's/.*"([^"]+)"/\1/' >"$folder/taken"
while read -r option; do
	grep -q " $option\$" "$folder/code.options" || complain "$commands_c: option '$option' is in no command's usage"
done <"$folder/taken"

# Those of every command.
grep -oE '"--?[A-Za-z-]*[a-zA-Z]"' "$arguments_c" | tr -d '"' >"$folder/code.common"
plain "$page8" | sed -n '/^\.SH OPTIONS/,/^\.SH COMMANDS/p' | grep -E '^\.B' | grep -oE -- '(^|[ ,])--?[A-Za-z-]+' |
	tr -d ' ,' >"$folder/page.common"
compare "common option" "$folder/code.common" "$page8" "$folder/page.common"

# ---- zonegate.conf.5: "SECTION KEY"; the keys of [zones] are the site's ----
plain "$page5" | sed -n '/^\.SH SECTIONS/,/^\.SH TABLES/p' | awk '
	/^\.SS/ { section = $2; gsub(/[][]/, "", section); next }
	/^\.TP/ { head = 1; next }
	section == "rule" && /^\.BR? [a-z]/ || head && /^\.BR? [a-z]/ {
		for (i = 2; i <= NF; i++) { sub(/,$/, "", $i); if ($i ~ /^[a-z_]+$/) print section, $i } }
	{ head = 0 }
' | grep -vE '^zones |^rule (yes|no|or)$' >"$folder/page.keys"
{
	sed -nE 's/^\t\{"([a-z-]+)", "([a-z_]+)", setting_.*/\1 \2/p' "$settings_c"
	sed -nE 's/^\t\{"([a-z]+)", (offsetof\(struct override,|0\}).*/rule \1/p' "$override_c"
	echo "zone interface"
} >"$folder/code.keys"
compare key "$folder/code.keys" "$page5" "$folder/page.keys"

# Codes of warnings and notes stand somewhere in the page: by themselves, or in brackets.
tr '\n' ' ' < <(cat user/*/*.c) | grep -oE 'DIAG_(WARNING|NOTE),[[:space:]]*"[a-z0-9-]+"' | sed -E 's/.*"(.*)"/\1/' |
	sort -u >"$folder/codes"
plain "$page5" >"$folder/page5"
[ -s "$folder/codes" ] || complain "manual.sh: found no warnings in the code"
while read -r code; do
	grep -qE "(^|[^a-z-])$code([^a-z-]|\$)" "$folder/page5" || complain "$page5: warning '$code' is not in it"
done <"$folder/codes"
exit "$status"
