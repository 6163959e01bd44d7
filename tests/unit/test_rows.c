/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Every row of the shipped tables, as the vendor lists it, and what it means on an Edge and on a
 * Server. Run from the top of the tree: it reads configs/.
 */
#include "text_make.h"

#include "resolve/load.h"

enum host {
	EDGE,
	SERVER,
	HOSTS,
};

static const struct expected {
	const char *name, *source, *destination, *protocol, *ports, *direction;
	uint8_t proto; /* 0: TCP and UDP */
	enum role role[HOSTS];
} rows[] = {
#define CLIENT(name, protocol, ports)                                                              \
	{                                                                                          \
		name, "internet", "edge-vip", protocol, ports, "inbound", 6,                       \
		{                                                                                  \
			ROLE_ACCEPT, ROLE_NOT_HERE                                                 \
		}                                                                                  \
	}
#define STREAM(name, protocol, ports)                                                              \
	{                                                                                          \
		name, "servers", "edge", protocol, ports, "outbound", 6,                           \
		{                                                                                  \
			ROLE_ACCEPT, ROLE_OPEN                                                     \
		}                                                                                  \
	}
#define LOOKUP(name, protocol, ports)                                                              \
	{                                                                                          \
		name, "servers", "trusted", protocol, ports, "outbound", 6,                        \
		{                                                                                  \
			ROLE_NOT_HERE, ROLE_OPEN                                                   \
		}                                                                                  \
	}
#define PARTNER(name, protocol, ports)                                                             \
	{                                                                                          \
		name, "edge", "internet", protocol, ports, "outbound", 6,                          \
		{                                                                                  \
			ROLE_OPEN, ROLE_NOT_HERE                                                   \
		}                                                                                  \
	}
	CLIENT("1", "FTP(S)", "21"),
	{"2",
	 "internet",
	 "edge-vip",
	 "FTP(S)",
	 "1024-65535",
	 "outbound",
	 6,
	 {ROLE_OPEN, ROLE_NOT_HERE}},
	CLIENT("3", "FTP(S)", "1024-65535"),
	CLIENT("4", "HTTP", "80"),
	CLIENT("5", "HTTPS", "443"),
	CLIENT("6", "SSH", "22"),
	CLIENT("7", "AS2 (SSL)", "10443"),
	CLIENT("8", "AS2 (non-SSL)", "10080"),
	CLIENT("9", "PeSIT over plain socket", "17617"),
	CLIENT("10", "PeSIT over secured socket (not CFT compatible)", "17627"),
	CLIENT("11", "PeSIT over secured socket (CFT compatible)", "17637"),
	CLIENT("12", "PeSIT over pTCP plain socket", "19617"),
	CLIENT("13", "PeSIT over pTCP secured socket", "19627"),
	{"14", "trusted", "edge", "HTTPS", "444", "inbound", 6, {ROLE_ACCEPT, ROLE_NOT_HERE}},
	{"15", "servers", "mail", "SMTP (TCP)", "25", "outbound", 6, {ROLE_NOT_HERE, ROLE_OPEN}},
	{"16", "servers", "snmp", "SNMP (UDP)", "162", "outbound", 17, {ROLE_NOT_HERE, ROLE_OPEN}},
	LOOKUP("17", "SiteMinder", "44441"),
	LOOKUP("18", "SiteMinder", "44442"),
	LOOKUP("19", "SiteMinder", "44443"),
	LOOKUP("20", "LDAP", "389, 3268"),
	STREAM("22", "TCP over SSL", "20021"),
	STREAM("23", "TCP over SSL", "20080"),
	STREAM("24", "TCP over SSL", "21080"),
	STREAM("25", "TCP over SSL", "20022"),
	STREAM("26", "TCP over SSL", "27617"),
	STREAM("27", "TCP over SSL", "20444"),
	STREAM("28", "SOCKS", "1080"),
	{"29", "servers", "servers", "Proprietary", "44431", "both", 6, {ROLE_NOT_HERE, ROLE_BOTH}},
	{"30", "servers", "servers", "HTTPS", "444", "both", 6, {ROLE_NOT_HERE, ROLE_BOTH}},
	{"31",
	 "servers",
	 "servers",
	 "TCP and UDP",
	 "8088-8093",
	 "both",
	 0,
	 {ROLE_NOT_HERE, ROLE_BOTH}},
	{"32",
	 "edge",
	 "internet",
	 "FTP(S)",
	 "1024-65535",
	 "inbound",
	 6,
	 {ROLE_ACCEPT, ROLE_NOT_HERE}},
	PARTNER("33", "FTP(S)", "1024-65535"),
	PARTNER("34", "FTP(S)", "21"),
	PARTNER("35", "HTTP", "80"),
	PARTNER("36", "HTTPS", "443"),
	PARTNER("37", "SSH", "22"),
	PARTNER("38", "AS2", NULL),
	PARTNER("39", "PeSIT", NULL),
};

