#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Whole conversations of real servers and clients through the filter: FTP in all its modes, FTPS, HTTP,
# HTTPS, SSH, SFTP; in and out; both families; files of some size, whose bytes must all arrive.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" pr

vip=192.0.2.80 vip6="[2001:db8:1::80]" partner=203.0.113.7 partner6="[2001:db8:7::7]"
hello="hello from the other side"

# says NAME COMMAND...: the command prints the greeting
says() {
	local name=$1

	shift
	tap_is "$name" "$hello" "$("$@" 2>&1)"
}

# whole NAME COMMAND...: the command prints the large file
whole() {
	local name=$1

	shift
	tap_is "$name" "$large" "$("$@" 2>/dev/null | sha256sum)"
}

# silent NAME COMMAND...: it worked without the filter and must not now
silent() {
	local name=$1

	shift
	if [ "$phase" = before ]; then
		says "without the filter: $name" "$@"
	else
		tap_false "$name" "$@"
	fi
}

site_tries() {
	says "HTTP" client_curl internet "http://$vip/hello.txt"
	says "HTTPS" client_curl internet "https://$vip/hello.txt"
	says "HTTPS, IPv6" client_curl internet "https://$vip6/hello.txt"
	whole "HTTPS, 32 MiB" client_curl internet "https://$vip/large.bin"
	whole "HTTP, 32 MiB, IPv6" client_curl internet "http://$vip6/large.bin"
	says "FTP passive" client_curl internet --disable-epsv "ftp://$vip/hello.txt"
	says "FTP extended passive" client_curl internet "ftp://$vip/hello.txt"
	says "FTP extended passive, IPv6" client_curl internet "ftp://$vip6/hello.txt"
	says "FTP active (PORT)" client_curl internet --disable-eprt --ftp-port - "ftp://$vip/hello.txt"
	says "FTP extended active (EPRT)" client_curl internet --ftp-port - "ftp://$vip/hello.txt"
	says "FTP extended active, IPv6" client_curl internet --ftp-port - "ftp://$vip6/hello.txt"
	says "FTP active, lftp" client_lftp internet active "$vip" hello.txt
	says "FTP passive, lftp" client_lftp internet passive "$vip" hello.txt
	says "FTPS passive" client_curl internet --ssl-reqd "ftp://$vip/hello.txt"
	says "FTPS active" client_lftp internet active-tls "$vip" hello.txt
	whole "FTP passive, 32 MiB" client_curl internet "ftp://$vip/large.bin"
	whole "FTP active, 32 MiB" client_curl internet --ftp-port - "ftp://$vip/large.bin"
	whole "FTPS passive, 32 MiB, IPv6" client_curl internet --ssl-reqd "ftp://$vip6/large.bin"
	says "SSH" client_ssh internet 22 "$vip" cat "$NET_TMP/files/hello.txt"
	says "SSH, IPv6" client_ssh internet 22 2001:db8:1::80 cat "$NET_TMP/files/hello.txt"
	whole "SSH, 32 MiB" client_ssh internet 22 "$vip" cat "$NET_TMP/files/large.bin"
	client_sftp internet 22 "$vip" "$NET_TMP/files/large.bin" "$NET_TMP/got"
	tap_is "SFTP, 32 MiB" "$large" "$(sha256sum <"$NET_TMP/got")"
	rm -f "$NET_TMP/got"
	says "from beyond a router" client_curl partner "https://$vip/hello.txt"

	says "out: HTTP" client_curl edge "http://$partner/hello.txt"
	says "out: HTTPS, IPv6" client_curl edge "https://$partner6/hello.txt"
	whole "out: HTTPS, 32 MiB" client_curl edge "https://$partner/large.bin"
	says "out: FTP passive" client_curl edge "ftp://$partner/hello.txt"
	says "out: FTP passive, IPv6" client_curl edge "ftp://$partner6/hello.txt"
	says "out: FTP active" client_curl edge --ftp-port 192.0.2.10:50101-50200 \
		"ftp://$partner/hello.txt"
	says "out: SSH" client_ssh edge 22 "$partner" cat "$NET_TMP/files/hello.txt"
	whole "out: SSH, 32 MiB, IPv6" client_ssh edge 22 2001:db8:7::7 cat "$NET_TMP/files/large.bin"

	silent "FTP passive, outside the site's range" client_curl internet --max-time 4 \
		"ftp://$vip:2121/hello.txt"
	silent "HTTPS from the trusted network" client_curl trusted "https://$vip/hello.txt"
	silent "out: HTTPS into the secure network" client_curl edge "https://10.20.1.10/hello.txt"
	silent "out: HTTPS into the secure network, as the virtual IP" client_curl edge \
		--interface 192.0.2.80 "https://10.20.1.10/hello.txt"
	silent "out: FTP active, data outside the range" client_curl edge --max-time 6 --disable-eprt \
		--ftp-port 192.0.2.10:50300-50400 "ftp://$partner/hello.txt"
}

net_site
server_web edge "80 10080" "443 10443"
server_ssh edge 22
server_ftp edge 21 50000-50100
# A second listening port has a data port of its own, 2120; its passive range is not the site's.
server_ftp edge 2121 50300-50400
server_web internet 80 443
server_ssh internet 22
server_ftp internet 21 40000-40100
server_web servers 80 443
head -c 32M /dev/urandom >"$NET_TMP/files/large.bin"
chmod a+r "$NET_TMP/files/large.bin"
large=$(sha256sum <"$NET_TMP/files/large.bin")

phase=before
silently=$(site_tries)
if grep -A 3 '^not ok' <<<"$silently"; then
	tap_fail "all of it works without the filter"
	tap_end
fi
tap_pass "all of it works without the filter"

phase=after
site_copy "$NET_TMP/site"
site_set "$NET_TMP/site/zonegate.conf" "rule 1" ports "21, 2121"
tap_need "apply" gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf"
site_tries
says "FTP active from the second service, data from port 2120" client_curl internet --ftp-port - \
	"ftp://$vip:2121/hello.txt"
tap_is "rule 2 counts the data connections that this host opened" yes \
	"$([ "$(gate_count edge "$NET_ID" rule 2 connections)" -ge 7 ] && echo yes)"
tap_end
