/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * nftables rule sets that decide what zonegate's policies decide: prefixes and ports permitted, the
 * rest dropped. Written as text for nft -f. Loads nothing.
 */
#include "nft.h"

#include <stdio.h>
#include <stdlib.h>

static void write_prefix(FILE *out, const struct prefix4 *prefix)
{
	fprintf(out, "%u.%u.%u.%u/%u", prefix->address >> 24, prefix->address >> 16 & 255,
		prefix->address >> 8 & 255, prefix->address & 255, prefix->bits);
}

static void write_set(FILE *out, const struct prefix4 *prefixes, unsigned int count)
{
	fprintf(out, "set from { type ipv4_addr; flags interval; auto-merge; elements = { ");
	for (unsigned int i = 0; i < count; i++) {
		write_prefix(out, &prefixes[i]);
		fputs(", ", out);
	}
	fprintf(out, "} }\n");
}

static void write_ports(FILE *out, const struct nft_rules *rules)
{
	fprintf(out, "set ports { type inet_service; elements = { ");
	for (unsigned int i = 0; i < rules->ports; i++)
		fprintf(out, "%u, ", rules->port[i]);
	fprintf(out, "} }\n");
}

/* One rule a prefix, in order, as generated lists come. */
static void write_linear(FILE *out, const struct nft_rules *rules)
{
	for (unsigned int i = 0; i < rules->prefixes; i++) {
		fprintf(out, "ip saddr ");
		write_prefix(out, &rules->prefix[i]);
		fprintf(out, " meta l4proto { tcp, udp } th dport %u counter accept\n",
			rules->port[i % rules->ports]);
	}
}

char *nft_write(const struct nft_rules *rules)
{
	const char *hook = rules->kind == NFT_CONNTRACK
				   ? rules->forward ? "hook forward" : "hook input"
			   : rules->forward ? "hook forward"
					    : "hook ingress device zb0";
	const char *family = rules->kind == NFT_CONNTRACK || rules->forward ? "inet" : "netdev";
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	fprintf(out, "table %s bench {\n", family);
	if (rules->kind != NFT_LINEAR) {
		write_set(out, rules->prefix, rules->prefixes);
		write_ports(out, rules);
	}
	fprintf(out, "chain in { type filter %s priority 0; policy drop;\n", hook);
	if (rules->kind == NFT_CONNTRACK)
		fprintf(out, "ct state established,related counter accept\n");
	if (rules->kind == NFT_LINEAR)
		write_linear(out, rules);
	else
		fprintf(out, "ip saddr @from meta l4proto { tcp, udp } th dport @ports counter "
			     "accept\n");
	fprintf(out, "}\n}\n");
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