static void load(enum host host, bool with_ports, struct diags *diags, struct resolved *policy)
{
	static const char *const tables[] = {
		"protocol",	    "authentication",	  "tm-server",	      "server-transfer",
		"standard-cluster", "enterprise-cluster", "protocol-outbound"};
	const struct load_options options = {.no_dns = true, .no_host = true};
	char cwd[512], *text = NULL;
	struct folder folder;
	const char *path;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	fprintf(file,
		"[host]\ninterfaces = eth0\nzones = %s\n[zones]\nedge = 192.0.2.10\n"
		"edge-vip = @edge 192.0.2.80\nservers = 10.20.1.10\ntrusted = 10.20.0.0/16\n"
		"internet = any !private\nmail = 198.51.100.25\nsnmp = 198.51.100.26\n"
		"[components]\nzones = edge edge-vip servers\n[rules]\ntables =",
		host == EDGE ? "edge edge-vip" : "servers");
	for (size_t i = 0; i < COUNT(tables); i++)
		fprintf(file, " %s/configs/tables/%s.csv", cwd, tables[i]);
	fputc('\n', file);
	if (with_ports)
		fputs("[rule 38]\nports = 10443\n[rule 39]\nports = 17617\n", file);
	fclose(file);
	folder_make(&folder);
	path = folder_write(&folder, "z.conf", text);
	assert_int_equal(policy_load(path, &options, diags, policy) == 0,
			 with_ports || host == SERVER);
	folder_remove(&folder);
	free(text);
}

static void check_host(enum host host)
{
	struct resolved policy = {0};
	struct diags diags = {0};

	load(host, true, &diags, &policy);
	assert_int_equal(diags.errors, 0);
	assert_int_equal(policy.rule_count, COUNT(rows));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct expected *row = &rows[i];
		const struct rule *rule = &policy.rules[i];
		const char *ports = row->ports;

		if (!ports)
			ports = strcmp(row->name, "38") ? "17617" : "10443";
		assert_string_equal(rule->name, row->name);
		assert_string_equal(rule->source_name, row->source);
		assert_string_equal(rule->destination_name, row->destination);
		assert_string_equal(rule->protocol_label, row->protocol);
		assert_string_equal(rule->direction_label, row->direction);
		assert_string_equal(ports_format(rule->ports, rule->port_ranges, &policy.arena),
				    ports);
		assert_int_equal(rule->kind, row->proto ? PROTOCOL_IP : PROTOCOL_TCP_UDP);
		assert_int_equal(rule->proto, row->proto);
		assert_int_equal(rule->ftp, !strcmp(row->protocol, "FTP(S)"));
		assert_true(*rule->purpose);
		if (rule->role != row->role[host])
			fail_msg("rule %s: role %d, expected %d", row->name, rule->role,
				 row->role[host]);
	}
	resolved_free(&policy);
	diags_free(&diags);
}

static void test_rows_on_an_edge(void **state)
{
	(void)state;
	check_host(EDGE);
}

static void test_rows_on_a_server(void **state)
{
	(void)state;
	check_host(SERVER);
}

/* The two parties of a role: who is remote, who is this host. */
static void test_parties(void **state)
{
	struct resolved policy = {0};
	struct diags diags = {0};
	const struct rule *rule;

	(void)state;
	load(EDGE, true, &diags, &policy);
	rule = &policy.rules[1]; /* row 2: the Edge opens to the Internet */
	assert_string_equal(policy.zones[rule->open_local].name, "edge-vip");
	assert_string_equal(policy.zones[rule->open_remote].name, "internet");
	assert_int_equal(rule->accept_local, -1);
	rule = &policy.rules[20]; /* row 22: a Server opens to the Edge */
	assert_string_equal(policy.zones[rule->accept_local].name, "edge");
	assert_string_equal(policy.zones[rule->accept_remote].name, "servers");
	assert_int_equal(rule->open_local, -1);
	assert_int_equal(policy.rules[2].port_count, 64512);
	resolved_free(&policy);
	diags_free(&diags);
}

/* 38 and 39: an error on an Edge that gives no port, nothing on a Server. */
static void test_missing_ports(void **state)
{
	struct resolved policy = {0};
	struct diags diags = {0};
	size_t missing = 0;

	(void)state;
	load(EDGE, false, &diags, &policy);
	for (size_t i = 0; i < diags.count; i++)
		missing += !strcmp(diags.list[i].code, "port-missing");
	assert_int_equal(missing, 2);
	assert_int_equal(diags.errors, 2);
	diags_free(&diags);
	load(SERVER, false, &diags, &policy);
	assert_int_equal(diags.errors, 0);
	resolved_free(&policy);
	diags_free(&diags);
}

/* The shipped example is good, and without a warning, wherever it is checked. */
static void test_shipped_example(void **state)
{
	const struct load_options options = {.no_host = true};
	struct resolved policy = {0};
	struct diags diags = {0};

	(void)state;
	assert_int_equal(policy_load("configs/zonegate.conf", &options, &diags, &policy), 0);
	assert_clean(&diags);
	resolved_free(&policy);
	diags_free(&diags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_on_an_edge), cmocka_unit_test(test_rows_on_a_server),
		cmocka_unit_test(test_parties),		cmocka_unit_test(test_missing_ports),
		cmocka_unit_test(test_shipped_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
