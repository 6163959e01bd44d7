#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# fetch.sh SERIES FOLDER: Debian's newest linux-image of a series (6.1, 6.12), unpacked into FOLDER/SERIES.
# Owns that folder. A folder that holds the newest version already is left as it is.
set -euo pipefail
series=$1 folder=$2
root=$folder/$series

newest() {
	apt-cache search --names-only "^linux-image-${series//./\\.}\.[0-9][^ ]*amd64\$" |
		awk '{print $1}' | grep -vE 'cloud|rt-|unsigned|dbg' | sort -V | tail -n 1
}

package=$(newest)
[ -n "$package" ] || { apt-get update -qq && package=$(newest); }
[ -n "$package" ] || { echo "no linux-image-$series in Debian's package lists" >&2; exit 3; }
if [ "$(cat "$root/package" 2>/dev/null)" != "$package" ]; then
	rm -rf "$root"
	mkdir -p "$root"
	(cd "$root" && apt-get download -qq "$package" 2>/dev/null) ||
		{ apt-get update -qq && (cd "$root" && apt-get download -qq "$package"); }
	dpkg-deb -x "$root"/linux-image-*.deb "$root"
	rm "$root"/linux-image-*.deb
	modules=$(find "$root" -type d -path '*/lib/modules/*' -prune | head -n 1)
	depmod -b "${modules%/lib/modules/*}" "$(basename "$modules")"
	echo "$package" >"$root/package"
fi
echo "$root"
