/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From files to the resolved policy: zones, local zones, roles, settings, names, lints. The rows of
 * all shipped tables on both kinds of host are in test_rows.c.
 */
#include "text_make.h"

#include <errno.h>
#include <netdb.h>

#include "resolve/host.h"
#include "resolve/load.h"
#include "resolve/names.h"

#define HEADER "rule,source,destination,protocol,ports,direction,purpose\n"

struct site {
	struct folder folder;
	struct load_options options;
	struct diags diags;
	struct resolved policy;
	int err;
};

/* Loads the configuration; table and origin (may be NULL) are its t.csv and o.ini. */
static void site_load(struct site *site, const char *config, const char *table, const char *origin)
{
	const char *path;

	folder_make(&site->folder);
	folder_write(&site->folder, "t.csv", table ? table : HEADER "r,a,edge,tcp,80,inbound,\n");
	if (origin)
		folder_write(&site->folder, "o.ini", origin);
	folder_write(&site->folder, "list.txt", "192.0.2.1 # one\n192.0.2.4/30,!192.0.2.5\n");
	path = folder_write(&site->folder, "z.conf", config);
	site->err = policy_load(path, &site->options, &site->diags, &site->policy);
}

static void site_free(struct site *site)
{
	resolved_free(&site->policy);
	diags_free(&site->diags);
	name_cache_free(site->options.names);
	folder_remove(&site->folder);
	*site = (struct site){0};
}

static int zone_index(const struct resolved *policy, const char *name)
{
	for (size_t i = 0; i < policy->zone_count; i++) {
		if (!strcmp(policy->zones[i].name, name))
			return (int)i;
	}
	return -1;
}

static void assert_zone(const struct site *site, const char *name, const char *expected)
{
	int index = zone_index(&site->policy, name);
	const struct address_set *set;
	char text[4096] = "", range[ADDRESS_RANGE_TEXT];

	assert_true(index >= 0);
	set = &site->policy.zones[index].addresses;
	for (size_t i = 0; i < set->count4; i++)
		sprintf(text + strlen(text), "%s%s", *text ? " " : "",
			range4_format(set->v4[i], range));
	for (size_t i = 0; i < set->count6; i++)
		sprintf(text + strlen(text), "%s%s", *text ? " " : "",
			range6_format(set->v6[i], range));
	assert_string_equal(text, expected);
}

#define CONFIG(host, zones)                                                                        \
	"[host]\ninterfaces = eth0\n" host "[zones]\n" zones                                       \
	"[components]\nzones = edge\n[rules]\ntables = t.csv\n"

