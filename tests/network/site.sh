# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The demo's site as a copy that a run may vary. Knows the form of zonegate.conf, not its meaning.
# Used from the top of the tree, with net.sh.

# site_copy FOLDER: the demo's site, its tables named by their full path, its cgroup the run's own
site_copy() {
	local cgroup

	mkdir -p "$1"
	cp demo/site/* "$1/"
	sed -i "s#\.\./\.\./configs#$PWD/configs#g" "$1/zonegate.conf"
	cgroup=$(net_cgroup)
	[ -z "$cgroup" ] || site_set "$1/zonegate.conf" origin-ports cgroup "$cgroup"
}

# site_set FILE SECTION KEY VALUE: changes or adds one line
site_set() {
	awk -v section="[$2]" -v key="$3" -v value="$4" '
		function put() { if (inside && !done) { print key " = " value; done = 1 } }
		/^\[/ { put(); inside = ($0 == section) }
		inside && $1 == key { next }
		{ print }
		END { put(); if (!done) { print section; print key " = " value } }' "$1" >"$1.new"
	mv "$1.new" "$1"
}
