/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The programs: each takes its context apart, asks its list of stages and answers the kernel.
 * Owns entry points. Everything that is decided is decided in the headers.
 */
#include "platform.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("xdp.frags")
int zg_ingress(struct xdp_md *ctx)
{
	return control.word && settings[0].flags && roots[0].entry[0][0] && ports[0][0].tcp[0] ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int zg_egress(struct __sk_buff *skb)
{
	return 0;
}
