// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tcpoport.ini's bit vectors: the first matching line by the formula of tables.h, against a
 * reading of each line in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "compile/image_lookup.h"
#include "policy_make.h"

/* The formula of tables.h, word by word. -1: no line. */
static int first_line(const struct image *image, const uint32_t *address4, struct addr6 address6,
		      uint16_t port)
{
	const struct zg_origin *origin = image->origin;
	union {
		__u64 words[2];
		__u8 bytes[16];
	} raw;
	uint32_t class;

	for (int i = 0; i < 8; i++) {
		raw.bytes[i] = (uint8_t)(address6.high >> (56 - 8 * i));
		raw.bytes[8 + i] = (uint8_t)(address6.low >> (56 - 8 * i));
	}
	class = address4 ? lookup_class4(0, ZG_REMOTE4, *address4)
			 : lookup_class6(0, ZG_REMOTE6, raw.bytes);
	assert_true(class < image->class_count);
	for (uint32_t w = 0; w < origin->words; w++) {
		uint64_t match = image->classes[class].lines[w];

		if (address4)
			match |= origin->octet[0][*address4 >> 24][w] &
				 origin->octet[1][*address4 >> 16 & 255][w] &
				 origin->octet[2][*address4 >> 8 & 255][w] &
				 origin->octet[3][*address4 & 255][w];
		match &= origin->port_bits[origin->port_class[port]][w];
		match = (match ^ origin->invert[w]) & origin->valid[w];
		if (match)
			return (int)(w * 64) + __builtin_ctzll(match);
	}
	return -1;
}

static bool line_matches(const struct origin_line *line, const uint32_t *address4,
			 struct addr6 address6, uint16_t port)
{
	bool address = false, ports = line->ports.first <= port && port <= line->ports.last;

	if (line->kind == ORIGIN_NAME && line->negated && !line->resolved)
		return false;
	if (line->kind == ORIGIN_PATTERN) {
		address = address4 != NULL;
		for (int k = 0; k < 4 && address; k++)
			address = line->octet[k] < 0 ||
				  (uint32_t)line->octet[k] == (*address4 >> (24 - 8 * k) & 255);
	} else {
		address = address4 ? address_set_has4(&line->addresses, *address4)
				   : address_set_has6(&line->addresses, address6);
	}
	return (address && ports) != line->negated;
}

static int naive_line(const struct resolved *policy, const uint32_t *address4,
		      struct addr6 address6, uint16_t port)
{
	for (size_t i = 0; i < policy->line_count; i++) {
		if (line_matches(&policy->lines[i], address4, address6, port))
			return (int)i;
	}
	return -1;
}

/* An address of some line, so that names and IPv6 lines are met. */
static void address_pick(const struct resolved *policy, uint32_t *ret4, struct addr6 *ret6)
{
	static const uint32_t octets[] = {0, 10, 10, 1};
	const struct address_set *set =
		&policy->lines[random_below((uint32_t)policy->line_count)].addresses;

	*ret4 = 0;
	for (int k = 0; k < 4; k++)
		*ret4 = *ret4 << 8 | octets[random_below(4)];
	*ret6 = addr6_make(0x20010db8ull << 32, random_below(300));
	if (set->count4 && random_below(2))
		*ret4 = set->v4[random_below((uint32_t)set->count4)].last + random_below(2);
	if (set->count6 && random_below(2))
		*ret6 = set->v6[random_below((uint32_t)set->count6)].first;
}

static void test_first_match(void **state)
{
	unsigned matches = 0, later = 0;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct resolved policy;
		struct diags diags = {0};
		struct image image;
		bool negated = round % 3 == 0;

		policy_start(&policy);
		for (uint32_t lines = 1 + random_below(MAKE_LINES - 1); lines > 0; lines--) {
			struct origin_line *line;

			line_random(&policy);
			if (negated)
				continue;
			/* The second word decides where the first 64 lines are about other ports.
			 */
			line = &policy.lines[policy.line_count - 1];
			line->negated = line->any_port = false;
			line->ports.first = policy.line_count <= 64 && round % 3 == 1 ? 60000 : 0;
			line->ports.last = (uint16_t)(line->ports.first + random_below(700));
		}
		assert_int_equal(image_build(&policy, &diags, &image), 0);
		image_lookup_use(&image);
		for (unsigned i = 0; i < 2000; i++) {
			uint16_t port = (uint16_t)random_below(700);
			struct addr6 six;
			uint32_t four;
			int line;

			address_pick(&policy, &four, &six);
			line = naive_line(&policy, &four, six, port);
			assert_int_equal(first_line(&image, &four, six, port), line);
			matches += line >= 0;
			later += line >= 64;
			line = naive_line(&policy, NULL, six, port);
			assert_int_equal(first_line(&image, NULL, six, port), line);
		}
		image_free(&image);
		diags_free(&diags);
		arena_free(&policy.arena);
	}
	assert_true(matches > 10000);
	assert_true(later > 100);
}

