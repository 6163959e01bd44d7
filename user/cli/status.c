/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * zonegate status: what is in force on which NIC. Owns the command's words and status.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/json_text.h"
#include "cli/report_print.h"
#include "cli/status_print.h"
#include "cli/table.h"
#include "kernel/instance.h"
#include "observe/status.h"
#include "util/cleanup.h"

static const char *nic_xdp_name(uint8_t xdp)
{
	switch (xdp) {
	case ZG_NIC_XDP_NATIVE:
		return "native";
	case ZG_NIC_XDP_GENERIC:
		return "generic";
	default:
		return "none";
	}
}

static const char *nic_tc_name(uint8_t tc)
{
	switch (tc) {
	case ZG_NIC_TCX:
		return "tcx";
	case ZG_NIC_CLSACT:
		return "clsact";
	default:
		return "none";
	}
}

static const char *nic_state_name(enum status_nic_state state)
{
	switch (state) {
	case STATUS_NIC_GUARDED:
		return "guarded";
	case STATUS_NIC_GONE:
		return "device-gone";
	default:
		return "hook-lost";
	}
}

static const char *mode_name(const struct status *status)
{
	if (status->pass_all)
		return "pass-all";
	return status->policy.flags & ZG_F_AUDIT ? "audit" : "enforce";
}

static void time_text(uint64_t seconds, char *text, size_t size)
{
	time_t when = (time_t)seconds;
	struct tm local;

	if (!seconds || !localtime_r(&when, &local) ||
	    !strftime(text, size, "%Y-%m-%dT%H:%M:%S%z", &local))
		snprintf(text, size, "-");
}

/* ---- JSON ---- */

static json_t *policy_json(const struct status_policy *policy)
{
	char when[40];

	time_text(policy->applied_s, when, sizeof(when));
	return json_pack("{s:s, s:I, s:s, s:o, s:I, s:I}", "hash", policy->hash, "generation",
			 (json_int_t)policy->generation, "applied", when, "config",
			 json_text(policy->config), "rules", (json_int_t)policy->rules,
			 "origin_lines", (json_int_t)policy->lines);
}

static json_t *pending_json(const struct status *status)
{
	if (!status->pending)
		return json_null();
	return json_pack("{s:I, s:o}", "seconds_left", (json_int_t)status->pending_left_s,
			 "way_back",
			 status->pending_pass_all ? json_null() : policy_json(&status->fallback));
}

static json_t *link_id(uint32_t id)
{
	return id ? json_integer((json_int_t)id) : json_null();
}

static json_t *nics_json(const struct status *status)
{
	json_t *list = json_array();

	for (size_t i = 0; i < status->nic_count; i++) {
		const struct status_nic *nic = &status->nics[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "name",
				  json_text(nic->name), "ifindex", (json_int_t)nic->ifindex,
				  "state", nic_state_name(nic->state), "xdp",
				  nic_xdp_name(nic->xdp), "tc", nic_tc_name(nic->tc), "xdp_link",
				  link_id(nic->xdp_link_id), "tc_link", link_id(nic->tc_link_id),
				  "xdp_program", link_id(nic->xdp_program_id), "tc_program",
				  link_id(nic->tc_program_id)));
	}
	return list;
}

static json_t *cgroup_json(const struct status *status)
{
	json_t *list = json_array();

	for (int i = PROGRAM_CGROUP_FIRST; i < FIREWALL_PROGRAM_COUNT; i++)
		if (status->cgroup_programs & 1u << i)
			json_array_append_new(list, json_string(firewall_program_names[i]));
	return list;
}

static int print_json(const struct context *context, const struct status *status)
{
	char loaded[40];

	time_text(status->loaded_s, loaded, sizeof(loaded));
	return json_print(json_pack(
		"{s:s, s:b, s:s, s:o, s:o, s:b, s:o, s:{s:I, s:I}, s:o, s:I, s:s, s:b, s:b, s:b}",
		"instance", context->instance, "in_force", true, "mode", mode_name(status),
		"policy", status->pass_all ? json_null() : policy_json(&status->policy), "pending",
		pending_json(status), "way_back_taken", status->way_back_taken, "nics",
		nics_json(status), "flows", "used", (json_int_t)status->flows_used, "max",
		(json_int_t)status->flows_max, "cgroup_programs", cgroup_json(status),
		"table_bytes", (json_int_t)status->table_bytes, "loaded", loaded, "other_namespace",
		status->other_namespace, "other_build", status->other_build, "interrupted",
		status->interrupted));
}

/* ---- text ---- */

