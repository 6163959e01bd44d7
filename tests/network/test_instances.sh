#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Several filters on one machine do not know of each other; a NIC that another one holds, or somebody
# else's XDP program, is refused by name and left alone; what is in force outlives its command.
# shellcheck source=tests/network/begin.sh
. "$(dirname "$0")/begin.sh" in

outer=${NET_ID}a inner=${NET_ID}b servers=${NET_ID}c

# Whether a port answers: open or blocked.
answer() {
	local said

	said=$(echo "tcp - $2 $3" | on "$1" "$NET_HERE/probe.py")
	case ${said%% *} in
	filtered | denied) echo blocked ;;
	*) echo "${said%% *}" ;;
	esac
}

net_site
server_echo edge tcp:{80,443,444,20022}
server_echo servers tcp:{22,444,44431}
site_copy "$NET_TMP/outer"
site_set "$NET_TMP/outer/zonegate.conf" host interfaces eth0
site_copy "$NET_TMP/inner"
site_set "$NET_TMP/inner/zonegate.conf" host interfaces eth1
site_copy "$NET_TMP/servers"
# One NIC each: no zone is bound to another.
sed -i '/^\[zone /d; /^interface = /d' "$NET_TMP"/{outer,inner,servers}/zonegate.conf
site_set "$NET_TMP/servers/zonegate.conf" host interfaces eth0
site_set "$NET_TMP/servers/zonegate.conf" host zones servers

tap_is "without a filter: Internet to 443" open "$(answer internet 192.0.2.80 443)"
tap_is "without a filter: Internet to 20022" open "$(answer internet 192.0.2.80 20022)"
tap_is "without a filter: trusted to 20022" open "$(answer trusted 10.10.0.10 20022)"
tap_is "without a filter: trusted to a Server's 444" open "$(answer trusted 10.20.1.10 444)"

tap_true "apply for the outer NIC" gate edge "$outer" apply -c "$NET_TMP/outer/zonegate.conf"
tap_is "the outer NIC is guarded" blocked "$(answer internet 192.0.2.80 20022)"
tap_is "the inner NIC is not" open "$(answer trusted 10.10.0.10 20022)"
tap_true "apply for the inner NIC" gate edge "$inner" apply -c "$NET_TMP/inner/zonegate.conf"
tap_is "now it is" blocked "$(answer trusted 10.10.0.10 20022)"
tap_is "and lets in what it permits" open "$(answer servers 10.10.0.10 20022)"
tap_true "apply in another namespace" gate servers "$servers" apply \
	-c "$NET_TMP/servers/zonegate.conf"
tap_is "that one is guarded too" blocked "$(answer trusted 10.20.1.10 444)"

count() {
	gate_count "$1" "$2" rule any packets_in
}
before=$(count edge "$inner")
tap_is "the outer filter lets in what it permits" open "$(answer internet 192.0.2.80 443)"
tap_is "a packet counts in the instance that saw it" "$before" "$(count edge "$inner")"

tap_false "a NIC that another instance holds is refused" gate edge "$inner" apply \
	-c "$NET_TMP/outer/zonegate.conf"
tap_is "with status 3" 3 "$(gate edge "$inner" apply -c "$NET_TMP/outer/zonegate.conf" \
	>/dev/null 2>"$NET_TMP/said"; echo $?)"
tap_true "and named" grep -q eth0 "$NET_TMP/said"
tap_is "the refused instance still guards its own" blocked "$(answer trusted 10.10.0.10 20022)"
tap_is "and permits what it did" open "$(answer servers 10.10.0.10 20022)"
tap_is "the outer one still guards" blocked "$(answer internet 192.0.2.80 20022)"

tap_true "stop of one" gate edge "$inner" stop
tap_is "opens its NIC" open "$(answer trusted 10.10.0.10 20022)"
tap_is "and no other" blocked "$(answer internet 192.0.2.80 20022)"
tap_is "nor the other namespace's" blocked "$(answer trusted 10.20.1.10 444)"
tap_true "stop of the outer one" gate edge "$outer" stop
tap_is "opens that" open "$(answer internet 192.0.2.80 20022)"
tap_true "no pin is left of them" test ! -e "/sys/fs/bpf/$outer" -a ! -e "/sys/fs/bpf/$inner"
tap_is "no XDP program is left on the NICs" "" "$(on edge ip -o link show | grep -o 'xdp[a-z]*')"
tap_is "no tc program is left on them" "" "$(on edge bpftool net show 2>/dev/null | grep -E 'eth[01]')"

# Somebody else's program.
cat >"$NET_TMP/other.c" <<'END'
__attribute__((section("xdp"), used)) int somebody(void *ctx)
{
	return 2;
}
char gpl[] __attribute__((section("license"), used)) = "GPL";
END
if ${CLANG:-clang} -target bpf -O2 -g -c "$NET_TMP/other.c" -o "$NET_TMP/other.o" 2>/dev/null &&
	mkdir -p "/sys/fs/bpf/${NET_ID}other" &&
	bpftool prog load "$NET_TMP/other.o" "/sys/fs/bpf/${NET_ID}other/somebody" 2>/dev/null &&
	on edge bpftool net attach xdp pinned "/sys/fs/bpf/${NET_ID}other/somebody" dev eth0; then
	there=$(on edge ip -o link show eth0 | grep -o 'prog/xdp.*id [0-9]*')
	tap_is "somebody else's XDP program: refused with status 3" 3 "$(gate edge "$outer" apply \
		-c "$NET_TMP/outer/zonegate.conf" >/dev/null 2>"$NET_TMP/said"; echo $?)"
	tap_true "named with its id" grep -q "${there##* }" "$NET_TMP/said"
	tap_is "and left alone" "$there" \
		"$(on edge ip -o link show eth0 | grep -o 'prog/xdp.*id [0-9]*')"
	tap_true "nothing of ours is left" test ! -e "/sys/fs/bpf/$outer"
	tap_is "no tc program either" "" "$(on edge bpftool net show 2>/dev/null | grep -E 'eth[01].*zonegate')"
	on edge ip link set dev eth0 xdp off
else
	tap_skip "somebody else's XDP program" "bpftool could not attach one"
fi
tap_end
