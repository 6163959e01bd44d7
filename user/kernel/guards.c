/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * All guarded NICs of an instance against those that a policy lists: who is kept, who is new, who
 * goes. Owns the list of guards while a command runs. Knows no tables.
 */
#include "kernel/guards.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

void guards_init(struct guards *guards)
{
	memset(guards, 0, sizeof(*guards));
}

void guards_close(struct guards *guards)
{
	for (size_t i = 0; i < guards->count; i++)
		guard_close(&guards->list[i].guard);
	guards->count = 0;
}

int guards_open(const struct firewall *firewall, const char *folder, struct report *report,
		struct guards *ret_guards)
{
	struct guards *guards = ret_guards;

	guards_init(guards);
	for (size_t i = 0; i < ZG_NICS_MAX; i++) {
		struct guarded *one = &guards->list[guards->count];
		int error;

		if (!firewall->nics[i].name[0])
			continue;
		error = guard_open(&firewall->nics[i], folder, report, &one->guard);
		if (error) {
			guards_close(guards);
			return error;
		}
		one->slot = &firewall->nics[i];
		one->index = (uint32_t)i;
		guards->count++;
	}
	return 0;
}

void guards_rebase(struct guards *guards, const struct firewall *firewall)
{
	for (size_t i = 0; i < guards->count; i++)
		guards->list[i].slot = &firewall->nics[guards->list[i].index];
}

static struct zg_nic *slot_free(const struct firewall *firewall)
{
	for (size_t i = 0; i < ZG_NICS_MAX; i++)
		if (!firewall->nics[i].name[0])
			return &firewall->nics[i];
	return NULL;
}

static void guarded_drop(struct guarded *one, const char *folder)
{
	guard_unpin(&one->guard.record, folder);
	guard_close(&one->guard);
	memset(one->slot, 0, sizeof(*one->slot));
}

static void guarded_remove(struct guards *guards, struct guarded *one)
{
	size_t index = (size_t)(one - guards->list);

	guards->count--;
	memmove(one, one + 1, (guards->count - index) * sizeof(*one));
}

static struct guarded *find_device(struct guards *guards, uint32_t ifindex)
{
	for (size_t i = 0; i < guards->count; i++)
		if (guards->list[i].guard.record.ifindex == ifindex)
			return &guards->list[i];
	return NULL;
}

/* The device was renamed: its pins and its record follow. */
static int guarded_rename(struct guarded *one, const struct nic *nic, const char *folder,
			  struct report *report)
{
	struct zg_nic old = one->guard.record;
	int error;

	memset(one->guard.record.name, 0, sizeof(one->guard.record.name));
	memcpy(one->guard.record.name, nic->name, sizeof(nic->name));
	error = guard_pin(&one->guard, folder, report);
	if (error)
		return error;
	*one->slot = one->guard.record;
	guard_unpin(&old, folder);
	return 0;
}

/* A guarded NIC that stays: whole, or what is missing of it is attached anew. */
static int guarded_keep(struct guarded *one, const struct firewall *firewall, const struct nic *nic,
			enum xdp_mode mode, const char *folder, struct report *report)
{
	int error;

	one->wanted = true;
	if (strcmp(one->guard.record.name, nic->name)) {
		error = guarded_rename(one, nic, folder, report);
		if (error)
			return error;
	}
	if (mode != XDP_MODE_AUTO &&
	    (mode == XDP_MODE_NATIVE) != (one->guard.record.xdp == ZG_NIC_XDP_NATIVE))
		report_note(report,
			    "%s keeps its XDP mode: changing it would leave the NIC open for a "
			    "moment; 'zonegate stop' and apply change it",
			    nic->name);
	if (guard_is_whole(&one->guard))
		return 0;
	report_note(report, "%s had lost a hook: attached anew", nic->name);
	return guard_complete(&one->guard, firewall, nic, mode, one->slot, folder, report);
}

static int guarded_add(struct guards *guards, const struct firewall *firewall,
		       const struct nic *nic, enum xdp_mode mode, const char *folder,
		       struct report *report)
{
	struct guarded *one = &guards->list[guards->count];
	struct zg_nic *slot = slot_free(firewall);
	int error;

