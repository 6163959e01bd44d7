// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * packets.hex: written when a difference was found, read to try it again.
 */
#include "packet.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zonegate/reasons.h>

void packets_write(const char *path, const struct packet *packets, size_t count)
{
	FILE *file = fopen(path, "w");

	if (!file)
		err(3, "%s", path);
	for (size_t i = 0; i < count; i++) {
		fputs(packets[i].hook == ZG_INGRESS ? "in " : "out ", file);
		for (size_t j = 0; j < packets[i].size; j++)
			fprintf(file, "%02x", packets[i].byte[j]);
		fprintf(file, "%s%s\n", packets[i].expect[0] ? " " : "", packets[i].expect);
	}
	if (fclose(file))
		err(3, "%s", path);
}

static void packet_read(const char *path, char *line, struct packet *ret_packet)
{
	char *hex = strchr(line, ' ');

	if (!hex)
		errx(3, "%s: no frame in: %s", path, line);
	memset(ret_packet, 0, sizeof(*ret_packet));
	ret_packet->hook = strncmp(line, "in ", 3) == 0 ? ZG_INGRESS : ZG_EGRESS;
	hex++;
	for (unsigned int byte; isxdigit((unsigned char)*hex) && sscanf(hex, "%2x", &byte) == 1;
	     hex += 2) {
		if (ret_packet->size == PACKET_MAX)
			errx(3, "%s: frame over %d bytes", path, PACKET_MAX);
		ret_packet->byte[ret_packet->size++] = (uint8_t)byte;
	}
	hex[strcspn(hex, "\n")] = '\0';
	if (*hex == ' ')
		snprintf(ret_packet->expect, sizeof(ret_packet->expect), "%s", hex + 1);
}

struct packet *packets_read(const char *path, size_t *ret_count)
{
	static char line[2 * PACKET_MAX + 64];
	FILE *file = fopen(path, "r");
	struct packet *packets = NULL;
	size_t count = 0;

	if (!file)
		err(3, "%s", path);
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		packets = realloc(packets, (count + 1) * sizeof(*packets));
		if (!packets)
			err(3, "memory");
		packet_read(path, line, &packets[count++]);
	}
	fclose(file);
	*ret_count = count;
	return packets;
}
