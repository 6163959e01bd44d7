// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The model as text. Must not know how a policy is evaluated.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "policy_text.h"

static FILE *file_create(const char *folder, const char *name)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		err(3, "%s", path);
	return file;
}

static void folder_create(const char *folder, const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (mkdir(path, 0755) && errno != EEXIST)
		err(3, "%s", path);
}

static void file_close(FILE *file)
{
	if (fclose(file))
		err(3, "write");
}

static void zones_write(const struct model *model, FILE *file)
{
	fputs("\n[zones]\n", file);
	for (int i = 0; i < model->zones; i++) {
		const struct members *zone = &model->zone[i];

		fprintf(file, "%s =", zone->name);
		for (int j = 0; j < zone->count; j++)
			fprintf(file, " %s%s", zone->member[j].negated ? "!" : "",
				zone->member[j].text);
		fputc('\n', file);
	}
	for (int i = 0; i < model->zones; i++)
		if (model->zone[i].interface[0])
			fprintf(file, "\n[zone %s]\ninterface = %s\n", model->zone[i].name,
				model->zone[i].interface);
	if (!model->components_given)
		return;
	fputs("\n[components]\nzones =", file);
	for (int i = 0; i < model->zones; i++)
		if (model->zone[i].component)
			fprintf(file, " %s", model->zone[i].name);
	fputc('\n', file);
}

static void host_write(const struct model *model, FILE *file)
{
	char text[64];

	fprintf(file, "[host]\ninterfaces = %s\nzones =", model->interfaces);
	for (int i = 0; i < model->zones; i++)
		if (model->zone[i].local)
			fprintf(file, " %s", model->zone[i].name);
	fputc('\n', file);
	if (model->selves)
		fputs("addresses =", file);
	for (int i = 0; i < model->selves; i++) {
		host_print(&model->self[i], text, sizeof(text));
		fprintf(file, " %s", text);
	}
	if (model->selves)
		fputc('\n', file);
	if (model->ethertypes)
		fputs("ethertypes =", file);
	for (int i = 0; i < model->ethertypes; i++)
		fprintf(file, " 0x%04x", model->ethertype[i]);
	if (model->ethertypes)
		fputc('\n', file);
}

static void rules_write(const struct model *model, FILE *file)
{
	fputs("\n[rules]\ntables =", file);
	for (int i = 0; i < model->tables; i++)
		fprintf(file, " tables/%s.csv", model->table[i]);
	fputc('\n', file);
	for (int i = 0; i < model->rows; i++) {
		const struct row *row = &model->row[i];

		if (!row->overridden && !row->disabled)
			continue;
		fprintf(file, "\n[rule %s]\n", row->name);
		if (row->overridden)
			fprintf(file, "ports = %s\n", row->override_ports);
		if (row->disabled)
			fputs("enabled = no\n", file);
	}
}

static void settings_write(const struct model *model, FILE *file)
{
	static const char *const modes[] = {"off", "audit", "enforce", "assign"};

	fprintf(file, "\n[origin-ports]\nfile = tcpoport.ini\nmode = %s\n",
		modes[model->origin_says]);
	fprintf(file, "\n[policy]\nmode = %s\ningress = %s\negress = %s\n",
		model->audit ? "audit" : "enforce", model->ingress_pass ? "pass" : "drop",
		model->egress_pass ? "pass" : "drop");
	if (model->echo_per_s)
		fprintf(file, "icmp_echo = %u/s\n", model->echo_per_s);
	else
		fputs("icmp_echo = off\n", file);
}

static void tables_write(const struct model *model, const char *folder)
{
	char name[MODEL_NAME + 16];

	for (int table = 0; table < model->tables; table++) {
		FILE *file;

		snprintf(name, sizeof(name), "tables/%s.csv", model->table[table]);
		file = file_create(folder, name);
		fputs("rule,source,destination,protocol,ports,direction,purpose\n", file);
		for (int i = 0; i < model->rows; i++) {
			const struct row *row = &model->row[i];

			if (row->table == table)
				fprintf(file, "%s,%s,%s,%s,\"%s\",%s,oracle\n", row->name,
					row->source_text, row->destination_text, row->protocol,
					row->ports, row->direction);
		}
		file_close(file);
	}
}

static void lists_write(const struct model *model, const char *folder)
{
	char name[MODEL_NAME + 16];

	for (int i = 0; i < model->lists; i++) {
		FILE *file;

		snprintf(name, sizeof(name), "lists/%s", model->list[i].name);
		file = file_create(folder, name);
		for (int j = 0; j < model->list[i].count; j++)
			fprintf(file, "%s\n", model->list[i].member[j].text);
		file_close(file);
	}
}

void policy_write(const struct model *model, const char *folder)
{
	FILE *file;

	folder_create(folder, "tables");
	folder_create(folder, "lists");
	file = file_create(folder, "zonegate.conf");
	host_write(model, file);
	zones_write(model, file);
	rules_write(model, file);
	settings_write(model, file);
	file_close(file);
	tables_write(model, folder);
	lists_write(model, folder);
	file = file_create(folder, "tcpoport.ini");
	for (int i = 0; i < model->lines; i++)
		fprintf(file, "%s\n", model->line[i].text);
	file_close(file);
}
