/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * An XDP program with linear rules, made of BPF instructions: the comparison every generator of one
 * program a rule set comes down to. Passes at the first match, drops behind the last rule.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "programs.h"

#define RULE_INSNS 11 /* at most, see emit_rule() */
#define FRAME_INSNS 32
#define LOG_BYTES (1 << 20)

struct builder {
	struct bpf_insn *insns;
	size_t count;
};

enum {
	R0,
	R1,
	DATA,	/* r2 */
	END,	/* r3 */
	LOCAL,	/* r4: destination address */
	REMOTE, /* r5: source address */
	PORT,	/* r6: destination port, host order */
	SCRATCH /* r7 */
};

static void emit(struct builder *builder, uint8_t code, uint8_t to, uint8_t from, int16_t offset,
		 uint32_t value)
{
	builder->insns[builder->count++] = (struct bpf_insn){.code = code,
							     .dst_reg = to & 15,
							     .src_reg = from & 15,
							     .off = offset,
							     .imm = (int)value};
}

/* Jumps of rule i to the next rule: filled in when its length is known. */
static void emit_address(struct builder *builder, uint8_t reg, const struct prefix4 *prefix,
			 size_t *jumps, int *jump_count)
{
	uint32_t mask = prefix->bits ? ~0u << (32 - prefix->bits) : 0;

	if (!mask)
		return;
	emit(builder, BPF_ALU | BPF_MOV | BPF_X, SCRATCH, reg, 0, 0);
	emit(builder, BPF_ALU | BPF_AND | BPF_K, SCRATCH, 0, 0, mask);
	jumps[(*jump_count)++] = builder->count;
	emit(builder, BPF_JMP32 | BPF_JNE | BPF_K, SCRATCH, 0, 0, prefix->address & mask);
}

/*
 * Everything is compared in a copy that a 32-bit operation has cut loose from the field: else the
 * verifier learns the field's value on each branch, follows every path on its own, and gives up at
 * a million instructions.
 */
static void emit_rule(struct builder *builder, const struct linear_rule *rule)
{
	size_t jumps[3];
	int count = 0;

	emit_address(builder, REMOTE, &rule->remote, jumps, &count);
	emit_address(builder, LOCAL, &rule->local, jumps, &count);
	emit(builder, BPF_ALU | BPF_MOV | BPF_X, SCRATCH, PORT, 0, 0);
	emit(builder, BPF_ALU | BPF_SUB | BPF_K, SCRATCH, 0, 0, rule->first);
	jumps[count++] = builder->count;
	emit(builder, BPF_JMP32 | BPF_JGT | BPF_K, SCRATCH, 0, 0, rule->last - rule->first);
	emit(builder, BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, XDP_PASS);
	emit(builder, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	for (int i = 0; i < count; i++)
		builder->insns[jumps[i]].off = (int16_t)(builder->count - jumps[i] - 1);
}

/* Loads the fields, or drops what is not a TCP segment in plain IPv4. */
static void emit_parser(struct builder *builder)
{
	size_t drops[3];

	emit(builder, BPF_LDX | BPF_MEM | BPF_W, DATA, R1, 0, 0);
	emit(builder, BPF_LDX | BPF_MEM | BPF_W, END, R1, 4, 0);
	emit(builder, BPF_ALU64 | BPF_MOV | BPF_X, SCRATCH, DATA, 0, 0);
	emit(builder, BPF_ALU64 | BPF_ADD | BPF_K, SCRATCH, 0, 0, 38);
	drops[0] = builder->count;
	emit(builder, BPF_JMP | BPF_JGT | BPF_X, SCRATCH, END, 0, 0);
	emit(builder, BPF_LDX | BPF_MEM | BPF_H, SCRATCH, DATA, 12, 0);
	drops[1] = builder->count;
	emit(builder, BPF_JMP | BPF_JNE | BPF_K, SCRATCH, 0, 0, 0x0008);
	emit(builder, BPF_LDX | BPF_MEM | BPF_B, SCRATCH, DATA, 14, 0);
	drops[2] = builder->count;
	emit(builder, BPF_JMP | BPF_JNE | BPF_K, SCRATCH, 0, 0, 0x45);
	emit(builder, BPF_LDX | BPF_MEM | BPF_W, REMOTE, DATA, 26, 0);
	emit(builder, BPF_ALU | BPF_END | BPF_TO_BE, REMOTE, 0, 0, 32);
	emit(builder, BPF_LDX | BPF_MEM | BPF_W, LOCAL, DATA, 30, 0);
	emit(builder, BPF_ALU | BPF_END | BPF_TO_BE, LOCAL, 0, 0, 32);
	emit(builder, BPF_LDX | BPF_MEM | BPF_H, PORT, DATA, 36, 0);
	emit(builder, BPF_ALU | BPF_END | BPF_TO_BE, PORT, 0, 0, 16);
	emit(builder, BPF_JMP | BPF_JA, 0, 0, 2, 0); /* over the drop, to the rules */
	for (int i = 0; i < 3; i++)
		builder->insns[drops[i]].off = (int16_t)(builder->count - drops[i] - 1);
	emit(builder, BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, XDP_DROP);
	emit(builder, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int linear_open(const struct linear_rule *rules, size_t count, struct program *ret_program)
{
	struct builder builder = {
		.insns = calloc(count * RULE_INSNS + FRAME_INSNS, sizeof(struct bpf_insn))};
	LIBBPF_OPTS(bpf_prog_load_opts, options);
	int fd;

	if (!builder.insns)
		return -ENOMEM;
	emit_parser(&builder);
	for (size_t i = 0; i < count; i++)
		emit_rule(&builder, &rules[i]);
	emit(&builder, BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, XDP_DROP);
	emit(&builder, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	options.expected_attach_type = BPF_XDP;
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "linear_rules", "GPL", builder.insns, builder.count,
			   &options);
	if (fd < 0)
		fprintf(stderr, "bench: linear rules: %s\n", strerror(errno));
	free(builder.insns);
	*ret_program = (struct program){.fd = fd};
	return fd < 0 ? -errno : 0;
}
