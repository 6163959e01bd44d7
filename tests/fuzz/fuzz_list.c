// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The fuzzer's bytes are the list of addresses that a zone is read from.
 */
#include <stdint.h>

#include "site.h"
#include "texts.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	texts_init();
	text_set(TEXT_CONF, SITE_CONF, sizeof(SITE_CONF) - 1);
	text_set(TEXT_TABLE, SITE_TABLE, sizeof(SITE_TABLE) - 1);
	text_set(TEXT_ORIGIN, SITE_ORIGIN, sizeof(SITE_ORIGIN) - 1);
	text_set(TEXT_LIST, SITE_LIST, sizeof(SITE_LIST) - 1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resolved policy;
	struct image image;

	text_set(TEXT_LIST, data, size);
	if (texts_load(&policy, &image))
		texts_release(&policy, &image);
	return 0;
}
