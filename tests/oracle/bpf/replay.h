/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What replay.bpf.c and replay_rate.c share: a batch of frames and where it stands.
 */
#ifndef TESTS_ORACLE_BPF_REPLAY_H
#define TESTS_ORACLE_BPF_REPLAY_H

#define REPLAY_FRAME_MAX 3400
#define REPLAY_BATCH 8192

struct replay_frame {
	__u32 size; /* 14 to REPLAY_FRAME_MAX */
	__u8 byte[REPLAY_FRAME_MAX];
	__u32 pad;
};

struct replay_state {
	__u32 next;   /* frame of the batch */
	__u32 failed; /* frames that could not be put into the context */
};

#endif
