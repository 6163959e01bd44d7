# How long the compiler takes, and how large the tables come out.
$(BUILD)/compile_time: $(BUILD)/obj/tests/bench/compile_time.o $(BUILD)/libzonegate.a
	$(CC) $(ALL_CFLAGS) $^ $(LDLIBS) -o $@

.PHONY: bench-compile
bench-compile: $(BUILD)/compile_time ## time and memory of the compiler by rules and prefixes
	$(BUILD)/compile_time --gate