static void print_policy(const struct context *context, const struct status *status)
{
	const struct status_policy *policy = &status->policy;
	char when[40];

	if (status->pass_all) {
		printf("instance %s: NO POLICY IN FORCE: the first apply was not confirmed, all "
		       "passes\n",
		       context->instance);
		return;
	}
	time_text(policy->applied_s, when, sizeof(when));
	printf("instance %s: %s%s\n", context->instance, policy->config,
	       policy->flags & ZG_F_AUDIT ? ", AUDIT: counts what it would drop, drops nothing"
					  : "");
	printf("  policy %.16s, generation %u, applied %s: %u rules here, %u tcpoport lines\n",
	       policy->hash, policy->generation, when, policy->rules, policy->lines);
}

static void print_pending(const struct status *status)
{
	if (status->way_back_taken)
		printf("  the policy applied last was not confirmed in time: this one is back\n");
	if (!status->pending)
		return;
	if (status->pending_pass_all)
		printf("  NOT CONFIRMED: in %llu s all passes again, unless 'zonegate confirm'\n",
		       (unsigned long long)status->pending_left_s);
	else
		printf("  NOT CONFIRMED: in %llu s generation %u is back, unless 'zonegate "
		       "confirm'\n",
		       (unsigned long long)status->pending_left_s, status->fallback.generation);
}

static const char *nic_state_text(enum status_nic_state state)
{
	switch (state) {
	case STATUS_NIC_GUARDED:
		return "guarded";
	case STATUS_NIC_GONE:
		return "NOT GUARDED: the device is gone; apply when it is back";
	default:
		return "NOT GUARDED: a hook was taken off; apply again";
	}
}

static int print_nics(const struct status *status)
{
	static const char *const titles[] = {"  NIC", "in", "out", "state"};
	CLEANUP(table_free) struct table table = {.columns = 4, .titles = titles};

	for (size_t i = 0; i < status->nic_count; i++) {
		const struct status_nic *nic = &status->nics[i];
		char name[IF_NAMESIZE + 2], in[24];
		const char *cells[4] = {name, in, nic_tc_name(nic->tc), nic_state_text(nic->state)};

		snprintf(name, sizeof(name), "  %s", nic->name);
		snprintf(in, sizeof(in), "XDP %s", nic_xdp_name(nic->xdp));
		if (table_add(&table, cells))
			return -ENOMEM;
	}
	if (status->nic_count)
		table_print(&table);
	else
		printf("  no NIC is guarded: [host] interfaces lists none\n");
	return 0;
}

static int print_text(const struct context *context, const struct status *status)
{
	print_policy(context, status);
	print_pending(status);
	if (print_nics(status))
		return -ENOMEM;
	printf("  flows %zu of %zu; tables %llu KiB\n", status->flows_used, status->flows_max,
	       (unsigned long long)(status->table_bytes + 1023) / 1024);
	if (!(status->cgroup_programs & 1u << PROGRAM_SETSOCKOPT))
		printf("  programs may go round the egress filter: no cgroup v2 hook\n");
	if (status->other_namespace)
		printf("  these NICs are in another network namespace\n");
	if (status->other_build)
		printf("  the loaded programs are of another build of zonegate: apply replaces "
		       "them\n");
	if (status->interrupted)
		printf("  a command was cut off: 'zonegate apply' or 'stop' clears up\n");
	return 0;
}

/* ---- */

static int print_nothing(const struct context *context)
{
	if (context->json)
		return json_print(json_pack("{s:s, s:b}", "instance", context->instance, "in_force",
					    false))
			       ? EXIT_SYSTEM
			       : EXIT_DONE;
	printf("Nothing is in force: instance %s was not applied; zonegate lets all traffic "
	       "pass.\n\n"
	       "To begin: write %s (man zonegate.conf), then\n"
	       "  zonegate check    what is wrong with it\n"
	       "  zonegate show     what it means on this host\n"
	       "  zonegate apply    puts it into force\n",
	       context->instance, context->config);
	return EXIT_DONE;
}

int status_show(struct context *context)
{
	CLEANUP(report_free) struct report report = {0};
	struct firewall firewall;
	struct status status;
	struct pins pins;
	int error = instance_open(context->instance, &report, &pins, &firewall);

	if (error == -ENOENT)
		return print_nothing(context);
	if (error)
		return report_print_failure(context, &report, error);
	error = status_read(&firewall, &pins, &report, &status);
	if (error)
		report_print_failure(context, &report, error);
	else
		error = context->json ? print_json(context, &status) : print_text(context, &status);
	firewall_close(&firewall);
	return error ? EXIT_SYSTEM : EXIT_DONE;
}

int command_status(struct context *context)
{
	if (context->argc > 1)
		return usage_error(context, "status takes no '%s'", context->argv[1]);
	return status_show(context);
}
