// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * zonegate.conf, tables and lists into the model: as much of the formats as cases and captures
 * need, written anew. Must not know zonegate's parsers, nor say more than "not understood".
 */
#include <ctype.h>
#include <err.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy_text.h"
#include "read_service.h"

struct reader {
	struct model *model;
	char folder[512];
	char section[16], section_name[MODEL_NAME];
	char member_text[MODEL_ZONES][2048]; /* zones may be used before they are written */
	char components[1024], host_zones[1024], tables[1024], origin_file[256];
	struct {
		char rule[MODEL_NAME], ports[MODEL_TEXT], source[MODEL_NAME];
		char destination[MODEL_NAME], protocol[MODEL_NAME], direction[MODEL_NAME];
		bool disabled;
	} change[MODEL_RULES];
	int changes;
};

static char *trim(char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

static void copy(char *ret_text, size_t size, const char *text)
{
	if (strlen(text) >= size)
		errx(3, "too long: %s", text);
	memcpy(ret_text, text, strlen(text) + 1);
}

static FILE *file_open(const struct reader *reader, const char *name)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", reader->folder, name);
	file = fopen(path, "r");
	if (!file)
		err(3, "%s", path);
	return file;
}

static int zone_find(const struct model *model, const char *name)
{
	for (int i = 0; i < model->zones; i++)
		if (strcmp(model->zone[i].name, name) == 0)
			return i;
	return -1;
}

/* `host` is there without being written: all zones of this host. */
static int zone_or_host(struct model *model, const char *name)
{
	int zone = zone_find(model, name);
	struct members *host;

	if (zone >= 0 || strcmp(name, "host") != 0)
		return zone;
	if (model->zones == MODEL_ZONES)
		errx(3, "too many zones");
	host = &model->zone[model->zones++];
	copy(host->name, MODEL_NAME, "host");
	for (int i = 0; i < model->zones - 1; i++)
		if (model->zone[i].local)
			host->member[host->count++] =
				(struct member){.kind = MEMBER_ZONE, .ref = i};
	host->local = host->component = true;
	return model->zones - 1;
}

/* ---- members ---- */

static void member_read(struct reader *reader, const char *word, struct member *member);

static int list_read(struct reader *reader, const char *path)
{
	struct members *list;
	char line[1024];
	FILE *file;
	int index;

	for (int i = 0; i < reader->model->lists; i++)
		if (strcmp(reader->model->list[i].name, path) == 0)
			return i;
	index = reader->model->lists++;
	if (index == MODEL_LISTS)
		errx(3, "too many lists");
	list = &reader->model->list[index];
	copy(list->name, sizeof(list->name), path);
	file = file_open(reader, path);
	while (fgets(line, sizeof(line), file)) {
		char *save, *word;

		line[strcspn(line, "#;")] = '\0';
		for (word = strtok_r(line, " \t\r\n", &save); word;
		     word = strtok_r(NULL, " \t\r\n", &save)) {
			if (list->count == MODEL_MEMBERS)
				errx(3, "%s: too many members", path);
			member_read(reader, word, &list->member[list->count++]);
		}
	}
	fclose(file);
	return index;
}