static void test_zone_algebra(void **state)
{
	struct site site = {0};

	(void)state;
	site_load(&site,
		  CONFIG("zones = edge\n",
			 "edge = 192.0.2.10\n"
			 "a = !10.1.0.0/16 10.0.0.0/8 !10.255.0.0/16\n" /* order does not matter */
			 "b = @a !@c 11.0.0.1\n"
			 "c = 10.0.0.0-10.0.255.255\n"
			 "d = any !b !::/0\n"
			 "e = private\n"
			 "f = any !bogons !2000::/3 !::/3\n"
			 "g = file:list.txt 192.0.2.2\n"
			 "h = 192.0.2.0/29 !file:list.txt\n"
			 "i = 10.0.0.0/25,10.0.0.128/25 ! 10.0.0.1\n"),
		  NULL, NULL);
	assert_int_equal(site.err, 0);
	assert_clean(&site.diags);
	assert_zone(&site, "a", "10.0.0.0/16 10.2.0.0-10.254.255.255");
	assert_zone(&site, "b", "10.2.0.0-10.254.255.255 11.0.0.1");
	assert_zone(&site, "d",
		    "0.0.0.0-10.1.255.255 10.255.0.0-11.0.0.0 11.0.0.2-255.255.255.255");
	assert_zone(&site, "e", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7");
	assert_zone(&site, "g", "192.0.2.1-192.0.2.2 192.0.2.4 192.0.2.6/31");
	assert_zone(&site, "h", "192.0.2.0 192.0.2.2/31 192.0.2.5");
	assert_zone(&site, "i", "10.0.0.0 10.0.0.2-10.0.0.255");
	/* What is left of bogons' complement: no special-purpose address of RFC 6890. */
	for (size_t i = 0; i < 2; i++) {
		static const uint32_t bogons[] = {0x0a000001, 0xe0000001};

		assert_false(address_set_has4(
			&site.policy.zones[zone_index(&site.policy, "f")].addresses, bogons[i]));
	}
	assert_true(address_set_has4(&site.policy.zones[zone_index(&site.policy, "f")].addresses,
				     0x08080808));
	site_free(&site);
}

static void test_zone_errors(void **state)
{
	struct site site = {0};
	const struct diag *diag;

	(void)state;
	site_load(&site,
		  CONFIG("zones = edge\n",
			 "edge = 192.0.2.10\na = @b\nb = @c\nc = @a\nd = @nobody\n"
			 "e = !private\nf = file:none\n"),
		  NULL, NULL);
	assert_int_equal(site.err, -EINVAL);
	diag = assert_diag(&site.diags, "zone-cycle", 8, 6);
	assert_non_null(strstr(diag->text, "a -> b -> c -> a"));
	assert_int_equal(diag->second.line, 6);
	assert_diag(&site.diags, "zone-undefined", 9, 6);
	assert_diag(&site.diags, "zone-empty", 10, 1);
	assert_diag(&site.diags, "file-unreadable", 11, 10);
	/* What an error leaves empty is not called empty, too. */
	assert_int_equal(site.diags.count, 4);
	assert_null(site.policy.zones);
	site_free(&site);
}

/* ---- this host ---- */

static void assert_locals(const struct site *site, const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < site->policy.zone_count; i++) {
		if (site->policy.zones[i].local)
			sprintf(text + strlen(text), "%s%s", *text ? " " : "",
				site->policy.zones[i].name);
	}
	assert_string_equal(text, expected);
}

#define ZONES                                                                                      \
	"edge = 192.0.2.10\nedge-vip = @edge 192.0.2.80\nservers = 10.0.0.1\n"                     \
	"world = any !private\nsite = @world\n"

static void test_locals(void **state)
{
	static const char table[] = HEADER "r,world,edge,tcp,80,inbound,\n";
	struct site site = {0};

	(void)state;
	site_load(&site, CONFIG("zones = servers edge\n", ZONES), table, NULL);
	assert_locals(&site, "edge servers");
	site_free(&site);
	/* By address, among components alone. */
	site_load(&site, CONFIG("addresses = 192.0.2.10\n", ZONES), table, NULL);
	assert_int_equal(site.err, 0);
	assert_locals(&site, "edge");
	site_free(&site);
	/* Without [components] every zone is one; what is built on any is no host. */
	site_load(&site,
		  "[host]\ninterfaces = eth0\naddresses = 192.0.2.80 2001:db8::1\n[zones]\n" ZONES
		  "[rules]\ntables = t.csv\n",
		  table, NULL);
	assert_int_equal(site.err, 0);
	assert_locals(&site, "edge-vip");
	assert_diag(&site.diags, "components-missing", 0, 0);
	assert_int_equal(site.policy.self.count4, 1);
	assert_int_equal(site.policy.self.count6, 1);
	site_free(&site);
	site_load(&site, CONFIG("addresses = 203.0.113.1\n", ZONES), table, NULL);
	assert_int_equal(site.err, -EINVAL);
	assert_non_null(diag_find(&site.diags, "no-local-zone"));
	site_free(&site);
	site.options.no_host = true;
	site_load(&site, CONFIG("zones = edge\n", ZONES), table, NULL);
	assert_int_equal(site.err, 0);
	assert_int_equal(site.policy.self.count4, 0);
	site_free(&site);
}

