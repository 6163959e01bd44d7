/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Captures, pcap and pcapng, read as a list of Ethernet frames. Owns the formats
 * (draft-ietf-opsawg- pcap, draft-ietf-opsawg-pcapng). Knows no policy.
 */
#ifndef TESTS_ORACLE_CAPTURE_H
#define TESTS_ORACLE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

enum capture_direction {
	CAPTURE_UNKNOWN,
	CAPTURE_IN,
	CAPTURE_OUT,
};

struct frame {
	const uint8_t *byte;
	uint32_t size;
	uint8_t direction; /* enum capture_direction */
};

struct capture {
	uint8_t *file; /* as read */
	uint8_t *made; /* frames that had to be given a link layer */
	struct frame *frame;
	size_t frames;
	size_t left_out; /* of other link layers, or over what the kernel takes in a test run */
};

/* Ends the program with a message when the file is no capture. */
void capture_read(const char *path, size_t max_size, struct capture *ret_capture);
void capture_free(struct capture *capture);

#endif
