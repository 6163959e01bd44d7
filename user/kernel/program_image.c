/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bytes of the compiled BPF object, built into the program. Owns nothing else.
 */
#include "kernel/program_image.h"

#include <zonegate/connect.h>
#include <zonegate/names.h>
#include <zonegate/state.h>
#include <zonegate/tables.h>

/* Generated code: what our warnings say of it is not ours to mend. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#include "zonegate.skel.h"
#pragma GCC diagnostic pop

const void *program_image(size_t *ret_size)
{
	return zonegate_bpf__elf_bytes(ret_size);
}
