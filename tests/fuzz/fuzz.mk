# Fuzzing: libFuzzer with ASan and UBSan over texts and frames. `make fuzz FUZZ_SECONDS=600`; FUZZ=frames
# for one target. Crashes land in build/fuzz/crashes; the mended ones are kept in tests/fuzz/regressions.
FUZZ_SECONDS ?= 60
FUZZ_DIR := $(BUILD)/fuzz
FUZZ ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# What is fuzzed, and of cli/ what shows it; the rest is linked as it is.
FUZZ_SRC := $(wildcard $(foreach d,util config policy resolve compile judge,user/$d/*.c)) \
	$(wildcard user/cli/show*.c) user/cli/table.c user/cli/json_text.c user/cli/diag_print.c
FUZZ_HELP := $(filter-out tests/fuzz/fuzz_%.c,$(wildcard tests/fuzz/*.c))
FUZZ_OBJ := $(FUZZ_SRC:%.c=$(FUZZ_DIR)/%.o) $(FUZZ_HELP:%.c=$(FUZZ_DIR)/%.o)
FUZZ_PROGRAMS := $(FUZZ:%=$(FUZZ_DIR)/fuzz_%)
TEST_TARGETS += fuzz-replay
TEST_ALL_TARGETS += fuzz-short

# The compiler walks over 65,536 ports and roots: to note each comparison would be all it does.
$(FUZZ_DIR)/user/compile/%.o $(FUZZ_DIR)/user/util/%.o: FUZZ_SANITIZE += -fno-sanitize-coverage=trace-cmp
$(FUZZ_DIR)/%.o: %.c | $(BUILD)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 $(WARN) -O2 -g -fsanitize=fuzzer-no-link $(FUZZ_SANITIZE) $(CPPFLAGS) -Itests/fuzz \
		-MMD -MP -c $< -o $@
FUZZ_WRAP := -Wl,--wrap=fopen,--wrap=instance_open,--wrap=policy_hash
$(FUZZ_DIR)/fuzz_%: $(FUZZ_DIR)/tests/fuzz/fuzz_%.o $(FUZZ_OBJ) $(BUILD)/libzonegate.a
	$(CLANG) $(FUZZ_SANITIZE) -fsanitize=fuzzer $(FUZZ_WRAP) $^ $(LDLIBS) -o $@
.PRECIOUS: $(FUZZ_DIR)/%.o
-include $(wildcard $(FUZZ_DIR)/user/*/*.d $(FUZZ_DIR)/tests/fuzz/*.d)

.PHONY: fuzz fuzz-short fuzz-replay
FUZZ_RUN = FUZZ_DIR=$(FUZZ_DIR) FUZZ="$(FUZZ)" tests/run.sh --timeout 86400
fuzz: $(FUZZ_PROGRAMS) ## fuzz texts and frames, FUZZ_SECONDS=60 each; FUZZ=frames for one target
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(FUZZ_RUN) tests/fuzz/fuzz.sh
fuzz-short: $(FUZZ_PROGRAMS) ## the same, 10 seconds each
	FUZZ_SECONDS=10 $(FUZZ_RUN) tests/fuzz/fuzz.sh
fuzz-replay: $(FUZZ_PROGRAMS) ## the fuzzers' corpora, and what they once found, once each
	FUZZ_SECONDS=0 $(FUZZ_RUN) tests/fuzz/fuzz.sh
