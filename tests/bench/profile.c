/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the instructions are: size of each program and of each function in it, as verified and as
 * compiled to machine code, under the shipped tables. Measures no time.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define FUNCTIONS_MAX 64

/* Functions with their count of instructions, from bpftool's listing. */
static int list_functions(uint32_t id)
{
	char *command = NULL;
	int status =
		asprintf(&command,
			 "bpftool prog dump xlated id %u | awk '"
			 "/^[a-z_].*\\(.*\\):$/ { name = $0; sub(/\\(.*/, \"\", name); "
			 "sub(/.* \\*?/, \"\", name) } "
			 "/^ *[0-9]+: \\(/ { n[name]++ } "
			 "END { for (f in n) printf \"    %%6d  %%s\\n\", n[f], f }' | sort -rn",
			 id);

	fflush(stdout);
	status = status < 0 ? -ENOMEM : system(command) ? -EIO : 0;
	free(command);
	return status;
}

static int profile_program(const char *name, int fd)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return -errno;
	printf("%s: %zu instructions, %u bytes of machine code, %u functions; the verifier looked "
	       "at "
	       "%u\n",
	       name, info.xlated_prog_len / sizeof(struct bpf_insn), info.jited_prog_len,
	       info.nr_jited_func_lens, info.verified_insns);
	return list_functions(info.id);
}

int profile_run(void)
{
	const struct policy_shape shape = {.name = "shipped", .kind = SHAPE_SHIPPED, .lines = 3};
	struct subject subject;
	int error = subject_open(&shape, &subject);

	if (error)
		return error;
	error = profile_program("zg_ingress", subject_ingress(&subject));
	if (!error)
		error = profile_program("zg_egress", subject_egress(&subject));
	subject_close(&subject);
	return error;
}