/* `host` is whatever this host is, and seen as a component. */
static void test_host_zone(void **state)
{
	static const char table[] = HEADER "ssh,servers,host,SSH,22,inbound,\n"
					   "dns,host,servers,DNS (UDP),53,outbound,\n";
	struct site site = {0};

	(void)state;
	site_load(&site, CONFIG("zones = edge edge-vip\n", ZONES), table, NULL);
	assert_int_equal(site.err, 0);
	assert_zone(&site, "host", "192.0.2.10 192.0.2.80");
	assert_int_equal(site.policy.rules[0].role, ROLE_ACCEPT);
	assert_int_equal(site.policy.rules[1].role, ROLE_OPEN);
	site_free(&site);
	site_load(&site, CONFIG("zones = edge\n", ZONES "host = 10.0.0.9\n"), table, NULL);
	assert_zone(&site, "host", "10.0.0.9"); /* a site's own zone of that name wins */
	assert_int_equal(site.policy.rules[0].role, ROLE_NOT_HERE);
	site_free(&site);
	site_load(&site, CONFIG("zones = edge\n", ZONES), NULL, NULL);
	assert_int_equal(zone_index(&site.policy, "host"), -1); /* nobody names it */
	site_free(&site);
}

/* ---- rules ---- */

static void test_overrides(void **state)
{
	static const char table[] =
		HEADER "1,world,edge,HTTP,80,inbound,web\n"
		       "2,edge,world,AS2,as the transfer site says,outbound,\n"
		       "3,edge,world,PeSIT,as the transfer site says,outbound,\n"
		       "4,servers,world,AS2,,outbound,\n";
	struct site site = {0};
	const struct rule *rules;

	(void)state;
	site_load(&site,
		  CONFIG("zones = edge\n", ZONES) "[rule 1]\nports = 8080, 8081-8090\n"
						  "source = servers\nprotocol = TCP and UDP\n"
						  "direction = both\n"
						  "[rule 2]\nports = 10443\n"
						  "[rule 3]\nenabled = no\n",
		  table, NULL);
	assert_int_equal(site.err, 0);
	assert_clean(&site.diags);
	rules = site.policy.rules;
	assert_int_equal(rules[0].role, ROLE_BOTH);
	assert_int_equal(rules[0].kind, PROTOCOL_TCP_UDP);
	assert_int_equal(rules[0].port_count, 11);
	assert_string_equal(rules[0].source_name, "servers");
	assert_string_equal(rules[0].direction_label, "both");
	assert_int_equal(rules[0].place.line, 2); /* the row's, whatever is overridden */
	assert_string_equal(rules[0].table, "t");
	assert_string_equal(rules[0].purpose, "web");
	assert_int_equal(rules[0].accept_remote, rules[0].open_remote);
	assert_int_equal(rules[1].role, ROLE_OPEN);
	assert_false(rules[1].port_missing);
	assert_int_equal(rules[2].role, ROLE_DISABLED);
	assert_int_equal(rules[3].role, ROLE_NOT_HERE); /* its port is not our affair */
	assert_int_equal(rules[3].accept_local, -1);
	site_free(&site);
}

static void test_port_missing_names_the_override(void **state)
{
	struct site site = {0};
	const struct diag *diag;

	(void)state;
	site_load(&site, CONFIG("zones = edge\n", ZONES),
		  HEADER "38,edge,world,AS2,as the transfer site says,outbound,\n", NULL);
	assert_int_equal(site.err, -EINVAL);
	diag = assert_diag(&site.diags, "port-missing", 2, 19);
	assert_non_null(strstr(diag->hint, "[rule 38]\n    ports = "));
	assert_int_equal(diag->width, strlen("as the transfer site says"));
	site_free(&site);
}

