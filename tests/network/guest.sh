#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs network tests on another kernel: boots it in qemu (tests/kernels/boot.sh) with this machine's
# files as a read-only 9p root, so that all servers and clients are there. For what the running kernel
# lacks, such as VLAN devices. Software emulation: a minute or more a test.
#
# usage: tests/network/guest.sh KERNEL_ROOT PROGRAM TEST...     TAP of the tests on standard output
set -euo pipefail

kernel=$(realpath "$1")
program=$(realpath "$2")
shift 2
tree=$PWD
payload=$(mktemp -d)
trap 'rm -rf "$payload"' EXIT
cp "$program" "$payload/zonegate"
cat >"$payload/tests.sh" <<END
set -e
mkdir /host
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=500000 host /host
mount -t tmpfs tmpfs /host/tmp
mount -t tmpfs tmpfs /host/run
cp zonegate /host/tmp/zonegate
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
for folder in proc sys dev; do mount -o rbind /\$folder /host/\$folder; done
exec chroot /host /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp PROBE_TIMEOUT=6 \\
	ZONEGATE=/tmp/zonegate bash -c 'cd $tree && status=0 && for test in $*; do \$test || status=1; done; exit \$status'
END
LIMIT=${LIMIT:-600} MEMORY=2G MODULES="virtio_pci 9pnet_virtio 9p tcp_diag veth sch_ingress cls_bpf 8021q virtio_rng" \
	QEMU_ARGUMENTS="-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap" \
	tests/kernels/boot.sh "$kernel" "$payload" "bash tests.sh"
