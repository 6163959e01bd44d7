/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The groups of packet tests, a file each. Each answers how many of its tests failed.
 */
#ifndef TESTS_PACKETS_TESTS_H
#define TESTS_PACKETS_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "stand.h"

int test_rows(void);
int test_link(void);
int test_headers(void);
int test_extensions(void);
int test_fragments(void);
int test_icmp(void);
int test_flows(void);
int test_origin(void);
int test_modes(void);
int test_sockopt(void);

/* Before each test: nothing is remembered. */
int forget(void **state);
#define TEST(function) cmocka_unit_test_setup(function, forget)

/* Addresses of the Edge policy. */
#define CLIENT "203.0.113.7"
#define CLIENT6 "2001:db8:1::7"
#define VIP "192.0.2.80"
#define VIP6 "2001:db8::80"
#define EDGE "192.0.2.10"
#define EDGE6 "2001:db8::10"
#define SERVER "10.20.1.11"

#endif