static void test_undefined_zones(void **state)
{
	struct site site = {0};

	(void)state;
	site_load(&site, CONFIG("zones = edge\n", ZONES),
		  HEADER "1,servers,snmp,tcp,80,outbound,\n2,servers,snmp,tcp,81,outbound,\n"
			 "3,snmp,edge,tcp,82,inbound,\n4,snmp,nowhere,tcp,83,inbound,\n",
		  NULL);
	assert_int_equal(site.err, -EINVAL);
	assert_int_equal(site.diags.errors, 1);	  /* rule 3 is here */
	assert_int_equal(site.diags.warnings, 2); /* snmp once, nowhere once */
	site_free(&site);
	site_load(&site, CONFIG("zones = edge\n", ZONES) "[rule 3]\nenabled = no\n",
		  HEADER "1,servers,snmp,tcp,80,outbound,\n3,snmp,edge,tcp,82,inbound,\n", NULL);
	assert_int_equal(site.err, 0);
	assert_int_equal(site.policy.rules[0].role, ROLE_NOT_HERE);
	assert_int_equal(site.policy.rules[0].destination, -1);
	assert_int_equal(site.policy.rules[1].role, ROLE_DISABLED);
	site_free(&site);
}

/* ---- settings ---- */

static void test_defaults(void **state)
{
	const struct policy_settings *settings;
	struct site site = {0};

	(void)state;
	site_load(&site, CONFIG("zones = edge\n", ZONES), HEADER, NULL);
	settings = &site.policy.settings;
	assert_int_equal(site.err, 0);
	assert_int_equal(settings->interfaces, 1);
	assert_string_equal(settings->interface[0], "eth0");
	assert_int_equal(settings->interface_place[0].line, 2);
	assert_int_equal(settings->interface_place[0].column, 14);
	assert_int_equal(settings->xdp_mode, XDP_MODE_AUTO);
	assert_false(settings->audit || settings->ingress_pass || settings->egress_pass);
	assert_int_equal(settings->echo_per_s, 10);
	assert_int_equal(settings->udp_window_s, 30);
	assert_int_equal(settings->tcp_idle_s, 432000);
	assert_int_equal(settings->flows_max, 65536);
	assert_int_equal(settings->memory_max_bytes, 256 << 20);
	assert_int_equal(settings->origin_mode, ORIGIN_OFF);
	assert_null(settings->origin_file);
	assert_int_equal(settings->management_zone, -1);
	assert_string_equal(settings->metrics_listen, "127.0.0.1:9477");
	assert_null(settings->metrics_cert);
	site_free(&site);
}

static void test_settings(void **state)
{
	const struct policy_settings *settings;
	struct site site = {0};

	(void)state;
	site_load(&site,
		  CONFIG("zones = edge\nxdp_mode = generic\nethertypes = lldp 0x88f7\n"
			 "management = servers\n",
			 ZONES) "[policy]\nmode = audit\ningress = pass\negress = pass\n"
				"icmp_echo = off\nudp_window = 2m\ntcp_idle = 1d\nflows = 4096\n"
				"memory = 1G\n[origin-ports]\nfile = o.ini\nmode = assign\n"
				"cgroup = /sys/fs/cgroup/x\n[metrics]\nlisten = [::]:1\n"
				"token_file = token\n[zone servers]\ninterface = eth0\n",
		  HEADER, "! 10.*.*.* *: 61000-62000\n");
	settings = &site.policy.settings;
	assert_int_equal(site.err, 0);
	assert_int_equal(settings->xdp_mode, XDP_MODE_GENERIC);
	assert_int_equal(settings->ethertypes, 2);
	assert_int_equal(settings->ethertype[0], 0x88cc);
	assert_true(settings->audit && settings->ingress_pass && settings->egress_pass);
	assert_int_equal(settings->echo_per_s, 0);
	assert_int_equal(settings->udp_window_s, 120);
	assert_int_equal(settings->tcp_idle_s, 86400);
	assert_int_equal(settings->flows_max, 4096);
	assert_int_equal(settings->memory_max_bytes, 1 << 30);
	assert_int_equal(settings->origin_mode, ORIGIN_ASSIGN);
	assert_string_equal(settings->cgroup, "/sys/fs/cgroup/x");
	assert_string_equal(settings->metrics_listen, "[::]:1");
	assert_non_null(strstr(settings->metrics_token_file, "/token"));
	assert_string_not_equal(settings->metrics_token_file, "token"); /* seen from the folder */
	assert_int_equal(settings->management_zone, zone_index(&site.policy, "servers"));
	assert_string_equal(site.policy.zones[settings->management_zone].interface, "eth0");
	site_free(&site);
}

