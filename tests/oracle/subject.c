// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Policy text to image by zonegate's own stages, and the image's tables asked by themselves,
 * without a packet: a difference here is the compiler's. Must not know the oracle's packets.
 */
#include "subject.h"

#include <stdio.h>
#include <string.h>

#include <zonegate/reasons.h>

#include "compile/image_lookup.h"
#include "generate_packet.h"
#include "resolve/load.h"

static void diags_show(const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++)
		if (diags->list[i].severity == DIAG_ERROR)
			fprintf(stderr, "%s:%u:%u: %s [%s]\n",
				diags->list[i].place.file ? diags->list[i].place.file : "",
				diags->list[i].place.line, diags->list[i].place.column,
				diags->list[i].text, diags->list[i].code);
}

int subject_load(struct subject *subject, const char *config, const struct model *model)
{
	const struct load_options options = {.no_dns = true, .no_host = true};
	struct diags diags = {0};
	int err;

	subject_free(subject);
	err = policy_load(config, &options, &diags, &subject->policy);
	if (!err) {
		err = image_build(&subject->policy, &diags, &subject->image);
		if (err)
			resolved_free(&subject->policy);
	}
	if (err)
		diags_show(&diags);
	diags_free(&diags);
	subject->loaded = !err;
	if (!err && subject->policy.rule_count != (size_t)model->rows) {
		fprintf(stderr, "%s: %zu rules, the oracle knows %d\n", config,
			subject->policy.rule_count, model->rows);
		return -1;
	}
	for (int i = 0; !err && i < model->rows; i++)
		if (strcmp(subject->policy.rules[i].name, model->row[i].name) != 0)
			return -1;
	return err;
}

void subject_free(struct subject *subject)
{
	if (!subject->loaded)
		return;
	image_free(&subject->image);
	resolved_free(&subject->policy);
	subject->loaded = false;
}

/* ---- tables alone ---- */

struct question {
	enum asks asks;
	struct host remote, local;
	int proto;
	unsigned int port;
};

struct reply {
	int rule, reason;
};

static uint32_t class_of(const struct host *host, uint32_t trie4, uint32_t trie6)
{
	__attribute__((aligned(8))) uint8_t byte[16];

	memcpy(byte, host->byte, 16);
	if (host->family == 4)
		return lookup_class4(0, trie4,
				     (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 |
					     (uint32_t)byte[2] << 8 | byte[3]);
	return lookup_class6(0, trie6, byte);
}

static uint32_t port_class(const struct image *image, const struct question *question)
{
	const struct zg_ports *ports =
		&image->ports[question->asks == ASKS_ACCEPT ? ZG_ACCEPT : ZG_OPEN];

	switch (question->proto) {
	case 6:
		return ports->tcp[question->port];
	case 17:
		return ports->udp[question->port];
	case 1:
		return ports->icmp[question->port & 0xff];
	case 58:
		return ports->icmp6[question->port & 0xff];
	default:
		return ports->proto[question->proto];
	}
}

static struct reply ask_image(const struct image *image, const struct question *question)
{
	static const uint32_t roles[] = {
		[ASKS_ACCEPT] = ZG_ACCEPT, [ASKS_OPEN] = ZG_OPEN, [ASKS_FTP] = ZG_FTP_DATA};
	uint32_t remote = class_of(&question->remote, ZG_REMOTE4, ZG_REMOTE6);
	uint32_t local = class_of(&question->local, ZG_LOCAL4, ZG_LOCAL6), reason = 0, slot,
		 group = 0;

	if (remote == ZG_LOOKUP_BROKEN || local == ZG_LOOKUP_BROKEN)
		return (struct reply){-2, ZG_R_INTERNAL};
	for (uint32_t i = 0; i < ZG_IFGROUPS_MAX; i++)
		if (strcmp(image->ifgroup_name[i], "lo") == 0)
			group = i + 1;
	slot = lookup_rule(&image->settings, roles[question->asks], remote,
			   local + group * image->settings.local_classes,
			   port_class(image, question), &reason);
	if (slot == ZG_LOOKUP_BROKEN)
		return (struct reply){-2, ZG_R_INTERNAL};
	if (question->asks != ASKS_ACCEPT) /* means no rule there, whatever it says */
		reason = 0;
	return (struct reply){slot == ZG_SLOT_NONE ? -1 : (int)slot - 1, (int)reason};
}

static struct reply ask_model(const struct model *model, const struct question *question)
{
	struct reply reply = {-1, 0};

	if (question->asks == ASKS_ACCEPT)
		reply.reason =
			model_address_reason(model, &question->remote, &question->local, "lo");
	if (!reply.reason)
		reply.rule = model_find(model, question->asks, &question->remote, &question->local,
					question->proto, question->port);
	return reply;
}

static struct question question_generate(struct rng *rng, const struct traffic *traffic)
{
	static const int protos[] = {6, 6, 6, 17, 17, 1, 58, 47, 50, 51, 112, 2, 89};
	struct question question;

	do {
		question.remote = traffic->remote[rng_below(rng, (uint32_t)traffic->remotes)];
		question.local =
			rng_percent(rng, 90) && traffic->locals
				? traffic->local[rng_below(rng, (uint32_t)traffic->locals)]
				: traffic->remote[rng_below(rng, (uint32_t)traffic->remotes)];
	} while (question.remote.family != question.local.family);
	question.asks = (enum asks)rng_below(rng, 3);
	question.proto = question.asks == ASKS_FTP
				 ? 6
				 : protos[rng_below(rng, sizeof(protos) / sizeof(protos[0]))];
	question.port = rng_percent(rng, 80)
				? traffic->port[rng_below(rng, (uint32_t)traffic->ports)]
				: rng_below(rng, 65536);
	if (question.proto == 1 || question.proto == 58)
		question.port &= 0xff;
	return question;
}

bool subject_differs(const struct subject *subject, const struct model *model, struct rng *rng,
		     int questions)
{
	static struct traffic traffic;
	char remote[64], local[64];

	image_lookup_use(&subject->image);
	traffic_init(rng, model, &traffic);
	for (int i = 0; i < questions; i++) {
		struct question question = question_generate(rng, &traffic);
		struct reply image = ask_image(&subject->image, &question);
		struct reply oracle = ask_model(model, &question);

		if (image.rule == oracle.rule && image.reason == oracle.reason)
			continue;
		host_print(&question.remote, remote, sizeof(remote));
		host_print(&question.local, local, sizeof(local));
		printf("oracle: image differs: role %d remote %s local %s proto %d port %u: "
		       "oracle rule %d reason %d, image rule %d reason %d\n",
		       (int)question.asks, remote, local, question.proto, question.port,
		       oracle.rule + 1, oracle.reason, image.rule + 1, image.reason);
		return true;
	}
	return false;
}
