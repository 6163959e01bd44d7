#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# zonegate import: a page's rule tables as CSV that `check` takes as it is; and what is said of pages that have none, or
# columns that nobody knows.
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=tests/network/tap.sh
. tests/network/tap.sh
ZONEGATE=$(realpath "${ZONEGATE:-build/zonegate}")
pages=tests/monitor/pages
site=$(mktemp -d)
trap 'rm -rf "$site"' EXIT

import() { # PAGE: its status
	"$ZONEGATE" import "$1" >"$site/out" 2>"$site/said"
	echo $?
}

tap_is "a page with spans, entities, nested and unclosed markup" 0 "$(import $pages/rules.html)"
tap_true "row by row" diff "$pages/rules.csv" "$site/out"
cp "$site/out" "$site/rules.csv"
cat >"$site/zonegate.conf" <<'C'
[host]
interfaces = eth0
zones = edge edge-vip
[zones]
edge = 192.0.2.10
edge-vip = 192.0.2.80
servers = 10.20.1.0/28
internet = any !private !@edge !@edge-vip
[components]
zones = edge edge-vip servers
[rules]
tables = rules.csv
[origin-ports]
mode = off
C
tap_true "check takes it" "$ZONEGATE" check -c "$site/zonegate.conf"
tap_is "every rule" 4 "$("$ZONEGATE" show rules --json -c "$site/zonegate.conf" 2>/dev/null | grep -c '"rule":')"
tap_is "as it was meant" "accept" "$("$ZONEGATE" show rules -c "$site/zonegate.conf" 2>/dev/null | awk '$1 == "2" { print $2 }')"

cat >"$site/unknown.html" <<'C'
<table>
<tr><th>#</th><th>Source</th><th>Destination</th>
<th>Protocol</th><th>Port</th><th>Direction</th>
<th>Colour</th></tr>
<tr><td>1</td><td>Internet</td><td>Edge</td><td>HTTP</td><td>80</td><td>inbound</td><td>blue</td></tr>
</table>
C
tap_is "a column that nobody knows: status 1" 1 "$(import "$site/unknown.html")"
tap_true "with its line" grep -q "unknown.html:4:1: error: 'Colour' is not a column" "$site/said"
tap_is "and nothing is written" 0 "$(stat -c %s "$site/out")"

sed 's/Colour/Destination/' "$site/unknown.html" >"$site/twice.html"
tap_is "a column twice: status 1" 1 "$(import "$site/twice.html")"
sed 's/>Direction</>Purpose</; /Colour/d' "$site/unknown.html" >"$site/without.html"
tap_is "no direction: status 1" 1 "$(import "$site/without.html")"
tap_true "and told so" grep -q "no column for direction" "$site/said"
sed 's/<td>1</<td> </; s/Colour/Purpose/' "$site/unknown.html" >"$site/nameless.html"
tap_is "a row without a number: status 1" 1 "$(import "$site/nameless.html")"
tap_true "with its line" grep -q "nameless.html:5:1: error: the row has no number" "$site/said"

echo "<p>no table" >"$site/none.html"
tap_is "no table: status 1" 1 "$(import "$site/none.html")"
: >"$site/empty.html"
tap_is "an empty page: status 1" 1 "$(import "$site/empty.html")"
head -c 3000 /dev/urandom | tr -d '\000' >"$site/noise.html"
tap_is "noise: status 1" 1 "$(import "$site/noise.html")"
tap_is "no such page: status 1" 1 "$(import "$site/nowhere.html")"
tap_is "no page: status 2" 2 "$("$ZONEGATE" import >/dev/null 2>&1; echo $?)"
tap_end