/* ---- names ---- */

static int fake_asker(const char *name, struct name_addresses *ret_addresses)
{
	if (strcmp(name, "good.example"))
		return EAI_NONAME;
	ret_addresses->v4 = calloc(2, sizeof(uint32_t));
	ret_addresses->v6 = calloc(1, sizeof(struct addr6));
	assert_true(ret_addresses->v4 && ret_addresses->v6);
	ret_addresses->v4[0] = 0xcb007105;
	ret_addresses->v4[1] = 0xcb007107;
	ret_addresses->count4 = 2;
	ret_addresses->v6[0] = (struct addr6){0x20010db800000000, 1};
	ret_addresses->count6 = 1;
	return 0;
}

static void site_fake_names(struct site *site)
{
	site->options.names = name_cache_new();
	assert_non_null(site->options.names);
	name_cache_set_asker(site->options.names, fake_asker);
}

static void test_names_in_zones_and_lines(void **state)
{
	struct site site = {0};

	(void)state;
	site_fake_names(&site);
	site_load(&site,
		  CONFIG("zones = edge\n", "edge = 192.0.2.10\na = good.example bad.example\n"
					   "b = only.example\n") "[origin-ports]\nfile = o.ini\n",
		  HEADER,
		  "good.example 22: 61000-61100\n! bad.example 22: 61200-61300\n"
		  "good.example 22: 61400-61500\ngood.example 22:  61400-61500\n");
	assert_int_equal(site.err, 0);
	assert_zone(&site, "a", "203.0.113.5 203.0.113.7 2001:db8::1");
	assert_zone(&site, "b", "");
	assert_null(diag_find(&site.diags, "zone-empty")); /* it may fill when the name resolves */
	assert_int_equal(site.policy.lines[0].addresses.count4, 2);
	assert_true(site.policy.lines[0].resolved);
	assert_false(site.policy.lines[1].resolved);
	assert_true(address_set_is_empty(&site.policy.lines[1].addresses));
	/* Identities are unique: counters are kept under them. */
	assert_string_equal(site.policy.lines[2].text, "good.example 22: 61400-61500");
	assert_string_equal(site.policy.lines[3].text, "good.example 22: 61400-61500 (2)");
	assert_int_equal(site.policy.settings.origin_mode, ORIGIN_ENFORCE);
	site_free(&site);
	site.options.no_dns = true;
	site_load(&site, CONFIG("zones = edge\n", "edge = 192.0.2.10\na = bad.example\n"), HEADER,
		  NULL);
	assert_int_equal(site.err, 0);
	assert_clean(&site.diags);
	site_free(&site);
}

/* ---- lints that depend on the host; the others are golden cases ---- */

static void test_ephemeral_lint(void **state)
{
	struct port_range range;
	struct site site = {0};
	char line[64];

	(void)state;
	assert_int_equal(host_port_range(&range), 0);
	snprintf(line, sizeof(line), "! 10.*.*.* *: %u-%u\n", range.last - 100u, range.last);
	site_load(&site, CONFIG("zones = edge\n", ZONES) "[origin-ports]\nfile = o.ini\n", HEADER,
		  line);
	assert_int_equal(site.err, 0);
	assert_diag(&site.diags, "origin-ephemeral", 1, 15);
	site_free(&site);
	site.options.no_host = true;
	site_load(&site, CONFIG("zones = edge\n", ZONES) "[origin-ports]\nfile = o.ini\n", HEADER,
		  line);
	assert_clean(&site.diags);
	site_free(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_algebra),
		cmocka_unit_test(test_zone_errors),
		cmocka_unit_test(test_locals),
		cmocka_unit_test(test_host_zone),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_port_missing_names_the_override),
		cmocka_unit_test(test_undefined_zones),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_names_in_zones_and_lines),
		cmocka_unit_test(test_ephemeral_lint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
