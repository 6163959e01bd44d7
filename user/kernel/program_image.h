/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The bytes of the compiled BPF object, built into the program. Owns nothing else: the generated
 * skeleton is included by program_image.c alone.
 */
#ifndef USER_KERNEL_PROGRAM_IMAGE_H
#define USER_KERNEL_PROGRAM_IMAGE_H

#include <stddef.h>

/* An ELF file in memory. */
const void *program_image(size_t *ret_size);

#endif
