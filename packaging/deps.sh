#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Installs what the build, the tests and the measurements need, from the distribution's own packages
# (apt, or dnf with Fedora's names). Installs only what is missing and is quick when nothing is.
# Must not start or enable a server on the machine: tests bring their own, in namespaces.
#
# usage: packaging/deps.sh [--list] [build] [test] [lint] [heavy] [bench]     (none named: build)
#   heavy: what only `make test-all` needs. Exit 0 when all is there, 1 otherwise.
set -euo pipefail

declare -A apt dnf

apt[build]="make gcc libc6-dev pkg-config clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev
	libjansson-dev libmicrohttpd-dev libsystemd-dev libcap-dev libncurses-dev libcsv-dev
	libxml2-dev"
dnf[build]="make gcc glibc-devel pkgconf-pkg-config clang llvm bpftool libbpf-devel
	elfutils-libelf-devel zlib-devel jansson-devel libmicrohttpd-devel systemd-devel libcap-devel
	ncurses-devel libcsv-devel libxml2-devel"

apt[test]="libcmocka-dev python3 python3-scapy iproute2 iputils-ping procps util-linux kmod
	nginx vsftpd openssh-server openssh-client openssl curl lftp nmap hping3 tcpdump ethtool
	socat dnsmasq-base nftables strace libclang-rt-dev bsdutils"
dnf[test]="libcmocka-devel libasan libubsan python3 python3-scapy iproute iputils procps-ng
	util-linux kmod nginx vsftpd openssh-server openssh-clients openssl curl lftp nmap hping3
	tcpdump ethtool socat dnsmasq nftables strace compiler-rt"

apt[lint]="clang-format clang-tidy cppcheck shellcheck"
dnf[lint]="clang-tools-extra cppcheck ShellCheck"

apt[heavy]="qemu-system-x86 busybox-static cpio kmod xz-utils zstd prometheus gcovr
	default-jdk-headless"
dnf[heavy]="qemu-system-x86-core busybox cpio kmod xz zstd golang-github-prometheus gcovr
	java-latest-openjdk-devel"

apt[bench]="xdp-tools iperf3 nftables gnuplot-nox"
dnf[bench]="xdp-tools iperf3 nftables gnuplot"

# Units that come enabled with the packages above, by package. apt only: dnf enables nothing.
declare -A units=([nginx]=nginx [vsftpd]=vsftpd [openssh-server]=ssh [prometheus]=prometheus
	[nftables]=nftables [iperf3]=iperf3)

policy=/usr/sbin/policy-rc.d
policy_is_ours=no

fail() {
	echo "deps.sh: $*" >&2
	exit 1
}

# Debian asks this script before it starts a service: 101 says "do not". One that is there is the
# administrator's and stays.
services_hold() {
	[ -e "$policy" ] && return 0
	printf '#!/bin/sh\n# put here by zonegate, packaging/deps.sh, while it installs\nexit 101\n' \
		>"$policy"
	chmod 755 "$policy"
	policy_is_ours=yes
}

services_release() {
	[ "$policy_is_ours" = no ] || rm -f "$policy"
	policy_is_ours=no
}

apt_missing() {
	local package state
	local -A there=()

	while read -r package state; do
		[ "$state" = installed ] && there[$package]=1
	done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
	for package in "$@"; do
		[ -n "${there[$package]:-}" ] || echo "$package"
	done
}

# A server that we brought must not come up at the next boot either.
apt_disable() {
	local package

	for package in "$@"; do
		[ -n "${units[$package]:-}" ] || continue
		deb-systemd-helper disable "${units[$package]}.service" >/dev/null 2>&1 || true
		update-rc.d "${units[$package]}" disable >/dev/null 2>&1 || true
	done
}

apt_install() {
	export DEBIAN_FRONTEND=noninteractive
	trap services_release EXIT
	trap 'exit 130' INT TERM HUP
	services_hold
	# A broken third-party list must not stop us: whether the packages can be had is the answer.
	apt-get -q -o Acquire::Retries=3 update || echo "deps.sh: apt-get update failed, going on" >&2
	apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
		install --no-install-recommends "$@" || fail "apt-get could not install: $*"
	apt_disable "$@"
	services_release
}

dnf_missing() {
	local package

	for package in "$@"; do
		rpm -q --quiet --whatprovides "$package" || echo "$package"
	done
}

dnf_install() {
	dnf -y --setopt=install_weak_deps=False install "$@" ||
		fail "dnf could not install: $* (on RHEL some of them are in CRB and EPEL)"
}

list=no
groups=()
for argument in "$@"; do
	case $argument in
	--list) list=yes ;;
	build | test | lint | heavy | bench) groups+=("$argument") ;;
	*) echo "usage: packaging/deps.sh [--list] [build] [test] [lint] [heavy] [bench]" >&2; exit 2 ;;
	esac
done
[ ${#groups[@]} -gt 0 ] || groups=(build)

if command -v apt-get >/dev/null; then
	manager=apt
	names=$(for group in "${groups[@]}"; do echo "${apt[$group]}"; done)
elif command -v dnf >/dev/null; then
	manager=dnf
	names=$(for group in "${groups[@]}"; do echo "${dnf[$group]}"; done)
else
	fail "neither apt-get nor dnf here; install by hand what 'deps.sh --list' shows on Debian"
fi
mapfile -t wanted < <(tr -s ' \t' '\n' <<<"$names" | sed '/^$/d' | sort -u)

if [ "$list" = yes ]; then
	printf '%s\n' "${wanted[@]}"
	exit 0
fi
mapfile -t missing < <("${manager}_missing" "${wanted[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0
echo "deps.sh: missing: ${missing[*]}"
[ "$(id -u)" = 0 ] || fail "run as root (sudo) to install them"
"${manager}_install" "${missing[@]}"
mapfile -t missing < <("${manager}_missing" "${wanted[@]}")
[ ${#missing[@]} -eq 0 ] || fail "still missing: ${missing[*]}"
