/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory that runs out, at every allocation on the way from text to image in turn: the answer is
 * -ENOMEM, or all is well without it; nothing crashes, and the leak checker finds nothing. The
 * linker leads the allocating calls here (unit.mk).
 */
#include "text_make.h"

#include <errno.h>
#include <stdarg.h>

#include "compile/image.h"
#include "judge/judge.h"
#include "resolve/load.h"

/* Allocations until the one that fails; then every later one fails too when it is for good. */
static unsigned long calls, fails_at;
static bool for_good;

static bool runs_out(void)
{
	if (!fails_at)
		return false;
	calls++;
	return calls == fails_at || (for_good && calls > fails_at);
}

#define WRAPPED(result, name, parameters, arguments)                                               \
	result __real_##name parameters;                                                           \
	result __wrap_##name parameters;                                                           \
	result __wrap_##name parameters                                                            \
	{                                                                                          \
		return runs_out() ? NULL : __real_##name arguments;                                \
	}

WRAPPED(void *, malloc, (size_t size), (size))
WRAPPED(void *, calloc, (size_t count, size_t size), (count, size))
WRAPPED(void *, realloc, (void *memory, size_t size), (memory, size))
WRAPPED(void *, reallocarray, (void *memory, size_t count, size_t size), (memory, count, size))
WRAPPED(char *, strdup, (const char *text), (text))
WRAPPED(void *, arena_alloc, (struct arena * arena, size_t count, size_t size),
	(arena, count, size))
WRAPPED(char *, arena_strdup, (struct arena * arena, const char *text), (arena, text))
WRAPPED(char *, arena_strndup, (struct arena * arena, const char *text, size_t length),
	(arena, text, length))
WRAPPED(void *, arena_grow,
	(struct arena * arena, void *old, size_t old_count, size_t new_count, size_t size),
	(arena, old, old_count, new_count, size))

char *__wrap_arena_printf(struct arena *arena, const char *format, ...);
char *__wrap_arena_printf(struct arena *arena, const char *format, ...)
{
	char *text = NULL, *copy;
	va_list values;

	if (runs_out())
		return NULL;
	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	if (!text)
		return NULL;
	copy = __real_arena_strdup(arena, text);
	free(text);
	return copy;
}

/* ---- the site ---- */

static const char conf[] =
	"[host]\ninterfaces = eth0 eth1\naddresses = 192.0.2.10\nethertypes = 0x88cc\n"
	"[zones]\nedge = 192.0.2.10 2001:db8::10\nservers = 10.20.1.0-10.20.1.9 fd00::/120\n"
	"internet = any !private !@edge\nlisted = file:list.txt\n"
	"[zone servers]\ninterface = eth1\n[components]\nzones = edge servers\n"
	"[rules]\ntables = t.csv\n[rule web]\nports = 443 444\n"
	"[origin-ports]\nfile = o.ini\nmode = enforce\n";
static const char table[] =
	"rule,source,destination,protocol,ports,direction,purpose\n"
	"ftp,internet,edge,FTP(S),21,inbound,\"control, with a comma\"\n"
	"web,internet,Edge (HTTP server),HTTPS,443,inbound,\n"
	"both,servers,edge,TCP and UDP,8088 through 8093,both,\n"
	"out,host,listed,tcp,1000-2000,outbound,\nping,host,internet,icmp,8,outbound,\n";
static const char origin[] = "203.0.113.7 *: 61000-61099\n! 10.*.*.* 22: 62000-63999\n"
			     "2001:db8:7::/48 443: 0\n203.0.113.7 *: 61000-61099\n";
/* Messages take memory too. */
static const char table_wrong[] =
	"rule,source,destination,protocol,ports,direction,purpose\n"
	"a,internte,edge,tcp,80,inbound,\nb,internet,edge,htps,,inbound,\n"
	"b,internet,edge,tcp,99999,sideways,\n\"c,internet";

static struct folder site_folder;
static const char *site_path;

static int site_setup(void **state)
{
	(void)state;
	folder_make(&site_folder);
	folder_write(&site_folder, "t.csv", table);
	folder_write(&site_folder, "o.ini", origin);
	folder_write(&site_folder, "list.txt", "192.0.2.64/26, !192.0.2.65 # hosts\n203.0.113.9\n");
	site_path = folder_write(&site_folder, "z.conf", conf);
	return 0;
}

static int site_remove(void **state)
{
	(void)state;
	folder_remove(&site_folder);
	return 0;
}

/* The n-th allocation fails; answers whether there was one. */
static bool failing(unsigned long n, bool good, int (*run)(void *), void *data, int *ret_err)
{
	calls = 0;
	fails_at = n;
	for_good = good;
	*ret_err = run(data);
	fails_at = 0;
	return calls >= n;
}

struct loading {
	struct diags diags;
	struct resolved policy;
};

static int load(void *data)
{
	const struct load_options options = {.no_dns = true};
	struct loading *loading = data;

	return policy_load(site_path, &options, &loading->diags, &loading->policy);
}

/*
 * stride: every so-manieth; expected: without a failure. A message that is lost counts as an error
 * of the policy; one that only lacks its hint does not.
 */
static void load_each(unsigned long stride, bool good, int expected)
{
	unsigned long n, refused = 0;
	bool there = true;

	for (n = 1; there; n += stride) {
		struct loading loading = {0};
		int err;

		there = failing(n, good, load, &loading, &err);
		if (err != -ENOMEM && !loading.diags.out_of_memory)
			assert_int_equal(err, expected);
		refused += err != expected;
		assert_true(err || !loading.diags.errors);
		if (!err)
			resolved_free(&loading.policy);
		diags_free(&loading.diags);
	}
	print_message("# %lu of %lu allocations refused the policy\n", refused, n / stride);
	assert_true(refused > 100 / stride);
}

static void test_load(void **state)
{
	(void)state;
	load_each(1, false, 0);
}

static void test_load_for_good(void **state)
{
	(void)state;
	load_each(3, true, 0);
}

static void test_load_wrong(void **state)
{
	(void)state;
	folder_write(&site_folder, "t.csv", table_wrong);
	load_each(1, false, -EINVAL);
	folder_write(&site_folder, "t.csv", table);
}

struct building {
	struct diags diags;
	struct resolved policy;
	struct image image;
};

static int build(void *data)
{
	struct building *building = data;

	return image_build(&building->policy, &building->diags, &building->image);
}

static void test_build(void **state)
{
	struct loading loading = {0};
	struct building building = {0};
	unsigned long refused = 0;
	bool there = true;
	int err;

	(void)state;
	assert_int_equal(load(&loading), 0);
	building.policy = loading.policy;
	for (unsigned long n = 1; there; n++) {
		there = failing(n, n % 4 == 0, build, &building, &err);
		if (there)
			assert_int_equal(err, -ENOMEM);
		else
			assert_int_equal(err, 0);
		refused += err == -ENOMEM;
		assert_int_equal(building.diags.errors, 0);
		if (!err)
			image_free(&building.image);
	}
	assert_true(refused > 50);
	diags_free(&building.diags);
	diags_free(&loading.diags);
	resolved_free(&loading.policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_load_for_good),
		cmocka_unit_test(test_load_wrong),
		cmocka_unit_test(test_build),
	};

	return cmocka_run_group_tests(tests, site_setup, site_remove);
}
