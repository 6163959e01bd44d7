# The oracle: a naive evaluator against image, judge and programs. SEED=..., PAIRS=... for a run of one's own.
TEST_TARGETS += oracle
ORACLE_SRC := $(sort $(wildcard tests/oracle/*.c))
ORACLE_OBJ := $(ORACLE_SRC:%.c=$(BUILD)/obj/%.o)
ORACLE_RUN = $(BUILD)/oracle --failure $(BUILD)/oracle-failure $(if $(SEED),--seed $(SEED))
$(ORACLE_OBJ): CPPFLAGS += -Itests/oracle
-include $(wildcard $(BUILD)/obj/tests/oracle/*.d)
$(BUILD)/oracle: $(ORACLE_OBJ) $(BUILD)/libzonegate.a
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@

$(BUILD)/oracle-replay.bpf.o: tests/oracle/bpf/replay.bpf.c tests/oracle/bpf/replay.h | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -Itests/oracle/bpf -c $< -o $@

# Without PCAP: traffic of the oracle's own for the policy, as a capture.
POLICY ?= tests/oracle/replay/zonegate.conf
.PHONY: oracle soak-oracle replay
oracle: $(BUILD)/oracle ## random policies x packets: oracle == image == user space == XDP == tc == nft (root)
	$(ORACLE_RUN) --pairs $(or $(PAIRS),200000) --cases tests/oracle/cases --nft
soak-oracle: $(BUILD)/oracle ## the same, millions of pairs; the seed is printed
	$(ORACLE_RUN) --pairs $(or $(PAIRS),5000000)
replay: $(BUILD)/oracle $(BUILD)/oracle-replay.bpf.o ## a capture through oracle, XDP and tc: PCAP=FILE POLICY=zonegate.conf
	$(if $(PCAP),,$(BUILD)/oracle --capture $(BUILD)/oracle.pcap --policy $(POLICY) --packets 500000 --seed $(or $(SEED),1))
	$(BUILD)/oracle --replay $(or $(PCAP),$(BUILD)/oracle.pcap) --policy $(POLICY) --driver $(BUILD)/oracle-replay.bpf.o
