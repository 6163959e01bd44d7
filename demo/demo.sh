#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# zonegate at work: an Edge host between the Internet and a secure network, in network namespaces,
# with the shipped rule tables, real servers and real clients. Everything is tried twice, without the
# filter (it must work, else the try would prove nothing) and with it.
#
# usage: demo/demo.sh PROGRAM [--stay]     --stay: wait before cleaning up, to look around
# Exit 0 when all happened as expected. Leaves nothing behind, also when interrupted.
# shellcheck disable=SC2317 # the tries are called by eval, from the list
set -u

[ $# -ge 1 ] || { echo "usage: demo/demo.sh PROGRAM [--stay]" >&2; exit 2; }
ZONEGATE=$(realpath "$1") || exit 2
stay=${2:-}
cd "$(dirname "$0")/.." || exit 2
# shellcheck source=tests/network/net.sh
. tests/network/net.sh
# shellcheck source=tests/network/servers.sh
. tests/network/servers.sh
# shellcheck source=tests/network/site.sh
. tests/network/site.sh

probe=$PWD/tests/network/probe.py
from=() what=() rule=() expected=() command=() without=() with=()

# try FROM WHAT RULE works|blocked COMMAND...: a line of the list
try() {
	from+=("$1") what+=("$2") rule+=("$3") expected+=("$4")
	shift 4
	command+=("$(printf '%q ' "$@")")
}

# What a connection to a port comes to: works when bytes came back.
port_try() {
	local answer

	answer=$(echo "$2 $3 $4 $5" | on "$1" "$probe")
	[ "${answer%% *}" = open ]
}

# tries NAME PROTOCOL SOURCE ADDRESS RULE works|blocked WHAT PORT...
port_tries() {
	local name=$1 protocol=$2 source=$3 address=$4 row=$5 outcome=$6 text=$7 port

	shift 7
	for port in "$@"; do
		try "$name" "$text $port/$protocol" "$row" "$outcome" port_try "$name" "$protocol" "$source" \
			"$address" "$port"
	done
}

# Own words must come back through an FTP, web or SSH client.
says_hello() {
	[ "$("$@" 2>/dev/null)" = "hello from the other side" ]
}

get_sftp() {
	local file=$NET_TMP/sftp.$BASHPID

	client_sftp "$1" "$2" "$3" "$NET_TMP/files/hello.txt" "$file" 2>/dev/null && grep -q hello "$file"
}

tries_list() {
	local vip=192.0.2.80 edge=192.0.2.10 partner=203.0.113.7

	# What partners on the Internet come for.
	try internet "HTTP, curl" 4 works says_hello client_curl internet "http://$vip/hello.txt"
	try internet "HTTPS, curl" 5 works says_hello client_curl internet "https://$vip/hello.txt"
	try internet "HTTPS over IPv6, curl" 5 works says_hello client_curl internet "https://[2001:db8:1::80]/hello.txt"
	try internet "FTP passive, curl" "1, 3" works says_hello client_curl internet "ftp://$vip/hello.txt"
	try internet "FTPS passive, curl" "1, 3" works says_hello client_curl internet --ssl-reqd "ftp://$vip/hello.txt"
	try internet "FTP active, data from port 20, lftp" "1, 2" works says_hello client_lftp internet active "$vip" hello.txt
	try internet "SSH, ssh" 6 works says_hello client_ssh internet 22 "$vip" cat "$NET_TMP/files/hello.txt"
	try internet "SFTP, sftp" 6 works get_sftp internet 22 "$vip"
	try internet "AS2 with TLS, curl" 7 works says_hello client_curl internet "https://$vip:10443/hello.txt"
	try internet "AS2 clear, curl" 8 works says_hello client_curl internet "http://$vip:10080/hello.txt"
	port_tries internet tcp - "$vip" 9-13 works "PeSIT" 17617 17627 17637 19617 19627
	# What the secure network comes for.
	try trusted "Administration Tool, curl" 14 works says_hello client_curl trusted "https://10.10.0.10:444/hello.txt"
	port_tries servers tcp - 10.10.0.10 22-27 works "TM streaming" 20021 20022 20080 21080 27617 20444
	port_tries servers tcp - 10.10.0.10 28 works "SOCKS proxy" 1080
	# What the Edge opens itself.
	try edge "FTP passive to a partner, curl" "33, 34" works says_hello client_curl edge "ftp://$partner/hello.txt"
	try edge "FTP active to a partner, curl" "32, 34" works says_hello client_curl edge --disable-eprt \
		--ftp-port "$edge:50101-50200" "ftp://$partner/hello.txt"
	try edge "HTTP to a partner, curl" 35 works says_hello client_curl edge "http://$partner/hello.txt"
	try edge "HTTPS to a partner, curl" 36 works says_hello client_curl edge "https://$partner/hello.txt"
	try edge "SSH to a partner, ssh" 37 works says_hello client_ssh edge 22 "$partner" cat "$NET_TMP/files/hello.txt"
	# Origin ports: demo/site/tcpoport.ini.
	try edge "origin port inside its range, HTTP to 8080" "tcpoport 2" works says_hello client_curl edge \
		--local-port 62000-62063 http://203.0.113.8:8080/hello.txt
	try edge "origin port outside, HTTP to 8080" "tcpoport 2" blocked says_hello client_curl edge \
		--local-port 40000-40063 http://203.0.113.8:8080/hello.txt
	port_tries edge tcp -,61007 203.0.113.8 "tcpoport 1" works "origin port inside its range, to" 22
	port_tries edge tcp -,61016 203.0.113.8 "tcpoport 1" blocked "origin port one past it, to" 22

	# What nobody on the Internet may have.
	port_tries internet tcp - "$vip" "" blocked "TM port at the virtual IP" 20021 20022 20080 21080 27617 20444
	port_tries internet tcp - "$edge" "" blocked "TM port at the Edge" 20021 20022 20444
	port_tries internet tcp - "$vip" "" blocked "SOCKS proxy" 1080
	port_tries internet tcp - "$edge" "" blocked "Administration Tool" 444
	port_tries internet tcp - "$vip" "" blocked "other port" 23 3389 8080 50101
	port_tries internet tcp -,20 "$vip" "" blocked "other port, as if FTP data," 8080
	port_tries internet udp - "$edge" "" blocked "other port" 161
	port_tries internet tcp - 10.10.0.10 "" blocked "Edge's inner address" 443
	port_tries internet tcp - 2001:db8:1::80 "" blocked "TM port over IPv6" 20022
	# Who is inside is not trusted with everything either.
	port_tries trusted tcp - 10.10.0.10 "" blocked "TM port" 20022
	port_tries servers tcp - 10.10.0.10 "" blocked "a port of the Internet's" 22 80
	# No process on the Edge opens a connection into the secure network.
	port_tries edge tcp - 10.20.1.10 "" blocked "to a Server" 22 443 44431
	port_tries edge tcp - 10.20.2.50 "" blocked "to the trusted network" 389 443
	port_tries edge tcp - fd00:20:1::10 "" blocked "to a Server over IPv6" 443
	port_tries edge tcp - "$partner" "" blocked "to the Internet, a port of no rule" 23 25
}

servers_start() {
	server_web edge "80 10080" "443 444 10443"
	server_ssh edge 22
	server_ftp edge 21 50000-50100
	server_echo edge tcp:{17617,17627,17637,19617,19627} tcp:{20021,20022,20080,21080,27617,20444} \
		tcp:{1080,23,3389,8080,50101} udp:161
	server_web internet "80 8080" 443
	server_ssh internet 22
	server_ftp internet 21 40000-40100
	server_echo internet tcp:{23,25}
	server_echo servers tcp:{22,443,44431}
	server_echo trusted tcp:{389,443}
}

# tries_run: all at once, the outcome of number N in $NET_TMP/outcome.N
tries_run() {
	local number

	for number in "${!what[@]}"; do
		{ if eval "${command[number]}" >/dev/null 2>&1; then echo works; else echo blocked; fi; } \
			>"$NET_TMP/outcome.$number" &
	done
	wait
}

list_print() {
	local number mark wrong=0 format='%-9s %-46s %-11s %-8s %-9s %-9s %s\n'

	# shellcheck disable=SC2059 # one format for the head and the lines
	printf "$format" FROM WHAT RULE WITHOUT EXPECTED HAPPENED ""
	for number in "${!what[@]}"; do
		mark=ok
		if [ "${without[number]}" != works ]; then
			mark="NOT PROVEN: it does not work without the filter"
		elif [ "${with[number]}" != "${expected[number]}" ]; then
			mark="NOT AS EXPECTED"
		fi
		[ "$mark" = ok ] || wrong=$((wrong + 1))
		# shellcheck disable=SC2059
		printf "$format" "${from[number]}" "${what[number]}" "${rule[number]:--}" \
			"${without[number]}" "${expected[number]}" "${with[number]}" "$mark"
	done
	echo
	echo "${#what[@]} tried, $((${#what[@]} - wrong)) as expected, $wrong not."
	return "$((wrong > 0))"
}

outcomes() {
	local number

	for number in "${!what[@]}"; do
		cat "$NET_TMP/outcome.$number"
	done
}

net_begin demo
echo "Building the network: Internet, Edge, Servers, trusted network (namespaces $NET_ID-*)"
net_site && servers_start || exit 3
tries_list
echo "Trying ${#what[@]} things without the filter"
tries_run
mapfile -t without < <(outcomes)

echo "\$ zonegate apply -c demo/site/zonegate.conf"
# A copy whose cgroup is the demo's own: no program of this machine is to be under its policy.
site_copy "$NET_TMP/site"
gate edge "$NET_ID" apply -c "$NET_TMP/site/zonegate.conf" || exit 3
echo "Trying the same with it"
tries_run
mapfile -t with < <(outcomes)
echo
list_print
status=$?
echo
echo "\$ zonegate counters"
gate edge "$NET_ID" counters || status=3
if [ "$stay" = --stay ]; then
	echo
	echo "Look around: nsenter --net=/run/netns/$NET_ID-edge $ZONEGATE status --instance $NET_ID"
	read -r -p "Enter cleans up. " _
fi
echo
echo "Cleaning up: filter, servers, namespaces"
exit "$status"
