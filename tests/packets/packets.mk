# Packets through the programs (BPF_PROG_TEST_RUN) and through the judge. Needs root.
TEST_TARGETS += packets
PACKETS_SRC := $(sort $(wildcard tests/packets/*.c))
PACKETS_OBJ := $(PACKETS_SRC:%.c=$(BUILD)/obj/%.o)
$(PACKETS_OBJ): CPPFLAGS += -Itests/packets
-include $(wildcard $(BUILD)/obj/tests/packets/*.d)
$(BUILD)/packets: $(PACKETS_OBJ) $(BUILD)/libzonegate.a
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -lcmocka -o $@

.PHONY: packets
packets: $(BUILD)/packets ## every row, every malformed packet, fragments, ICMP, flows: program == judge (root)
	tests/run.sh $(BUILD)/packets
