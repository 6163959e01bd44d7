#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# test_vlan.sh on Debian's 6.12 in qemu, for machines whose own kernel has no VLAN devices. Some
# minutes. Environment: ZONEGATE, KERNELS: the folder of unpacked kernels.
set -euo pipefail

cd "$(dirname "$0")/../.."
tests/network/guest.sh "$(tests/kernels/fetch.sh 6.12 "$KERNELS")" "$ZONEGATE" tests/network/test_vlan.sh |
	grep -aE '^(ok|not ok|#|1\.\.|GUEST)'