	if (guards->count == ZG_NICS_MAX || !slot)
		return report_refuse(report, -E2BIG, "more than %d NICs", ZG_NICS_MAX);
	error = guard_check_free(nic, report);
	if (!error)
		error = nic_check(nic, report);
	if (!error)
		error = guard_attach(firewall, nic, mode, slot, report, &one->guard);
	if (error)
		return error;
	one->slot = slot;
	one->index = (uint32_t)(slot - firewall->nics);
	one->wanted = one->attached_now = true;
	guards->count++;
	return guard_pin(&one->guard, folder, report);
}

/* A record whose device is gone, or has been made anew under the name with another index. */
static void drop_stale(struct guards *guards, const struct nic *nic, const char *folder)
{
	for (size_t i = 0; i < guards->count; i++) {
		struct guarded *one = &guards->list[i];

		if (strcmp(one->guard.record.name, nic->name) ||
		    one->guard.record.ifindex == nic->ifindex)
			continue;
		guarded_drop(one, folder);
		guarded_remove(guards, one);
		i--;
	}
}

static int missing(const struct guards_plan *plan, const char *name, struct report *report)
{
	if (plan->allow_missing) {
		report_note(report, "%s is not there: not guarded until it is and 'apply' runs",
			    name);
		return 0;
	}
	report_refuse(report, -ENODEV, "[host] interfaces lists %s, which is not there", name);
	report_hint(report, "'ip link' shows what is; --allow-missing guards the others");
	return -ENODEV;
}

static int attach_listed(struct guards *guards, const struct firewall *firewall,
			 const struct guards_plan *plan, const char *folder, struct report *report)
{
	const struct policy_settings *settings = plan->settings;
	AUTO_FREE struct nic *nics = NULL;
	size_t count = 0;
	int error = nics_read(report, &nics, &count);

	for (size_t i = 0; i < settings->interfaces && !error; i++) {
		const struct nic *nic = nic_find(nics, count, settings->interface[i]);
		struct guarded *one;

		if (!nic) {
			error = missing(plan, settings->interface[i], report);
			continue;
		}
		drop_stale(guards, nic, folder);
		one = find_device(guards, nic->ifindex);
		if (one)
			error = guarded_keep(one, firewall, nic, settings->xdp_mode, folder,
					     report);
		else
			error = guarded_add(guards, firewall, nic, settings->xdp_mode, folder,
					    report);
	}
	return error;
}

int guards_attach(struct guards *guards, const struct firewall *firewall,
		  const struct guards_plan *plan, const char *folder, struct report *report)
{
	int error = attach_listed(guards, firewall, plan, folder, report);

	if (error)
		guards_undo(guards, folder, report);
	return error;
}

void guards_undo(struct guards *guards, const char *folder, struct report *report)
{
	for (size_t i = guards->count; i-- > 0;) {
		struct guarded *one = &guards->list[i];

		if (!one->attached_now)
			continue;
		guard_detach(&one->guard, report);
		guarded_drop(one, folder);
		guarded_remove(guards, one);
	}
}

void guards_detach_unwanted(struct guards *guards, const char *folder, struct report *report)
{
	for (size_t i = guards->count; i-- > 0;) {
		struct guarded *one = &guards->list[i];
		struct report why = {0};

		if (one->wanted)
			continue;
		if (guard_detach(&one->guard, &why)) {
			report_note(report, "%s is not listed any more, but %s: %s",
				    one->guard.record.name, why.doing, strerror(-why.error));
		} else {
			guarded_drop(one, folder);
			guarded_remove(guards, one);
		}
		report_free(&why);
	}
}

int guards_detach_all(struct guards *guards, const char *folder, struct report *report)
{
	int error = 0;

	for (size_t i = guards->count; i-- > 0;) {
		struct guarded *one = &guards->list[i];
		int this = guard_detach(&one->guard, report);

		/* The record stays with what could not be taken off: the next try finds it. */
		if (this) {
			error = error ? error : this;
			continue;
		}
		guarded_drop(one, folder);
		guarded_remove(guards, one);
	}
	return error;
}

int guards_update(struct guards *guards, const struct firewall *firewall, struct report *report)
{
	for (size_t i = 0; i < guards->count; i++) {
		int error = guard_update(&guards->list[i].guard, firewall, report);

		if (error)
			return error;
	}
	return 0;
}

int guards_pin(const struct guards *guards, const char *folder, struct report *report)
{
	for (size_t i = 0; i < guards->count; i++) {
		int error = guard_pin(&guards->list[i].guard, folder, report);

		if (error)
			return error;
	}
	return 0;
}
