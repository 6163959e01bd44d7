# Line coverage of the data plane and of all stages from text to image: unit tests, golden cases, oracle and the
# fuzzers' corpora, built by clang with counters. Report on the terminal; lines in build/coverage/html.
COVERAGE_DIR := $(BUILD)/coverage
COVERAGE_FLAGS := -fprofile-instr-generate -fcoverage-mapping
COVERAGE_LIB := $(LIB_SRC:%.c=$(COVERAGE_DIR)/%.o)
COVERAGE_UNIT := $(patsubst tests/unit/%.c,$(COVERAGE_DIR)/unit_%,$(sort $(wildcard tests/unit/test_*.c)))
COVERAGE_ORACLE := $(patsubst %.c,$(COVERAGE_DIR)/%.o,$(wildcard tests/oracle/*.c))
COVERAGE_HELP := $(patsubst %.c,$(COVERAGE_DIR)/%.o,$(filter-out tests/fuzz/fuzz_%.c,$(wildcard tests/fuzz/*.c)))
COVERAGE_FUZZ := $(patsubst tests/fuzz/fuzz_%.c,$(COVERAGE_DIR)/fuzz_%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))

$(filter %/program_image.o,$(COVERAGE_LIB)): $(SKEL)
$(COVERAGE_ORACLE): CPPFLAGS += -Itests/oracle
$(COVERAGE_HELP) $(COVERAGE_DIR)/tests/fuzz/%.o: CPPFLAGS += -Itests/fuzz
$(COVERAGE_DIR)/%.o: %.c | $(BUILD)
	@mkdir -p $(@D)
	$(CLANG) -std=gnu11 -w -O1 -g $(COVERAGE_FLAGS) $(CPPFLAGS) -MMD -MP -c $< -o $@
$(COVERAGE_DIR)/lib.a: $(COVERAGE_LIB)
	rm -f $@ && ar rcs $@ $^
$(COVERAGE_DIR)/zonegate: $(COVERAGE_DIR)/user/cli/main.o $(COVERAGE_DIR)/lib.a
	$(CLANG) $(COVERAGE_FLAGS) $< $(COVERAGE_LIB) $(LDLIBS) -o $@
$(COVERAGE_DIR)/oracle: $(COVERAGE_ORACLE) $(COVERAGE_DIR)/lib.a
	$(CLANG) $(COVERAGE_FLAGS) $^ $(LDLIBS) -o $@
$(COVERAGE_DIR)/unit_%: $(COVERAGE_DIR)/tests/unit/%.o $(COVERAGE_DIR)/lib.a
	$(CLANG) $(COVERAGE_FLAGS) $^ $(UNIT_LINK_$*) $(LDLIBS) -lcmocka -o $@
$(COVERAGE_DIR)/fuzz_%: $(COVERAGE_DIR)/tests/fuzz/fuzz_%.o $(COVERAGE_HELP) $(COVERAGE_DIR)/lib.a
	$(CLANG) $(COVERAGE_FLAGS) -fsanitize=fuzzer $(FUZZ_WRAP) $^ $(LDLIBS) -o $@
.PRECIOUS: $(COVERAGE_DIR)/%.o
-include $(wildcard $(COVERAGE_DIR)/user/*/*.d $(COVERAGE_DIR)/tests/*/*.d)

.PHONY: coverage
coverage: $(COVERAGE_UNIT) $(COVERAGE_FUZZ) $(COVERAGE_DIR)/oracle $(COVERAGE_DIR)/zonegate ## line coverage of bpf/ and of text to image
	tests/fuzz/coverage.sh $(COVERAGE_DIR)
