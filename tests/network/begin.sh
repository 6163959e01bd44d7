# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The first line of each network test: `. "$(dirname "$0")/begin.sh" NAME`. Brings the network, the
# servers, TAP and the demo's site for tests to vary.
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
# shellcheck source=tests/network/site.sh
. tests/network/site.sh

net_begin "$1"
