/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The last way to take a filter off: by its pins alone. Owns the walk over a pin folder and over
 * the NICs. Knows no tables and no records.
 */
#include "kernel/clear.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/clsact.h"
#include "kernel/firewall.h"
#include "kernel/nic.h"
#include "util/cleanup.h"

#define LINK "link_"
#define LINK_XDP "link_xdp_"

static int link_let_go(const char *folder, const char *name, struct report *report)
{
	char path[PINS_PATH];
	AUTO_FD int fd = -1;
	int error = pins_path(folder, name, path);

	if (error)
		return report_fail(report, error, "opening the pin %s/%s", folder, name);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return report_fail(report, -errno, "opening the pin %s", path);
	if (bpf_link_detach(fd) && errno != ENOLINK && errno != ENODEV)
		return report_fail(report, -errno, "detaching the link %s", path);
	return 0;
}

static int links_let_go(const char *folder, struct report *report, unsigned int *nics)
{
	DIR *pins = opendir(folder);
	struct dirent *entry;
	int error = 0;

	if (!pins)
		return report_fail(report, -errno, "opening the pin folder %s", folder);
	while ((entry = readdir(pins))) {
		int one;

		if (strncmp(entry->d_name, LINK, strlen(LINK)))
			continue;
		one = link_let_go(folder, entry->d_name, report);
		if (!one && !strncmp(entry->d_name, LINK_XDP, strlen(LINK_XDP)))
			++*nics;
		error = error ? error : one;
	}
	closedir(pins);
	return error;
}

/* The id of the pinned egress program; 0: there is none. */
static uint32_t egress_program(const char *folder)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	char path[PINS_PATH];
	AUTO_FD int fd = -1;

	if (pins_path(folder, firewall_program_names[PROGRAM_EGRESS], path))
		return 0;
	fd = bpf_obj_get(path);
	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

static int filters_let_go(const char *folder, struct report *report)
{
	uint32_t program = egress_program(folder);
	AUTO_FREE struct nic *nics = NULL;
	size_t count = 0;
	int error = program ? nics_read(report, &nics, &count) : 0;

	for (size_t i = 0; i < count; i++) {
		int one = clsact_detach_program(nics[i].ifindex, program, report);

		error = error ? error : one;
	}
	return error;
}

int pins_clear(const char *folder, struct report *report, unsigned int *ret_nics)
{
	unsigned int nics = 0;
	int error;

	if (!pins_exist(folder))
		return 0;
	error = links_let_go(folder, report, &nics);
	if (!error)
		error = filters_let_go(folder, report);
	if (error)
		return error;
	*ret_nics += nics;
	return pins_remove(folder, report);
}