static void test_lines(void **state)
{
	struct resolved policy;
	struct diags diags = {0};
	struct image image;
	struct origin_line *line;

	(void)state;
	policy_start(&policy);
	line = &policy.lines[policy.line_count++]; /* 10.*.*.* *: 64000-64100 */
	*line = (struct origin_line){.text = "a", .octet = {10, -1, -1, -1}, .any_port = true};
	line->ports = (struct port_range){0, 65535};
	line->origin = (struct port_range){64000, 64100};
	line = &policy.lines[policy.line_count++]; /* ! name: never resolved */
	*line = (struct origin_line){.text = "b", .negated = true, .kind = ORIGIN_NAME};
	line->ports = (struct port_range){21, 21};
	line = &policy.lines[policy.line_count++]; /* *.*.*.* 443: 0 */
	*line = (struct origin_line){.text = "c", .octet = {-1, -1, -1, -1}};
	line->ports = (struct port_range){443, 443};
	policy.settings.origin_mode = ORIGIN_ASSIGN;
	assert_int_equal(image_build(&policy, &diags, &image), 0);
	assert_int_equal(image.origin->lines, 3);
	assert_int_equal(image.origin->words, 1);
	assert_int_equal(image.line_count, 3);
	assert_int_equal(image.origin->valid[0], 5);
	assert_int_equal(image.origin->invert[0], 2);
	assert_int_equal(image.origin->line[0].first, 64000);
	assert_int_equal(image.origin->line[0].last, 64100);
	assert_int_equal(image.origin->line[0].flags, 0);
	assert_int_equal(image.origin->line[2].flags, ZG_ORIGIN_ANY);
	assert_int_equal(image.origin->line[2].slot, 2);
	assert_int_equal(image.settings.flags & (ZG_F_ORIGIN_ENFORCE | ZG_F_ORIGIN_ASSIGN |
						 ZG_F_ORIGIN_AUDIT | ZG_F_CLASS_LINES),
			 ZG_F_ORIGIN_ENFORCE | ZG_F_ORIGIN_ASSIGN | ZG_F_CLASS_LINES);
	image_free(&image);
	diags_free(&diags);
	arena_free(&policy.arena);
}

static void test_settings(void **state)
{
	struct resolved policy;
	struct diags diags = {0};
	struct image image;

	(void)state;
	policy_start(&policy);
	policy.settings.echo_per_s = 10;
	policy.settings.audit = policy.settings.egress_pass = true;
	policy.settings.udp_window_s = 30;
	policy.settings.tcp_idle_s = 432000;
	policy.settings.ethertypes = 1;
	policy.settings.ethertype[0] = 0x88cc;
	assert_int_equal(image_build(&policy, &diags, &image), 0);
	assert_int_equal(image.settings.flags, ZG_F_AUDIT | ZG_F_EGRESS_PASS);
	assert_int_equal(image.settings.echo_interval_ns, 100000000);
	assert_int_equal(image.settings.echo_burst, 10);
	assert_int_equal(image.settings.udp_window_s, 30);
	assert_int_equal(image.settings.tcp_idle_s, 432000);
	assert_int_equal(image.settings.ethertype[0], 0x88cc);
	image_free(&image);
	policy.settings.echo_per_s = 0;
	assert_int_equal(image_build(&policy, &diags, &image), 0);
	assert_int_equal(image.settings.echo_interval_ns, 0);
	image_free(&image);
	diags_free(&diags);
	arena_free(&policy.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_match),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
