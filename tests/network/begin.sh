# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first line of each network test: `. "$(dirname "$0")/begin.sh" NAME`. Brings the network, the
# servers, TAP and the site's policy as the demo has it, for tests to vary.
# Environment: ZONEGATE, the program under test.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 2
ZONEGATE=$(realpath "${ZONEGATE:-build/zonegate}")
# shellcheck source=tests/network/net.sh
. tests/network/net.sh
# shellcheck source=tests/network/servers.sh
. tests/network/servers.sh
# shellcheck source=tests/network/tap.sh
. tests/network/tap.sh

# site_copy FOLDER: the demo's site, its tables named by their full path
site_copy() {
	mkdir -p "$1"
	cp demo/site/* "$1/"
	sed -i "s#\.\./\.\./configs#$PWD/configs#" "$1/zonegate.conf"
}

# site_set FILE SECTION KEY VALUE: changes or adds one line
site_set() {
	awk -v section="[$2]" -v key="$3" -v value="$4" '
		function put() { if (inside && !done) { print key " = " value; done = 1 } }
		/^\[/ { put(); inside = ($0 == section) }
		inside && $1 == key { skip = 1; next }
		skip && /^[ \t]+[^ \t]/ { next }
		{ skip = 0; print }
		END { put(); if (!done) { print section; print key " = " value } }' "$1" >"$1.new"
	mv "$1.new" "$1"
}

net_begin "$1"
