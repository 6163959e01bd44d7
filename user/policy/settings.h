/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The plain values of zonegate.conf: one table of sections and keys says what there is, how it is
 * read and where it goes. Owns that table. Knows no zones, rules or lines.
 */
#ifndef USER_POLICY_SETTINGS_H
#define USER_POLICY_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/ini.h"

enum origin_mode {
	ORIGIN_OFF,
	ORIGIN_AUDIT,
	ORIGIN_ENFORCE,
	ORIGIN_ASSIGN,
};

enum xdp_mode {
	XDP_MODE_AUTO,
	XDP_MODE_NATIVE,
	XDP_MODE_GENERIC,
};

#define SETTINGS_INTERFACES_MAX 64
#define SETTINGS_ETHERTYPES_MAX 8

/* [host], [policy], [origin-ports], [service], [metrics]: plain values with their defaults filled
 * in. */
struct policy_settings {
	char interface[SETTINGS_INTERFACES_MAX][IF_NAMESIZE];
	struct place interface_place[SETTINGS_INTERFACES_MAX];
	size_t interfaces;
	enum xdp_mode xdp_mode;
	uint16_t ethertype[SETTINGS_ETHERTYPES_MAX];
	size_t ethertypes;
	bool audit; /* [policy] mode */
	bool ingress_pass, egress_pass;
	uint32_t echo_per_s;	   /* 0: off */
	uint32_t udp_window_s;	   /* default 30 */
	uint32_t tcp_idle_s;	   /* default 432000: as nf_conntrack's five days */
	uint32_t flows_max;	   /* default 65536 */
	uint64_t memory_max_bytes; /* of all table maps; default 256 MiB */
	enum origin_mode origin_mode;
	const char *origin_file;    /* NULL: none */
	const char *cgroup;	    /* [origin-ports] cgroup; NULL: the root of cgroup v2 */
	int management_zone;	    /* [host] management: index, -1: none */
	const char *metrics_listen; /* [metrics] listen, default 127.0.0.1:9477 */
	const char *metrics_cert, *metrics_key, *metrics_token_file; /* NULL: none */
};

/* What the file says, before zones have meaning. */
struct policy_config {
	struct policy_settings values;
	struct words host_zones;      /* [host] zones */
	struct words host_addresses;  /* [host] addresses */
	struct words component_zones; /* [components] zones */
	struct words tables;	      /* [rules] tables */
	struct word management;	      /* [host] management */
	struct word origin_file;      /* [origin-ports] file, as written */
};

/* Fills in the defaults. */
void settings_init(struct policy_config *config);

/* Reads one section whose keys are in the table; unknown sections and keys, and bad values, go to
 * diags. path: of the configuration file, which relative paths are seen from. 0 or -ENOMEM. */
int settings_apply(const struct ini_section *section, const char *path, struct arena *arena,
		   struct diags *diags, struct policy_config *config);

#endif