static void prefix_read(char *text, char *slash, struct member *member)
{
	int prefix = atoi(slash + 1), width;

	*slash = '\0';
	if (!host_parse(text, &member->first))
		errx(3, "not understood: %s", text);
	member->last = member->first;
	width = member->first.family == 4 ? 32 : 128;
	for (int bit = prefix; bit < width; bit++) {
		member->first.byte[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		member->last.byte[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
}

/* An address, a prefix, first-last; else a name. */
static void range_read(const char *word, struct member *member)
{
	char text[MODEL_TEXT], *mark;

	copy(text, sizeof(text), word);
	member->kind = MEMBER_RANGE;
	if ((mark = strchr(text, '/'))) {
		prefix_read(text, mark, member);
	} else if (host_parse(text, &member->first)) {
		member->last = member->first;
	} else if ((mark = strchr(text, '-'))) {
		*mark = '\0';
		if (!host_parse(text, &member->first) || !host_parse(mark + 1, &member->last))
			member->kind = MEMBER_NOTHING;
	} else {
		member->kind = MEMBER_NOTHING;
	}
}

static void member_read(struct reader *reader, const char *word, struct member *member)
{
	memset(member, 0, sizeof(*member));
	if (*word == '!') {
		member->negated = true;
		word++;
	}
	copy(member->text, sizeof(member->text), word);
	if (strcmp(word, "any") == 0) {
		member->kind = MEMBER_ANY;
	} else if (strcmp(word, "private") == 0) {
		member->kind = MEMBER_PRIVATE;
	} else if (strncmp(word, "file:", 5) == 0) {
		member->kind = MEMBER_LIST;
		member->ref = list_read(reader, word + 5);
	} else if (*word == '@' || zone_find(reader->model, word) >= 0) {
		member->kind = MEMBER_ZONE;
		member->ref = zone_find(reader->model, *word == '@' ? word + 1 : word);
		if (member->ref < 0)
			errx(3, "no zone: %s", word);
	} else if (strcmp(word, "bogons") == 0) {
		member->kind = MEMBER_BOGONS;
	} else {
		range_read(word, member);
	}
}

static void members_read(struct reader *reader)
{
	for (int i = 0; i < reader->model->zones; i++) {
		struct members *zone = &reader->model->zone[i];
		char *save, *word;

		for (word = strtok_r(reader->member_text[i], " \t,", &save); word;
		     word = strtok_r(NULL, " \t,", &save)) {
			bool lonely = strcmp(word, "!") == 0;

			if (lonely)
				word = strtok_r(NULL, " \t,", &save);
			if (!word || zone->count == MODEL_MEMBERS)
				errx(3, "%s: members not understood", zone->name);
			member_read(reader, word, &zone->member[zone->count]);
			zone->member[zone->count++].negated |= lonely;
		}
	}
}

/* ---- zonegate.conf ---- */

static bool has_word(const char *words, const char *word)
{
	char text[1024], *save, *part;

	copy(text, sizeof(text), words);
	for (part = strtok_r(text, " \t,", &save); part; part = strtok_r(NULL, " \t,", &save))
		if (strcmp(part, word) == 0)
			return true;
	return false;
}

static void host_key(struct reader *reader, const char *key, char *value)
{
	struct model *model = reader->model;
	char *save, *word;

	if (strcmp(key, "zones") == 0)
		copy(reader->host_zones, sizeof(reader->host_zones), value);
	if (strcmp(key, "interfaces") == 0)
		copy(model->interfaces, sizeof(model->interfaces), value);
	if (strcmp(key, "addresses") == 0)
		for (word = strtok_r(value, " \t,", &save); word;
		     word = strtok_r(NULL, " \t,", &save))
			if (model->selves == MODEL_SELF ||
			    !host_parse(word, &model->self[model->selves++]))
				errx(3, "addresses not understood: %s", word);
	if (strcmp(key, "ethertypes") == 0)
		for (word = strtok_r(value, " \t,", &save); word;
		     word = strtok_r(NULL, " \t,", &save)) {
			if (model->ethertypes == MODEL_ETHERTYPES || !isdigit((unsigned char)*word))
				errx(3, "ethertypes not understood: %s", word);
			model->ethertype[model->ethertypes++] = (uint16_t)strtoul(word, NULL, 0);
		}
}

static void policy_key(struct model *model, const char *key, const char *value)
{
	if (strcmp(key, "mode") == 0)
		model->audit = strcmp(value, "audit") == 0;
	if (strcmp(key, "ingress") == 0)
		model->ingress_pass = strcmp(value, "pass") == 0;
	if (strcmp(key, "egress") == 0)
		model->egress_pass = strcmp(value, "pass") == 0;
	if (strcmp(key, "icmp_echo") == 0)
		model->echo_per_s = (unsigned int)atoi(value); /* "off": 0 */
}

static void origin_key(struct reader *reader, const char *key, const char *value)
{
	static const char *const modes[] = {"off", "audit", "enforce", "assign"};

	if (strcmp(key, "file") == 0)
		copy(reader->origin_file, sizeof(reader->origin_file), value);
	for (int i = 0; strcmp(key, "mode") == 0 && i < 4; i++)
		if (strcmp(value, modes[i]) == 0)
			reader->model->origin_says = (enum origin_says)i;
}

static void rule_key(struct reader *reader, const char *key, const char *value)
{
	int i = 0;

	while (i < reader->changes && strcmp(reader->change[i].rule, reader->section_name) != 0)
		i++;
	if (i == MODEL_RULES)
		errx(3, "too many [rule]");
	if (i == reader->changes)
		copy(reader->change[reader->changes++].rule, MODEL_NAME, reader->section_name);
	if (strcmp(key, "ports") == 0)
		copy(reader->change[i].ports, MODEL_TEXT, value);
	else if (strcmp(key, "source") == 0)
		copy(reader->change[i].source, MODEL_NAME, value);
	else if (strcmp(key, "destination") == 0)
		copy(reader->change[i].destination, MODEL_NAME, value);
	else if (strcmp(key, "protocol") == 0)
		copy(reader->change[i].protocol, MODEL_NAME, value);
	else if (strcmp(key, "direction") == 0)
		copy(reader->change[i].direction, MODEL_NAME, value);
	else if (strcmp(key, "enabled") == 0)
		reader->change[i].disabled = strcmp(value, "no") == 0;
	else
		errx(3, "[rule %s]: the oracle does not know '%s'", reader->section_name, key);
}

static void zone_key(struct reader *reader, const char *key, const char *value)
{
	int zone = zone_find(reader->model, reader->section_name);

	if (zone < 0 || strcmp(key, "interface") != 0)
		errx(3, "[zone %s] not understood", reader->section_name);
	copy(reader->model->zone[zone].interface, 16, value);
}

static void config_key(struct reader *reader, const char *key, char *value)
{
	struct model *model = reader->model;

	if (strcmp(reader->section, "zones") == 0) {
		if (model->zones == MODEL_ZONES)
			errx(3, "too many zones");
		copy(model->zone[model->zones].name, MODEL_NAME, key);
		copy(reader->member_text[model->zones++], 2048, value);
	} else if (strcmp(reader->section, "host") == 0) {
		host_key(reader, key, value);
	} else if (strcmp(reader->section, "components") == 0) {
		model->components_given = true;
		copy(reader->components, sizeof(reader->components), value);
	} else if (strcmp(reader->section, "rules") == 0) {
		copy(reader->tables, sizeof(reader->tables), value);
	} else if (strcmp(reader->section, "rule") == 0) {
		rule_key(reader, key, value);
	} else if (strcmp(reader->section, "zone") == 0) {
		zone_key(reader, key, value);
	} else if (strcmp(reader->section, "policy") == 0) {
		policy_key(model, key, value);
	} else if (strcmp(reader->section, "origin-ports") == 0) {
		origin_key(reader, key, value);
	}
}

static void config_read(struct reader *reader, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[2048];

	if (!file)
		err(3, "%s", path);
	while (fgets(line, sizeof(line), file)) {
		char *text, *value;

		line[strcspn(line, "#;")] = '\0';
		text = trim(line);
		if (*text == '[') {
			reader->section_name[0] = '\0';
			sscanf(text, "[%15[^] ] %47[^]]]", reader->section, reader->section_name);
		} else if ((value = strchr(text, '='))) {
			*value++ = '\0';
			config_key(reader, trim(text), trim(value));
		}
	}
	fclose(file);
}

/* ---- tables ---- */

/* Splits one line of CSV in place. */
static int csv_split(char *line, char **ret_field, int max)
{
	int fields = 0;
	char *out;

	for (char *in = line; *in && fields < max; fields++) {
		bool quoted = *in == '"';

		in += quoted;
		ret_field[fields] = out = in;
		while (*in && (quoted || *in != ',') && *in != '\n' && *in != '\r') {
			if (quoted && in[0] == '"' && in[1] != '"')
				break;
			in += quoted && in[0] == '"';
			*out++ = *in++;
		}
		in += *in == '"';
		while (*in == '\r' || *in == '\n')
			in++;
		in += *in == ',';
		*out = '\0';
	}
	return fields;
}

static void text_change(char *text, size_t size, const char *change)
{
	if (change[0])
		copy(text, size, change);
}

/* [rule NAME]: what the site changes. */
static void row_change(const struct reader *reader, struct row *row)
{
	for (int i = 0; i < reader->changes; i++) {
		if (strcmp(reader->change[i].rule, row->name) != 0)
			continue;
		row->disabled = reader->change[i].disabled;
		row->overridden = reader->change[i].ports[0] != '\0';
		copy(row->override_ports, MODEL_TEXT, reader->change[i].ports);
		text_change(row->source_text, MODEL_NAME, reader->change[i].source);
		text_change(row->destination_text, MODEL_NAME, reader->change[i].destination);
		text_change(row->protocol, MODEL_NAME, reader->change[i].protocol);
		text_change(row->direction, sizeof(row->direction), reader->change[i].direction);
	}
}

static void row_read(struct reader *reader, char **field, int table)
{
	struct model *model = reader->model;
	struct row *row = &model->row[model->rows++];

	if (model->rows == MODEL_RULES)
		errx(3, "too many rules");
	copy(row->name, MODEL_NAME, trim(field[0]));
	row->table = table;
	copy(row->source_text, MODEL_NAME, trim(field[1]));
	copy(row->destination_text, MODEL_NAME, trim(field[2]));
	copy(row->protocol, MODEL_NAME, trim(field[3]));
	copy(row->ports, MODEL_TEXT, field[4]);
	copy(row->direction, sizeof(row->direction),
	     strncmp(trim(field[5]), "server", 6) == 0 ? "both" : trim(field[5]));
	row_change(reader, row);
	row->source = zone_or_host(model, row->source_text);
	row->destination = zone_or_host(model, row->destination_text);
	service_read_protocol(row);
	service_read_ports(row, row->overridden ? row->override_ports : row->ports);
}

static void tables_read(struct reader *reader)
{
	char *save, *name, *field[8], line[1024];

	for (name = strtok_r(reader->tables, " \t,", &save); name;
	     name = strtok_r(NULL, " \t,", &save)) {
		FILE *file = file_open(reader, name);
		bool header = true;

		if (reader->model->tables == MODEL_TABLES)
			errx(3, "too many tables");
		copy(reader->model->table[reader->model->tables], MODEL_NAME, basename(name));
		while (fgets(line, sizeof(line), file)) {
			if (line[0] == '#' || line[0] == '\n' || csv_split(line, field, 8) < 6)
				continue;
			if (!header)
				row_read(reader, field, reader->model->tables);
			header = false;
		}
		reader->model->tables++;
		fclose(file);
	}
}

void policy_read(const char *config_path, struct model *ret_model)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	char path[512];

	if (!reader)
		err(3, "memory");
	memset(ret_model, 0, sizeof(*ret_model));
	ret_model->origin_says = SAYS_ENFORCE;
	ret_model->echo_per_s = 10;
	reader->model = ret_model;
	copy(path, sizeof(path), config_path);
	copy(reader->folder, sizeof(reader->folder), dirname(path));
	config_read(reader, config_path);
	if (!reader->host_zones[0])
		errx(3, "%s: the oracle wants [host] zones", config_path);
	members_read(reader);
	for (int i = 0; i < ret_model->zones; i++) {
		struct members *zone = &ret_model->zone[i];

		zone->local = has_word(reader->host_zones, zone->name);
		zone->component = has_word(reader->components, zone->name);
	}
	tables_read(reader);
	if (reader->origin_file[0]) {
		char line[512];
		FILE *file = file_open(reader, reader->origin_file);

		while (fgets(line, sizeof(line), file))
			service_read_origin(ret_model, line);
		fclose(file);
	}
	model_finish(ret_model);
	free(reader);
}
