# The oracle: a naive evaluator against image, judge and programs. SEED=..., PAIRS=... for a run of one's own.
TEST_TARGETS += oracle
ORACLE_SRC := $(sort $(wildcard tests/oracle/*.c))
ORACLE_OBJ := $(ORACLE_SRC:%.c=$(BUILD)/obj/%.o)
ORACLE_RUN = $(BUILD)/oracle --failure $(BUILD)/oracle-failure $(if $(SEED),--seed $(SEED))
$(ORACLE_OBJ): CPPFLAGS += -Itests/oracle
-include $(wildcard $(BUILD)/obj/tests/oracle/*.d)
$(BUILD)/oracle: $(ORACLE_OBJ) $(BUILD)/libzonegate.a
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@

.PHONY: oracle soak-oracle replay
oracle: $(BUILD)/oracle ## random policies x packets: oracle == image == user space == XDP == tc (root)
	$(ORACLE_RUN) --pairs $(or $(PAIRS),200000) --cases tests/oracle/cases --nft
soak-oracle: $(BUILD)/oracle ## the same, millions of pairs; the seed is printed
	$(ORACLE_RUN) --pairs $(or $(PAIRS),5000000)
replay: $(BUILD)/oracle ## a capture through oracle, XDP and tc: PCAP=FILE [POLICY=zonegate.conf]
	@test -n "$(PCAP)" || { echo "usage: make replay PCAP=FILE [POLICY=zonegate.conf]" >&2; exit 2; }
	$(BUILD)/oracle --replay $(PCAP) --policy $(or $(POLICY),tests/oracle/replay/zonegate.conf)
