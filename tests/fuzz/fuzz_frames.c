// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fuzzer's bytes are frames and time at a host with one small policy.
 */
#include "must.h"
#include "steps.h"
#include "texts.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct resolved site_policy;
static struct image site_image;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	texts_init();
	MUST(texts_load(&site_policy, &site_image), "the site has errors");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size};

	steps_run(&site_image, &bytes);
	return 0;
}
