/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Protocols, ports and tcpoport lines as text, for policy_read(). Owns nothing.
 */
#ifndef TESTS_ORACLE_READ_SERVICE_H
#define TESTS_ORACLE_READ_SERVICE_H

#include "model.h"

/* From row->protocol. */
void service_read_protocol(struct row *row);
void service_read_ports(struct row *row, const char *text);
/* Adds a line of tcpoport.ini, when there is one on it. */
void service_read_origin(struct model *model, const char *text);

#endif
